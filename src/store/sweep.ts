import type { AccountId, Clock, RetentionLimits, SweepResult } from '../contract';
import type { CommitQueue } from './commit-queue';
import { acknowledge, forgetConsumer, unsettledEmits } from './consumers';
import { decideRetention, type Bounds, type Candidate, type Reading, type Unread } from './retention';
import type { Sql } from './sql';

/** Rows looked at or removed per transaction: overwriting 500 entries takes some milliseconds. */
const STEP = 500;

/** Retention in small steps, so that neither the event loop nor another process waits for it. */
export async function sweep(queue: CommitQueue, clock: Clock, limits: RetentionLimits): Promise<SweepResult> {
	const now = clock.now();
	await queue.write((sql) => forgetAbsentConsumers(sql, now - limits.consumersMs));
	const accounts = await queue.read((sql) => sql.all<{ account: AccountId }>('SELECT account FROM accounts'));
	const result: SweepResult = { removedEntries: 0, gaps: [] };
	for (const { account } of accounts) {
		const { removed, unread } = await sweepEntries(queue, account, now, limits);
		result.removedEntries += removed;
		result.gaps.push(...unread.map((gap) => ({ ...gap, accountId: account })));
	}
	const forgotten = await sweepRest(queue, now, limits);
	if (result.removedEntries + forgotten > 0) await queue.emptyLog();
	return result;
}

/** When nobody is left who listens to an account, its engine starts at now the next time. */
function forgetAbsentConsumers(sql: Sql, lastAttachedBefore: number): void {
	const select = 'SELECT id, account FROM consumers WHERE last_attached_at < ?';
	for (const { id, account } of sql.all<{ id: string; account: string }>(select, lastAttachedBefore)) {
		forgetConsumer(sql, id);
		sql.run(
			'UPDATE accounts SET state = NULL WHERE account = ?1 AND NOT EXISTS (SELECT 1 FROM consumers WHERE account = ?1)',
			account,
		);
	}
}

async function sweepEntries(
	queue: CommitQueue,
	account: AccountId,
	now: number,
	limits: RetentionLimits,
): Promise<{ removed: number; unread: Unread[] }> {
	const lowestSeq = await queue.read((sql) => seqFromTheEnd(sql, account, limits.maxEntries));
	const bounds: Bounds = { now, oldestRecordedAt: now - limits.maxAgeMs, lowestSeq };
	const unread = new Map<string, Unread>();
	let removed = 0;
	let after: number | null = 0;
	while (after !== null) {
		const from: number = after;
		const step = await queue.write((sql) => sweepWindow(sql, account, from, bounds));
		removed += step.removed;
		for (const gap of step.unread) addGap(unread, gap);
		after = step.next;
	}
	return { removed, unread: [...unread.values()] };
}

function seqFromTheEnd(sql: Sql, account: AccountId, count: number): number {
	const select = 'SELECT seq FROM entries WHERE account = ? ORDER BY seq DESC LIMIT 1 OFFSET ?';
	const row = sql.get<{ seq: number }>(select, account, Math.max(0, count));
	return row === undefined ? 0 : row.seq + 1;
}

interface CandidateRow {
	seq: number;
	recorded_at: number;
	has_event: number;
	held_until: number | null;
}

function sweepWindow(
	sql: Sql,
	account: AccountId,
	after: number,
	bounds: Bounds,
): { removed: number; unread: Unread[]; next: number | null } {
	const candidates = sql
		.all<CandidateRow>(
			`SELECT seq, recorded_at, event IS NOT NULL AS has_event, held_until FROM entries
			WHERE account = ? AND seq > ? ORDER BY seq LIMIT ?`,
			account,
			after,
			STEP,
		)
		.map(toCandidate);
	const last = candidates.at(-1)?.seq;
	if (last === undefined) return { removed: 0, unread: [], next: null };
	const decision = decideRetention(candidates, readingsOf(sql, account, after, last), bounds);
	for (const seq of decision.remove)
		sql.run('DELETE FROM entries WHERE account = ? AND seq = ?', account, seq);
	for (const [consumer, seqs] of decision.passed) acknowledge(sql, consumer, seqs);
	return { removed: decision.remove.length, unread: decision.unread, next: last };
}

function toCandidate(row: CandidateRow): Candidate {
	return {
		seq: row.seq,
		recordedAt: row.recorded_at,
		hasEvent: row.has_event === 1,
		heldUntil: row.held_until,
	};
}

