import type { EmitRecord } from '../../contract';
import type { AcknowledgeMode } from '../types';
import { afterRestart } from './settle';

/** What to do with one unsettled emit of an earlier life. */
export type Replay =
	/** exactly these members, in this order; `key` null = computed for the attempt; `replaces` = record to drop then */
	| { kind: 'emit'; seqs: number[]; attempt: number; key: string | null; replaces: string | null }
	/** a superseded record */
	| { kind: 'drop'; key: string }
	/** failed for the last time */
	| { kind: 'give_up'; seqs: number[]; key: string };

/**
 * Plans the replay after an attach. A crash between writing the next attempt and dropping the earlier record leaves two
 * for the same members: the higher attempt counts. A key this process handed on (the trigger was only closed and opened
 * again) keeps key and attempt: emitting it gives its settlement, not a second execution.
 */
export function planReplay(
	unsettled: readonly EmitRecord[],
	mode: AcknowledgeMode,
	handedOn: (key: string) => boolean,
): Replay[] {
	const latest = new Map<string, EmitRecord>();
	const plan: Replay[] = [];
	for (const record of unsettled) {
		const members = record.seqs.join();
		const other = latest.get(members);
		const [older, newer] =
			other === undefined || other.attempt < record.attempt ? [other, record] : [record, other];
		latest.set(members, newer);
		if (older !== undefined) plan.push({ kind: 'drop', key: older.key });
	}
	const inOrder = [...latest.values()].sort((a, b) => (a.seqs[0] ?? 0) - (b.seqs[0] ?? 0));
	for (const record of inOrder) plan.push(replayOne(record, mode, handedOn(record.key)));
	return plan;
}

function replayOne(record: EmitRecord, mode: AcknowledgeMode, handedOn: boolean): Replay {
	const { seqs, attempt, key } = record;
	if (handedOn) return { kind: 'emit', seqs, attempt, key, replaces: null };
	const next = afterRestart(mode, attempt);
	switch (next.step) {
		case 'same_key':
			return { kind: 'emit', seqs, attempt, key, replaces: null };
		case 'next_attempt':
			return { kind: 'emit', seqs, attempt: next.attempt, key: null, replaces: key };
		case 'acknowledge':
		case 'give_up':
			return { kind: 'give_up', seqs, key };
	}
}
