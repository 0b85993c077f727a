import type { AccountId, JsonObject, WaitRecord } from '../contract';
import { upsertInto, type Sql } from './sql';

interface WaitRow {
	id: string;
	account: string;
	chat_id: string;
	message_id: string | null;
	created_at: number;
	expires_at: number;
	responders: string;
	resume: string;
}

const PUT_WAIT = upsertInto(
	'waits',
	['id'],
	['account', 'chat_id', 'message_id', 'created_at', 'expires_at', 'responders', 'resume'],
);

export function saveWait(sql: Sql, record: WaitRecord): void {
	sql.run(
		PUT_WAIT,
		record.id,
		record.accountId,
		record.chatId,
		record.messageId,
		record.createdAt,
		record.expiresAt,
		JSON.stringify(record.responders),
		JSON.stringify(record.resume),
	);
}

/** Oldest first; one whose time is up has ended and is not listed. */
export function listWaits(sql: Sql, now: number, account: AccountId): WaitRecord[] {
	const select = 'SELECT * FROM waits WHERE account = ? AND expires_at > ? ORDER BY created_at, id';
	return sql.all<WaitRow>(select, account, now).map((row) => ({
		id: row.id,
		accountId: row.account,
		chatId: row.chat_id,
		messageId: row.message_id,
		// Both written by `saveWait`.
		responders: JSON.parse(row.responders) as string[],
		resume: JSON.parse(row.resume) as JsonObject,
		createdAt: row.created_at,
		expiresAt: row.expires_at,
	}));
}

export function deleteWait(sql: Sql, id: string): void {
	sql.run('DELETE FROM waits WHERE id = ?', id);
}
