import {
	ChannelError,
	type AccountId,
	type AppendBatch,
	type AppendResult,
	type ChannelEvent,
	type JournalEntry,
	type JournalEvent,
	type JsonObject,
} from '../contract';
import { insertInto, upsertInto, type Sql } from './sql';

interface AccountRow {
	last_seq: number;
	fence: number;
}

interface EntryRow {
	seq: number;
	event_id: string;
	chat_id: string;
	at: number;
	recorded_at: number;
	recovered: number;
	late: number;
	held_by: string | null;
	held_until: number | null;
	event: string | null;
}

const PUT_ENTRY = insertInto('entries', [
	...[
		'account',
		'seq',
		'event_id',
		'chat_id',
		'at',
		'recorded_at',
		'recovered',
		'late',
		'held_by',
		'held_until',
	],
	'event',
]);
const PUT_SEEN = `${insertInto('seen', ['account', 'event_id', 'seq', 'recorded_at'])} ON CONFLICT DO NOTHING`;
const PUT_CHAT = upsertInto('chats', ['account', 'chat_id'], ['newest_at']);

/** @throws ChannelError `account_in_use` when a reader with a greater token has been here */
export function append(sql: Sql, now: number, account: AccountId, batch: AppendBatch): AppendResult {
	const { lastSeq } = passFence(sql, account, batch.token);
	const newest = newestPerChat(sql, account);
	const result: AppendResult = { appended: [], duplicates: [] };
	let seq = lastSeq;
	for (const event of batch.events) {
		const isNew = sql.run(PUT_SEEN, account, event.eventId, seq + 1, now);
		if (isNew === 0) {
			result.duplicates.push(event.eventId);
			continue;
		}
		seq += 1;
		const late = newest.see(event) && event.recovered;
		insertEntry(sql, now, account, seq, event, late);
		result.appended.push({ seq, eventId: event.eventId, late });
	}
	newest.store();
	if (seq !== lastSeq) sql.run('UPDATE accounts SET last_seq = ? WHERE account = ?', seq, account);
	if (batch.state !== undefined) writeState(sql, account, batch.state);
	return result;
}

function insertEntry(
	sql: Sql,
	now: number,
	account: AccountId,
	seq: number,
	event: JournalEvent,
	late: boolean,
): void {
	sql.run(
		PUT_ENTRY,
		account,
		seq,
		event.eventId,
		event.chatId,
		event.at,
		now,
		Number(event.recovered),
		Number(late),
		event.heldBy ?? null,
		event.heldUntil ?? null,
		event.event === null ? null : JSON.stringify(event.event),
	);
}

/** An entry as another store has numbered it. Nothing happens when it is known. */
export function copyEntry(sql: Sql, account: AccountId, entry: JournalEntry): void {
	const { seq, eventId, chatId, at, recordedAt, event } = entry;
	const isNew = sql.run(
		`${PUT_ENTRY} ON CONFLICT DO NOTHING`,
		account,
		seq,
		eventId,
		chatId,
		at,
		recordedAt,
		Number(entry.recovered),
		Number(entry.late),
		entry.heldBy,
		entry.heldUntil,
		event === null ? null : JSON.stringify(event),
	);
	if (isNew === 0) return;
	sql.run(PUT_SEEN, account, eventId, seq, recordedAt);
	sql.run(`${PUT_CHAT} WHERE excluded.newest_at > chats.newest_at`, account, chatId, at);
	sql.run('UPDATE accounts SET last_seq = ? WHERE account = ? AND last_seq < ?', seq, account, seq);
}

