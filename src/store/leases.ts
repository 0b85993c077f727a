import { readerLeaseName, type LeaseAnswer, type StoreLease } from '../contract';
import { upsertInto, type Sql } from './sql';

const PUT_LEASE = upsertInto('leases', ['name'], ['holder', 'token', 'expires_at']);

/** Leases live alike: one that has so many lives left was written before the machine's clock was set back. */
const MOST_LIVES = 2;

interface LeaseRow {
	holder: string;
	token: number;
	expires_at: number;
}

/**
 * A live lease is refused to everybody, also to a holder of the same name: names are for people, and two containers may
 * well share host name and process id. Tokens come from one counter for all names, so they grow per name for ever
 * without a row per name having to stay.
 */
export function acquireLease(
	sql: Sql,
	now: number,
	name: string,
	holder: string,
	ttlMs: number,
): LeaseAnswer {
	const taken = sql.get<LeaseRow>('SELECT holder, token, expires_at FROM leases WHERE name = ?', name);
	if (taken !== undefined && taken.expires_at > now) {
		if (taken.expires_at <= now + MOST_LIVES * ttlMs)
			return { acquired: false, holder: taken.holder, expiresAt: taken.expires_at };
		// Its holder renews it, if there is one; else it would be waited for as long as the clock was set back.
		const expiresAt = now + ttlMs;
		sql.run('UPDATE leases SET expires_at = ? WHERE name = ?', expiresAt, name);
		return { acquired: false, holder: taken.holder, expiresAt };
	}
	const token = nextToken(sql);
	const expiresAt = now + ttlMs;
	sql.run(PUT_LEASE, name, holder, token, expiresAt);
	// From here on the reader before cannot append, even if the new one has not appended yet.
	const fence = `UPDATE accounts SET fence = ? WHERE account = ? AND ? = '${readerLeaseName('')}' || account`;
	sql.run(fence, token, name.slice(readerLeaseName('').length), name);
	return { acquired: true, lease: { name, token, expiresAt } };
}

function nextToken(sql: Sql): number {
	sql.run('UPDATE fencing SET last_token = last_token + 1 WHERE id = 1');
	const row = sql.get<{ last_token: number }>('SELECT last_token FROM fencing WHERE id = 1');
	if (row === undefined) throw new Error('the fencing counter is missing');
	return row.last_token;
}

/** @returns names of the leases that are no longer held */
export function renewLeases(sql: Sql, now: number, leases: readonly StoreLease[], ttlMs: number): string[] {
	const update = 'UPDATE leases SET expires_at = ? WHERE name = ? AND token = ? AND expires_at > ?';
	return leases
		.filter((lease) => sql.run(update, now + ttlMs, lease.name, lease.token, now) === 0)
		.map((lease) => lease.name);
}

export function releaseLease(sql: Sql, lease: StoreLease): void {
	sql.run('DELETE FROM leases WHERE name = ? AND token = ?', lease.name, lease.token);
}

export function breakLease(sql: Sql, name: string, holder: string): void {
	sql.run('DELETE FROM leases WHERE name = ? AND holder = ?', name, holder);
}
