import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SessionData } from '../../../../src/channels/telegram/sessions';

/** A `.session` file as Telethon 1.25 makes it: schema version 7, with people it has met. */
export function telethonFile(
	{ dc, address, port, authKey }: SessionData,
	dir: string,
	pageSize = 4096,
): Buffer {
	return databaseOf(dir, pageSize, (database) => {
		database.exec('create table version (version integer primary key)');
		database.exec(`create table sessions (
                    dc_id integer primary key,
                    server_address text,
                    port integer,
                    auth_key blob,
                    takeout_id integer
                )`);
		database.exec('create table entities (id integer primary key, hash integer not null, name text)');
		database.exec('insert into version values (7)');
		database.prepare('insert into sessions values (?,?,?,?,?)').run(dc, address, port, authKey, null);
		const entity = database.prepare('insert into entities values (?,?,?)');
		for (let id = 1; id <= 500; id += 1) entity.run(id, BigInt(id) * -7n, 'x'.repeat(id * 9));
	});
}

/** As Pyrogram 2 makes it. */
export function pyrogramFile({ dc, authKey }: SessionData, userId: bigint, dir: string): Buffer {
	return databaseOf(dir, 4096, (database) => {
		database.exec(`CREATE TABLE sessions
(
    dc_id     INTEGER PRIMARY KEY,
    api_id    INTEGER,
    test_mode INTEGER,
    auth_key  BLOB,
    date      INTEGER NOT NULL,
    user_id   INTEGER,
    is_bot    INTEGER
)`);
		const insert = database.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)');
		insert.run(dc, 12_345, 0, authKey, 0, userId, 0);
	});
}

let made = 0;

/** What SQLite itself writes. */
export function databaseOf(dir: string, pageSize: number, fill: (database: DatabaseSync) => void): Buffer {
	const path = join(dir, `made-${String((made += 1))}.session`);
	const database = new DatabaseSync(path);
	try {
		database.exec(`pragma page_size = ${String(pageSize)}; begin`);
		fill(database);
		database.exec('commit');
	} finally {
		database.close();
	}
	const bytes = readFileSync(path);
	rmSync(path);
	return bytes;
}
