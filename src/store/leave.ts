import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AccountId, Clock, Json, Logger, MoveSource } from '../contract';
import { listConsumers, loadConsumer } from './consumers';
import { loadIntent } from './intents';
import { lastSeq, loadState, readEntries } from './journal';
import { openFile } from './medium';
import { FILE_NAME } from './place';
import { createdAt, MOVED } from './schema';
import type { Sql } from './sql';
import { listWaits } from './waits';

export interface LeaveOptions {
	dir: string;
	clock: Clock;
	logger: Logger;
}

/**
 * The file an n8n used before it was switched to queue mode, to be moved into Redis.
 * @returns null when there is none, it has been moved already, or a process still uses it
 */
export async function openForMove({ dir, clock, logger }: LeaveOptions): Promise<MoveSource | null> {
	const path = join(dir, FILE_NAME);
	if (!existsSync(path)) return null;
	let sql: Sql | undefined;
	try {
		({ sql } = openFile(await import('node:sqlite'), path, clock.now(), undefined, true));
		if (!isMarked(sql)) {
			const users = await usersOf(sql, clock);
			if (users.length === 0) return { ...sourceOf(sql, path, clock.now()), ...leaving(sql, clock.now()) };
			logger.warn('the file is not moved to Redis: a process still uses it', { path, users });
		}
	} catch (error) {
		logger.warn('the file could not be read to be moved to Redis', { path, error: String(error) });
	}
	sql?.close();
	return null;
}

function isMarked(sql: Sql): boolean {
	return sql.get('SELECT 1 FROM meta WHERE name = ?', MOVED) !== undefined;
}

/** A process that was killed moments ago still has leases: they are waited for. Whoever lives renews them. */
async function usersOf(sql: Sql, clock: Clock): Promise<string[]> {
	const live = () =>
		sql.all<{ holder: string; expires_at: number }>('SELECT * FROM leases WHERE expires_at > ?', clock.now());
	const last = Math.max(0, ...live().map(({ expires_at }) => expires_at));
	if (last > clock.now()) await clock.sleep(last - clock.now() + 1);
	return [...new Set(live().map(({ holder }) => holder))];
}

function leaving(sql: Sql, now: number): Pick<MoveSource, 'close'> {
	return {
		close(moved) {
			if (moved) {
				const at = new Date(now).toISOString();
				sql.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', MOVED, at);
			}
			sql.close();
		},
	};
}

/** All that a file holds, to be put elsewhere. */
export function sourceOf(sql: Sql, path: string, now: number): Omit<MoveSource, 'close'> {
	const column = <Row>(select: string, account: AccountId): Row[] => sql.all<Row>(select, account);
	return {
		name: `${path} of ${createdAt(sql)}`,
		accounts: () =>
			sql.all<{ account: string }>('SELECT account FROM accounts').map(({ account }) => account),
		account: (account) => ({
			account,
			lastSeq: lastSeq(sql, account),
			state: loadState(sql, account),
			sessions: column<{ session: string }>('SELECT session FROM sessions WHERE account = ?', account).map(
				({ session }) => session,
			),
			chats: column('SELECT chat_id AS chatId, newest_at AS newestAt FROM chats WHERE account = ?', account),
			consumers: listConsumers(sql, account).flatMap(({ id }) => loadConsumer(sql, id) ?? []),
			gaps: column(
				'SELECT consumer, first_seq AS "from", last_seq AS "to", entries AS "count" FROM gaps WHERE account = ?',
				account,
			),
			intents: column<{ key: string }>('SELECT key FROM intents WHERE account = ?', account).flatMap(
				({ key }) => loadIntent(sql, now, key) ?? [],
			),
			waits: listWaits(sql, now, account),
		}),
		entries: (account, after, limit) => readEntries(sql, account, after, limit),
		seen: (account, after, limit) =>
			sql.all(
				'SELECT event_id AS eventId, recorded_at AS recordedAt FROM seen WHERE account = ? AND event_id > ? ORDER BY event_id LIMIT ?',
				account,
				after,
				limit,
			),
		values: () =>
			sql
				.all<{ owner: string; name: string; value: string; expires_at: number | null }>(
					'SELECT * FROM named_values WHERE expires_at IS NULL OR expires_at > ?',
					now,
				)
				.map(({ owner, name, value, expires_at }) => ({
					...{ owner, name, expiresAt: expires_at },
					// Written by `putValue`.
					value: JSON.parse(value) as Json,
				})),
		secrets: () => sql.all('SELECT owner, name, sealed FROM secrets'),
	};
}
