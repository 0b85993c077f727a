import type { Json } from '../contract';
import { upsertInto, type Sql } from './sql';

interface ValueRow {
	name: string;
	value: string;
	expires_at: number | null;
}

export const PUT_VALUE = upsertInto('named_values', ['owner', 'name'], ['expires_at', 'value']);
const PUT_SECRET = upsertInto('secrets', ['owner', 'name'], ['sealed']);
const LIVE = '(expires_at IS NULL OR expires_at > ?)';

export function getValue(sql: Sql, now: number, owner: string, name: string): Json | undefined {
	const row = find(sql, now, owner, name);
	// Written by `putValue`.
	return row === undefined ? undefined : (JSON.parse(row.value) as Json);
}

export function putValue(
	sql: Sql,
	now: number,
	owner: string,
	name: string,
	value: Json,
	ttlMs?: number,
): void {
	const expiresAt = ttlMs === undefined ? null : now + ttlMs;
	sql.run(PUT_VALUE, owner, name, expiresAt, JSON.stringify(value));
}

export function deleteValue(sql: Sql, owner: string, name: string): void {
	sql.run('DELETE FROM named_values WHERE owner = ? AND name = ?', owner, name);
}

/** In the order of their names. The prefix is taken literally. */
export function listValues(
	sql: Sql,
	now: number,
	owner: string,
	prefix: string,
): { name: string; value: Json }[] {
	return sql
		.all<ValueRow>(
			`SELECT name, value, expires_at FROM named_values
			WHERE owner = ? AND name >= ? AND substr(name, 1, length(?)) = ? AND ${LIVE} ORDER BY name`,
			owner,
			prefix,
			prefix,
			prefix,
			now,
		)
		.map((row) => ({ name: row.name, value: JSON.parse(row.value) as Json }));
}

/** The life begins with the first increment and is not prolonged by later ones: a window that ends. */
export function increment(
	sql: Sql,
	now: number,
	owner: string,
	name: string,
	by: number,
	ttlMs: number,
): number {
	const row = find(sql, now, owner, name);
	const known: unknown = row === undefined ? 0 : JSON.parse(row.value);
	if (typeof known !== 'number') throw new Error(`${name} is not a counter`);
	const expiresAt = row === undefined ? now + ttlMs : row.expires_at;
	sql.run(PUT_VALUE, owner, name, expiresAt, String(known + by));
	return known + by;
}

function find(sql: Sql, now: number, owner: string, name: string): ValueRow | undefined {
	const select = `SELECT name, value, expires_at FROM named_values WHERE owner = ? AND name = ? AND ${LIVE}`;
	return sql.get<ValueRow>(select, owner, name, now);
}

export function putSecret(sql: Sql, owner: string, name: string, sealed: string): void {
	sql.run(PUT_SECRET, owner, name, sealed);
}

export function getSecret(sql: Sql, owner: string, name: string): string | null {
	const select = 'SELECT sealed FROM secrets WHERE owner = ? AND name = ?';
	return sql.get<{ sealed: string }>(select, owner, name)?.sealed ?? null;
}

export function deleteSecret(sql: Sql, owner: string, name: string): void {
	sql.run('DELETE FROM secrets WHERE owner = ? AND name = ?', owner, name);
}
