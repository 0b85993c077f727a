import type { IntentRecord, IntentState, Json, JsonObject } from '../contract';
import { upsertInto, type Sql } from './sql';

interface IntentRow {
	key: string;
	account: string;
	chat_id: string;
	params_hash: string;
	state: IntentState;
	provider_key: string;
	created_at: number;
	expires_at: number;
	context: string;
	result: string;
}

/** Replaces one whose time is up; changes nothing where another one lives. */
const RESERVE = `${upsertInto(
	'intents',
	['key'],
	[
		'account',
		'chat_id',
		'params_hash',
		'state',
		'provider_key',
		'created_at',
		'expires_at',
		'context',
		'result',
	],
)} WHERE intents.expires_at <= ?`;
const CHANGE = `UPDATE intents SET state = coalesce(?, state), provider_key = coalesce(?, provider_key),
	chat_id = coalesce(?, chat_id), context = coalesce(?, context), result = coalesce(?, result)
	WHERE key = ? AND expires_at > ?`;

export type IntentChange = Partial<
	Pick<IntentRecord, 'state' | 'context' | 'result' | 'providerKey' | 'chatId'>
>;

export function reserveIntent(
	sql: Sql,
	now: number,
	record: IntentRecord,
): { created: boolean; intent: IntentRecord } {
	const intent: IntentRecord = { ...record, state: 'reserved' };
	const created = sql.run(
		RESERVE,
		intent.key,
		intent.accountId,
		intent.chatId,
		intent.paramsHash,
		intent.state,
		intent.providerKey,
		intent.createdAt,
		intent.expiresAt,
		JSON.stringify(intent.context),
		JSON.stringify(intent.result),
		now,
	);
	if (created > 0) return { created: true, intent };
	return { created: false, intent: loadIntent(sql, now, record.key) ?? intent };
}

/** Nothing happens when it is gone (refused, expired, forgotten): its send has been decided without it. */
export function updateIntent(sql: Sql, now: number, key: string, change: IntentChange): void {
	const { state, providerKey, chatId, context, result } = change;
	sql.run(
		CHANGE,
		state ?? null,
		providerKey ?? null,
		chatId ?? null,
		context === undefined ? null : JSON.stringify(context),
		result === undefined ? null : JSON.stringify(result),
		key,
		now,
	);
}

export function deleteIntent(sql: Sql, key: string): void {
	sql.run('DELETE FROM intents WHERE key = ?', key);
}

export function loadIntent(sql: Sql, now: number, key: string): IntentRecord | null {
	const row = sql.get<IntentRow>('SELECT * FROM intents WHERE key = ? AND expires_at > ?', key, now);
	return row === undefined ? null : toIntent(row);
}

function toIntent(row: IntentRow): IntentRecord {
	return {
		key: row.key,
		accountId: row.account,
		chatId: row.chat_id,
		paramsHash: row.params_hash,
		state: row.state,
		providerKey: row.provider_key,
		createdAt: row.created_at,
		expiresAt: row.expires_at,
		// Both written as JSON above.
		context: JSON.parse(row.context) as JsonObject,
		result: JSON.parse(row.result) as Json,
	};
}
