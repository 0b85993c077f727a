import type {
	AccountId,
	ConsumerPosition,
	ConsumerRecord,
	EmitRecord,
	EventFilter,
	JsonObject,
} from '../contract';
import { lastSeq } from './journal';
import { insertInto, upsertInto, type Sql } from './sql';

interface ConsumerRow {
	id: string;
	account: string;
	published: number;
	filter: string;
	wants_raw: number;
	not_before: number;
	catch_up_ms: number;
	catch_up_per_chat: number;
	last_attached_at: number;
	watermark: number;
	extra: string;
}

const PUT_CONSUMER = upsertInto(
	'consumers',
	['id'],
	[
		...['account', 'published', 'filter', 'wants_raw', 'not_before', 'catch_up_ms', 'catch_up_per_chat'],
		...['last_attached_at', 'watermark', 'extra'],
	],
);
const PUT_EMIT = upsertInto('emits', ['consumer', 'key'], ['attempt', 'at', 'seqs']);
const PUT_ACKNOWLEDGED = `${insertInto('acknowledged', ['consumer', 'seq'])} ON CONFLICT DO NOTHING`;

/** A new consumer, or one that moved to another account, starts at now: after the last entry of its account. */
export function saveConsumer(sql: Sql, record: ConsumerRecord): void {
	const known = sql.get<ConsumerRow>('SELECT * FROM consumers WHERE id = ?', record.id);
	const stays = known?.account === record.accountId;
	if (!stays) dropProgress(sql, record.id);
	sql.run(
		PUT_CONSUMER,
		record.id,
		record.accountId,
		Number(record.published),
		JSON.stringify(record.filter),
		Number(record.wantsRaw),
		record.notBefore,
		record.catchUpMs,
		record.catchUpPerChat,
		record.lastAttachedAt,
		stays ? known.watermark : lastSeq(sql, record.accountId),
		JSON.stringify(record.extra),
	);
}

export function loadConsumer(sql: Sql, id: string): (ConsumerRecord & { position: ConsumerPosition }) | null {
	const row = sql.get<ConsumerRow>('SELECT * FROM consumers WHERE id = ?', id);
	if (row === undefined) return null;
	const acknowledged = sql
		.all<{ seq: number }>('SELECT seq FROM acknowledged WHERE consumer = ? ORDER BY seq', id)
		.map(({ seq }) => seq);
	return {
		...toRecord(row),
		position: { watermark: row.watermark, acknowledged, unsettled: unsettledEmits(sql, id) },
	};
}

export function listConsumers(sql: Sql, account: AccountId): ConsumerRecord[] {
	return sql.all<ConsumerRow>('SELECT * FROM consumers WHERE account = ? ORDER BY id', account).map(toRecord);
}

/** @throws Error when the consumer is not remembered: then nothing could be replayed, and emitting would be a mistake */
export function recordEmit(sql: Sql, consumer: string, record: EmitRecord): void {
	if (watermarkOf(sql, consumer) === undefined) throw new Error(`no consumer ${consumer} is remembered`);
	sql.run(PUT_EMIT, consumer, record.key, record.attempt, record.at, JSON.stringify(record.seqs));
}

/** Nothing happens for a consumer that was forgotten meanwhile: it has no position any more. */
export function acknowledge(sql: Sql, consumer: string, seqs: readonly number[], emitKey?: string): void {
	const watermark = watermarkOf(sql, consumer);
	if (watermark === undefined) return;
	if (emitKey !== undefined) sql.run('DELETE FROM emits WHERE consumer = ? AND key = ?', consumer, emitKey);
	passEntries(sql, consumer, watermark, seqs);
}

/** Adds to the done entries and moves the watermark over what is contiguous now. */
function passEntries(sql: Sql, consumer: string, watermark: number, seqs: readonly number[]): void {
	let reached = watermark;
	for (const seq of [...seqs].sort((a, b) => a - b)) {
		if (seq === reached + 1) reached = seq;
		else if (seq > reached) sql.run(PUT_ACKNOWLEDGED, consumer, seq);
	}
	const next = 'DELETE FROM acknowledged WHERE consumer = ? AND seq = ?';
	while (sql.run(next, consumer, reached + 1) === 1) reached += 1;
	if (reached === watermark) return;
	sql.run('UPDATE consumers SET watermark = ? WHERE id = ?', reached, consumer);
	// What was acknowledged above the old watermark one by one and is now below the new one.
	sql.run('DELETE FROM acknowledged WHERE consumer = ? AND seq <= ?', consumer, reached);
}

export function resetPosition(sql: Sql, consumer: string, seq: number): void {
	dropProgress(sql, consumer);
	sql.run('UPDATE consumers SET watermark = ? WHERE id = ?', seq, consumer);
}

export function forgetConsumer(sql: Sql, id: string): void {
	dropProgress(sql, id);
	sql.run('DELETE FROM consumers WHERE id = ?', id);
}

function dropProgress(sql: Sql, consumer: string): void {
	sql.run('DELETE FROM acknowledged WHERE consumer = ?', consumer);
	sql.run('DELETE FROM emits WHERE consumer = ?', consumer);
	sql.run('DELETE FROM gaps WHERE consumer = ?', consumer);
}

export function unsettledEmits(sql: Sql, consumer: string): EmitRecord[] {
	return sql
		.all<{ key: string; attempt: number; at: number; seqs: string }>(
			'SELECT key, attempt, at, seqs FROM emits WHERE consumer = ? ORDER BY at, rowid',
			consumer,
		)
		.map((row) => ({
			key: row.key,
			seqs: JSON.parse(row.seqs) as number[],
			attempt: row.attempt,
			at: row.at,
		}));
}

function watermarkOf(sql: Sql, consumer: string): number | undefined {
	return sql.get<{ watermark: number }>('SELECT watermark FROM consumers WHERE id = ?', consumer)?.watermark;
}

function toRecord(row: ConsumerRow): ConsumerRecord {
	return {
		id: row.id,
		accountId: row.account,
		published: row.published === 1,
		// Both written by `saveConsumer`.
		filter: JSON.parse(row.filter) as EventFilter,
		extra: JSON.parse(row.extra) as JsonObject,
		wantsRaw: row.wants_raw === 1,
		notBefore: row.not_before,
		catchUpMs: row.catch_up_ms,
		catchUpPerChat: row.catch_up_per_chat,
		lastAttachedAt: row.last_attached_at,
	};
}
