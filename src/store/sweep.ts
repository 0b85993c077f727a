import {
	decideRetention,
	type AccountId,
	type Clock,
	type RetentionBounds,
	type RetentionCandidate,
	type RetentionLimits,
	type RetentionReading,
	type RetentionUnread,
	type SweepResult,
} from '../contract';
import type { CommitQueue } from './commit-queue';
import { acknowledge, forgetConsumer, unsettledEmits } from './consumers';
import { sweepIds, type IdsWalk } from './sweep-ids';
import type { Sql } from './sql';
import { removeAsides } from './succession';

interface GapRow {
	id: number;
	consumer: string;
	account: AccountId;
	first_seq: number;
	last_seq: number;
	entries: number;
}

/** Rows looked at or removed per transaction: overwriting 500 entries takes some milliseconds. */
const STEP = 500;

/** What one sweep leaves to the next. */
export interface SweepMemory {
	/** gaps it returned */
	readonly told: Set<number>;
	readonly ids: IdsWalk;
}

/**
 * Retention in small steps, so that neither the event loop nor another process waits for it. Gaps are told at least
 * once: they stay written down until the sweep after the one that returned them (`told`), so a process that dies in
 * between returns them again.
 */
export async function sweep(
	queue: CommitQueue,
	clock: Clock,
	limits: RetentionLimits,
	memory: SweepMemory,
): Promise<SweepResult> {
	const { told } = memory;
	const now = clock.now();
	await queue.write((sql) => {
		for (const id of told) sql.run('DELETE FROM gaps WHERE id = ?', id);
		forgetAbsentConsumers(sql, now - limits.consumersMs);
	});
	const accounts = await queue.read((sql) => sql.all<{ account: AccountId }>('SELECT account FROM accounts'));
	let removedEntries = 0;
	for (const { account } of accounts) removedEntries += await sweepEntries(queue, account, now, limits);
	await sweepRest(queue, now, limits);
	await sweepIds(queue, now - limits.idsMs, memory.ids);
	await queue.emptyLog();
	const { path } = queue.medium;
	if (path !== null) removeAsides(path, now - limits.maxAgeMs);
	return { removedEntries, gaps: await queue.read((sql) => untoldGaps(sql, told)) };
}

/** One gap per consumer, from the first to the last entry it missed. */
function untoldGaps(sql: Sql, told: Set<number>): SweepResult['gaps'] {
	told.clear();
	const gaps = new Map<string, SweepResult['gaps'][number]>();
	for (const row of sql.all<GapRow>('SELECT * FROM gaps ORDER BY first_seq')) {
		told.add(row.id);
		const known = gaps.get(row.consumer);
		gaps.set(row.consumer, {
			consumer: row.consumer,
			accountId: row.account,
			from: known?.from ?? row.first_seq,
			to: row.last_seq,
			count: (known?.count ?? 0) + row.entries,
		});
	}
	return [...gaps.values()];
}

/** When nobody is left who listens to an account, its engine starts at now the next time. */
function forgetAbsentConsumers(sql: Sql, lastAttachedBefore: number): void {
	const select = 'SELECT id, account FROM consumers WHERE last_attached_at < ?';
	for (const { id, account } of sql.all<{ id: string; account: string }>(select, lastAttachedBefore)) {
		forgetConsumer(sql, id);
		sql.run(
			'UPDATE accounts SET state = NULL WHERE account = ? AND NOT EXISTS (SELECT 1 FROM consumers WHERE account = ?)',
			account,
			account,
		);
	}
}

async function sweepEntries(
	queue: CommitQueue,
	account: AccountId,
	now: number,
	limits: RetentionLimits,
): Promise<number> {
	const lowestSeq = await queue.read((sql) => seqFromTheEnd(sql, account, limits.maxEntries));
	const bounds: RetentionBounds = { now, oldestRecordedAt: now - limits.maxAgeMs, lowestSeq };
	let removed = 0;
	let after: number | null = 0;
	while (after !== null) {
		const from: number = after;
		const step = await queue.write((sql) => sweepWindow(sql, account, from, bounds));
		removed += step.removed;
		after = step.next;
	}
	return removed;
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
	bounds: RetentionBounds,
): { removed: number; next: number | null } {
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
	if (last === undefined) return { removed: 0, next: null };
	const decision = decideRetention(candidates, readingsOf(sql, account, after, last), bounds);
	for (const seq of decision.remove)
		sql.run('DELETE FROM entries WHERE account = ? AND seq = ?', account, seq);
	for (const [consumer, seqs] of decision.passed) acknowledge(sql, consumer, seqs);
	for (const gap of decision.unread) writeGap(sql, account, gap);
	return { removed: decision.remove.length, next: last };
}

function toCandidate(row: CandidateRow): RetentionCandidate {
	return {
		seq: row.seq,
		recordedAt: row.recorded_at,
		hasEvent: row.has_event === 1,
		heldUntil: row.held_until,
	};
}

function readingsOf(sql: Sql, account: AccountId, after: number, last: number): RetentionReading[] {
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

function writeGap(sql: Sql, account: AccountId, gap: RetentionUnread): void {
	const insert = 'INSERT INTO gaps (consumer, account, first_seq, last_seq, entries) VALUES (?, ?, ?, ?, ?)';
	sql.run(insert, gap.consumer, account, gap.from, gap.to, gap.count);
}

/** Values and intents after their life, chats nobody has written in for long. */
async function sweepRest(queue: CommitQueue, now: number, limits: RetentionLimits): Promise<void> {
	for (const table of ['leases', 'named_values', 'intents', 'waits'] as const) {
		await queue.write((sql) => sql.run(`DELETE FROM ${table} WHERE expires_at <= ?`, now));
	}
	await inSteps(queue, (sql) =>
		sql.run(
			`DELETE FROM chats WHERE (account, chat_id) IN (
				SELECT account, chat_id FROM chats WHERE newest_at < ? LIMIT ?
			)`,
			now - limits.consumersMs,
			STEP,
		),
	);
}

/** Repeats a step until it has nothing more to do. */
async function inSteps(queue: CommitQueue, step: (sql: Sql) => number): Promise<void> {
	let changed = 1;
	while (changed > 0) changed = await queue.write(step);
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
				`DELETE FROM ${table} WHERE account = ? AND ${key} IN (SELECT ${key} FROM ${table} WHERE account = ? LIMIT ?)`,
				account,
				account,
				STEP,
			),
		);
	}
	await queue.write((sql) => {
		for (const table of ['named_values', 'secrets'] as const) {
			sql.run(
				`DELETE FROM ${table} WHERE owner = ? OR owner IN (SELECT session FROM sessions WHERE account = ?)`,
				account,
				account,
			);
		}
		for (const table of ['entries', 'seen', 'chats', 'intents', 'waits', 'sessions', 'accounts'] as const) {
			sql.run(`DELETE FROM ${table} WHERE account = ?`, account);
		}
	});
	await queue.emptyLog();
	const { path } = queue.medium;
	if (path !== null) removeAsides(path, Infinity);
}
