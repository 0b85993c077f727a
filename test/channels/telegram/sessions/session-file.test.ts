import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSessionFile, SessionFormatError } from '../../../../src/channels/telegram/sessions';
import { readSqliteTable } from '../../../../src/channels/telegram/sessions/sqlite-file';
import { databaseOf, pyrogramFile, telethonFile } from './files';

let dir: string;

beforeAll(() => {
	dir = mkdtempSync(join(tmpdir(), 'messenger-accounts-session-file-'));
});

afterAll(() => {
	rmSync(dir, { recursive: true });
});

const authKey = Buffer.from(Array.from({ length: 256 }, (_, index) => (index * 11) % 256));
const session = { dc: 4, address: '149.154.167.91', port: 443, authKey, userId: null };

describe('a session file', () => {
	it.each([512, 1024, 4096, 65_536])('of Telethon is read, pages of %i bytes', (pageSize) => {
		expect(parseSessionFile(telethonFile(session, dir, pageSize))).toEqual(session);
	});

	it('of Pyrogram is read, with the user it belongs to', () => {
		const userId = '7000000001';
		expect(parseSessionFile(pyrogramFile(session, BigInt(userId), dir))).toEqual({ ...session, userId });
	});

	it.each([
		['no database', () => Buffer.from('not a database at all')],
		['cut off', () => telethonFile(session, dir).subarray(0, 5_000)],
		['logged out', () => telethonFile({ ...session, authKey: Buffer.alloc(0) }, dir)],
		['of another program', () => databaseOf(dir, 4096, (database) => database.exec('create table t (x)'))],
	])('that is %s is refused', (_name, make) => {
		expect(() => parseSessionFile(make())).toThrow(SessionFormatError);
	});
});

describe('a database', () => {
	it('is read as SQLite itself reads it, every kind of value', () => {
		const numbers = [0, 1, -1, 127, -128, 40_000, -40_000, 2 ** 30, -(2 ** 40)];
		const rows = Array.from({ length: 300 }, (_, index) => [
			index,
			numbers[index % numbers.length] ?? 0,
			index / 3 + 0.1,
			'é'.repeat(index * 5),
			Buffer.alloc(index * 17, index),
			index % 2 === 0 ? null : 'text',
		]);
		const bytes = databaseOf(dir, 1024, (database) => {
			database.exec(
				'create table t (id integer primary key, i integer, r real, s text, b blob, n, check (id >= 0))',
			);
			const insert = database.prepare('insert into t values (?, ?, ?, ?, ?, ?)');
			for (const row of rows) insert.run(...row);
		});
		const read = readSqliteTable(bytes, 't');
		expect(read.map((row) => ['id', 'i', 'r', 's', 'b', 'n'].map((name) => row[name]))).toEqual(rows);
	});
});