/** The newest provider time of each chat a batch touches: read once, written once. */
function newestPerChat(sql: Sql, account: AccountId) {
	const known = new Map<string, number | undefined>();
	const changed = new Set<string>();
	return {
		/** @returns whether a newer message of this chat had been journalled before */
		see({ chatId, at }: JournalEvent): boolean {
			if (!known.has(chatId)) {
				const select = 'SELECT newest_at FROM chats WHERE account = ? AND chat_id = ?';
				known.set(chatId, sql.get<{ newest_at: number }>(select, account, chatId)?.newest_at);
			}
			const newest = known.get(chatId);
			if (newest !== undefined && at <= newest) return at < newest;
			known.set(chatId, at);
			changed.add(chatId);
			return false;
		},
		store(): void {
			for (const chatId of changed) {
				sql.run(PUT_CHAT, account, chatId, known.get(chatId) ?? 0);
			}
		},
	};
}

/** Creates the account's row when it is new; remembers the greatest token. */
function passFence(sql: Sql, account: AccountId, token: number): { lastSeq: number } {
	const row = sql.get<AccountRow>('SELECT last_seq, fence FROM accounts WHERE account = ?', account);
	if (row === undefined) {
		sql.run('INSERT INTO accounts (account, fence) VALUES (?, ?)', account, token);
		return { lastSeq: 0 };
	}
	if (token < row.fence) {
		throw new ChannelError('account_in_use', 'Another process reads this account now.', {
			account,
			hint: 'Nothing to do: the newer reader goes on where this one stopped.',
		});
	}
	if (token > row.fence) sql.run('UPDATE accounts SET fence = ? WHERE account = ?', token, account);
	return { lastSeq: row.last_seq };
}

export function writeState(sql: Sql, account: AccountId, state: JsonObject | null): void {
	const text = state === null ? null : JSON.stringify(state);
	sql.run('UPDATE accounts SET state = ? WHERE account = ?', text, account);
}

/** @throws ChannelError `account_in_use` when fenced */
export function saveState(sql: Sql, account: AccountId, token: number, state: JsonObject | null): void {
	passFence(sql, account, token);
	writeState(sql, account, state);
}

export function loadState(sql: Sql, account: AccountId): JsonObject | null {
	const row = sql.get<{ state: string | null }>('SELECT state FROM accounts WHERE account = ?', account);
	// Written by `writeState`.
	return row?.state == null ? null : (JSON.parse(row.state) as JsonObject);
}

export function lastSeq(sql: Sql, account: AccountId): number {
	const row = sql.get<{ last_seq: number }>('SELECT last_seq FROM accounts WHERE account = ?', account);
	return row?.last_seq ?? 0;
}

export function readEntries(sql: Sql, account: AccountId, after: number, limit: number): JournalEntry[] {
	const select = 'SELECT * FROM entries WHERE account = ? AND seq > ? ORDER BY seq LIMIT ?';
	return sql.all<EntryRow>(select, account, after, limit).map(toEntry);
}

export function readEntriesBySeq(sql: Sql, account: AccountId, seqs: readonly number[]): JournalEntry[] {
	const select = 'SELECT * FROM entries WHERE account = ? AND seq = ?';
	return [...new Set(seqs)]
		.sort((a, b) => a - b)
		.map((seq) => sql.get<EntryRow>(select, account, seq))
		.filter((row) => row !== undefined)
		.map(toEntry);
}

/** A consumed entry keeps its number and loses its event: consumers pass it like any entry stored as its id only. */
export function settleHeld(sql: Sql, account: AccountId, seq: number, outcome: 'release' | 'consume'): void {
	const update = 'UPDATE entries SET held_by = NULL, held_until = NULL WHERE account = ? AND seq = ?';
	sql.run(update, account, seq);
	if (outcome === 'consume')
		sql.run('UPDATE entries SET event = NULL WHERE account = ? AND seq = ?', account, seq);
}

function toEntry(row: EntryRow): JournalEntry {
	return {
		seq: row.seq,
		eventId: row.event_id,
		// Written by `insertEntry`.
		event: row.event === null ? null : (JSON.parse(row.event) as ChannelEvent),
		chatId: row.chat_id,
		at: row.at,
		recordedAt: row.recorded_at,
		recovered: row.recovered === 1,
		late: row.late === 1,
		heldBy: row.held_by,
		heldUntil: row.held_until,
	};
}
