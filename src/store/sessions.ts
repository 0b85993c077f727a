import type { AccountId, SessionKey } from '../contract';
import type { Sql } from './sql';

export function rememberSession(sql: Sql, session: SessionKey, account: AccountId): void {
	sql.run('INSERT OR REPLACE INTO sessions VALUES (?, ?)', session, account);
}

export function accountOf(sql: Sql, session: SessionKey): AccountId | null {
	const select = 'SELECT account FROM sessions WHERE session = ?';
	return sql.get<{ account: string }>(select, session)?.account ?? null;
}
