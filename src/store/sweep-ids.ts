import type { AccountId } from '../contract';
import type { CommitQueue } from './commit-queue';
import type { Sql } from './sql';

interface IdRow {
	account: AccountId;
	event_id: string;
	seq: number;
	recorded_at: number;
}

/** Where the sweep before stopped; null: at the end. */
export interface IdsWalk {
	last: Pick<IdRow, 'account' | 'event_id'> | null;
}

/** Ids looked at per step and per sweep. All their columns stand in the tree that is walked: a step takes a millisecond. */
const STEP = 2_000;
const PER_SWEEP = 200_000;
/** Ids removed per transaction. */
const REMOVED = 500;

/**
 * Ids after their week, but at least as long as their entry exists. No index leads to the old ones, it would cost every
 * append: all are walked, a part of them at each sweep when there are many.
 */
export async function sweepIds(queue: CommitQueue, recordedBefore: number, walk: IdsWalk): Promise<void> {
	for (let walked = 0; walked < PER_SWEEP; walked += STEP) {
		const { account = '', event_id = '' } = walk.last ?? {};
		const ids = await queue.read((sql) =>
			sql.all<IdRow>(
				'SELECT * FROM seen WHERE (account, event_id) > (?, ?) ORDER BY account, event_id LIMIT ?',
				account,
				event_id,
				STEP,
			),
		);
		const old = ids.filter(({ recorded_at }) => recorded_at < recordedBefore);
		for (let at = 0; at < old.length; at += REMOVED)
			await queue.write((sql) => old.slice(at, at + REMOVED).forEach((id) => forgetId(sql, id)));
		walk.last = ids.length === STEP ? (ids.at(-1) ?? null) : null;
		if (walk.last === null) return;
	}
}

function forgetId(sql: Sql, { account, event_id, seq, recorded_at }: IdRow): void {
	// Unless it came anew meanwhile.
	sql.run(
		`DELETE FROM seen WHERE account = ? AND event_id = ? AND recorded_at = ? AND NOT EXISTS (
			SELECT 1 FROM entries WHERE entries.account = seen.account AND entries.seq = ?
		)`,
		account,
		event_id,
		recorded_at,
		seq,
	);
}
