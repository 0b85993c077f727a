import { chmodSync, closeSync, mkdirSync, openSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createdAt, migrate, MOVED } from './schema';
import { Sql, type Sqlite } from './sql';

/** Where the rows lie: a file, or memory. */
export interface Medium {
	sql: Sql;
	/** null = memory */
	path: string | null;
	/** write-ahead log: other processes may use the file at the same time */
	shared: boolean;
	/** ISO 8601 */
	createdAt: string;
}

/**
 * How long SQLite itself may wait for a lock, ms. It waits inside the call and so stops the event loop: just long
 * enough for another process's usual commit; whoever holds the lock longer is waited for outside (see CommitQueue).
 */
const BUSY_TIMEOUT_MS = 10;

/**
 * File systems on which the memory-mapped index of a write-ahead log is not shared between hosts
 * (https://www.sqlite.org/wal.html, "all processes must be on the same host"); magic numbers of statfs(2).
 */
const NETWORK_FILE_SYSTEMS = new Set([
	0x6969, // NFS
	0x517b, // SMB
	0xff534d42, // CIFS
	0xfe534d42, // SMB2
	0x01021997, // 9P
	0x65735546, // FUSE: sshfs, s3fs, Docker Desktop's shared folders
	0x00c36400, // Ceph
	0x47504653, // GPFS
	0x0bd00bd0, // Lustre
	0x5346414f, // AFS
]);

export function isNetworkFileSystem(path: string): boolean {
	try {
		return NETWORK_FILE_SYSTEMS.has(Number(BigInt.asUintN(32, BigInt(statfsSync(path).type))));
	} catch {
		return false;
	}
}

export function openMemory(sqlite: Sqlite, now: number): Medium {
	const sql = new Sql(new sqlite.DatabaseSync(':memory:'));
	migrate(sql, new Date(now).toISOString());
	return { sql, path: null, shared: false, createdAt: createdAt(sql) };
}

/**
 * Opens or creates the file (mode 0600; a folder made for it 0700) and brings it to the current schema.
 * @param toLeave only to move what it holds elsewhere: it does not count as used
 * @throws what SQLite or the file system says, see `faultOf`
 */
export function openFile(
	sqlite: Sqlite,
	path: string,
	now: number,
	network?: boolean,
	toLeave = false,
): Medium {
	const folder = dirname(path);
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	// Created before SQLite does, which would take the umask; its -wal and -shm files inherit the mode.
	closeSync(openSync(path, 'a', 0o600));
	chmodSync(path, 0o600);
	const sql = new Sql(new sqlite.DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS }));
	try {
		const shared = configure(sql, network ?? isNetworkFileSystem(folder));
		sql.exec(shared ? 'BEGIN IMMEDIATE' : 'BEGIN EXCLUSIVE');
		migrate(sql, new Date(now).toISOString());
		if (!toLeave) sql.run('DELETE FROM meta WHERE name = ?', MOVED);
		sql.exec('COMMIT');
		return { sql, path, shared, createdAt: createdAt(sql) };
	} catch (error) {
		sql.close();
		throw error;
	}
}

/**
 * Emptying the log into the file waits for the disk twice, inside a commit: four times as rarely as SQLite's own
 * default, which halves the time a burst of messages spends in commits. Pages that change often are written once.
 */
const LOG_PAGES = 4_000;
const PAGE_BYTES = 4_096;

/**
 * The write-ahead log where it works. With `synchronous = NORMAL` a commit is a write() without fsync: a process that
 * dies, by kill -9 too, loses nothing, because the operating system has the bytes. A machine that loses power may lose
 * the last seconds, but whole transactions from the end, never the order: events and engine state go back together, so
 * the engine recovers those messages from the provider again, and the execution's deduplication key is the same. What a
 * provider does not give twice (a rotated token, a send that has left) is committed with FULL, see `CommitQueue`.
 *
 * Elsewhere a rollback journal and an exclusive lock for as long as the file is open: no shared memory is needed, and a
 * second host is refused instead of being corrupted. A rollback journal without fsync may be torn, so FULL there.
 */
function configure(sql: Sql, network: boolean): boolean {
	sql.exec('PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF');
	if (!network) {
		const answer = sql.get<{ journal_mode: string }>('PRAGMA journal_mode = WAL');
		if (answer?.journal_mode === 'wal') {
			sql.exec('PRAGMA synchronous = NORMAL');
			sql.exec(
				`PRAGMA wal_autocheckpoint = ${LOG_PAGES}; PRAGMA journal_size_limit = ${LOG_PAGES * PAGE_BYTES}`,
			);
			return true;
		}
	}
	// TRUNCATE, because under an exclusive lock DELETE keeps the journal, and with it the text that was deleted.
	sql.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL');
	return false;
}

/** For copying out of a file that cannot be written; null when it cannot be read either. */
export function openReadOnly(sqlite: Sqlite, path: string): Sql | null {
	// A read-only folder has no room for the log's index: `immutable` reads the file alone.
	const alone = pathToFileURL(path);
	alone.search = 'immutable=1';
	for (const location of [path, alone]) {
		try {
			const sql = new Sql(new sqlite.DatabaseSync(location, { readOnly: true, timeout: BUSY_TIMEOUT_MS }));
			sql.get('SELECT count(*) FROM sqlite_schema');
			return sql;
		} catch {
			continue;
		}
	}
	return null;
}
