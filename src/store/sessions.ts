import type { AccountId, SessionKey } from '../contract';
import { upsertInto, type Sql } from './sql';

const PUT_SESSION = upsertInto('sessions', ['session'], ['account']);

export function rememberSession(sql: Sql, session: SessionKey, account: AccountId): void {
	sql.run(PUT_SESSION, session, account);
}

export function accountOf(sql: Sql, session: SessionKey): AccountId | null {
	const select = 'SELECT account FROM sessions WHERE session = ?';
	return sql.get<{ account: string }>(select, session)?.account ?? null;
}