function readingsOf(sql: Sql, account: AccountId, after: number, last: number): Reading[] {
	return sql
		.all<{ id: string; published: number; catch_up_ms: number; watermark: number }>(
			'SELECT id, published, catch_up_ms, watermark FROM consumers WHERE account = ?',
			account,
		)
		.map((row) => ({
			consumer: row.id,
			published: row.published === 1,
			catchUpMs: row.catch_up_ms,
			watermark: row.watermark,
			acknowledged: new Set(acknowledgedBetween(sql, row.id, after, last)),
			inFlight: new Set(unsettledEmits(sql, row.id).flatMap((emit) => emit.seqs)),
		}));
}

function acknowledgedBetween(sql: Sql, consumer: string, after: number, last: number): number[] {
	const select = 'SELECT seq FROM acknowledged WHERE consumer = ? AND seq > ? AND seq <= ?';
	return sql.all<{ seq: number }>(select, consumer, after, last).map(({ seq }) => seq);
}

function addGap(gaps: Map<string, Unread>, gap: Unread): void {
	const known = gaps.get(gap.consumer);
	gaps.set(
		gap.consumer,
		known === undefined ? gap : { ...known, to: gap.to, count: known.count + gap.count },
	);
}

/** Ids after their week, values and intents after their life, chats nobody has written in for long. */
async function sweepRest(queue: CommitQueue, now: number, limits: RetentionLimits): Promise<number> {
	const expired = [
		['leases', 'expires_at <= ?', now],
		['named_values', 'expires_at <= ?', now],
		['intents', 'expires_at <= ?', now],
		['waits', 'expires_at <= ?', now],
	] as const;
	let removed = 0;
	for (const [table, condition, bound] of expired) {
		removed += await queue.write((sql) => sql.run(`DELETE FROM ${table} WHERE ${condition}`, bound));
	}
	// An id is known at least as long as its entry exists.
	removed += await inSteps(queue, (sql) =>
		sql.run(
			`DELETE FROM seen WHERE (account, event_id) IN (
				SELECT account, event_id FROM seen WHERE recorded_at < ? AND NOT EXISTS (
					SELECT 1 FROM entries WHERE entries.account = seen.account AND entries.seq = seen.seq
				) LIMIT ?
			)`,
			now - limits.idsMs,
			STEP,
		),
	);
	removed += await inSteps(queue, (sql) =>
		sql.run(
			`DELETE FROM chats WHERE (account, chat_id) IN (
				SELECT account, chat_id FROM chats WHERE newest_at < ? LIMIT ?
			)`,
			now - limits.consumersMs,
			STEP,
		),
	);
	return removed;
}

/** Repeats a step until it has nothing more to do. */
async function inSteps(queue: CommitQueue, step: (sql: Sql) => number): Promise<number> {
	let total = 0;
	for (;;) {
		const changed = await queue.write(step);
		total += changed;
		if (changed === 0) return total;
	}
}

/**
 * Removes all of an account and of the sessions that led to it. Entries go first and in steps; the account's own row
 * goes last, together with whatever was appended meanwhile.
 */
export async function forget(queue: CommitQueue, account: AccountId): Promise<void> {
	await queue.write((sql) => {
		for (const { id } of sql.all<{ id: string }>('SELECT id FROM consumers WHERE account = ?', account)) {
			forgetConsumer(sql, id);
		}
	});
	for (const table of ['entries', 'seen'] as const) {
		const key = table === 'entries' ? 'seq' : 'event_id';
		await inSteps(queue, (sql) =>
			sql.run(
				`DELETE FROM ${table} WHERE account = ?1 AND ${key} IN (SELECT ${key} FROM ${table} WHERE account = ?1 LIMIT ?2)`,
				account,
				STEP,
			),
		);
	}
	await queue.write((sql) => {
		for (const table of ['named_values', 'secrets'] as const) {
			sql.run(
				`DELETE FROM ${table} WHERE owner = ?1 OR owner IN (SELECT session FROM sessions WHERE account = ?1)`,
				account,
			);
		}
		for (const table of ['entries', 'seen', 'chats', 'intents', 'waits', 'sessions', 'accounts'] as const) {
			sql.run(`DELETE FROM ${table} WHERE account = ?`, account);
		}
	});
	await queue.emptyLog();
}
