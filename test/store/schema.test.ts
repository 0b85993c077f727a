import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { DATA_TABLES, SCHEMA_VERSION } from '../../src/store/schema';
import { journalEvent, ACCOUNT, LIMITS } from './support/samples';
import { newPlace } from './support/place';

const versionOne = readFileSync(join(import.meta.dirname, 'fixtures/schema-1.sql'), 'utf8');

function placeOfVersionOne() {
	const place = newPlace();
	const database = new DatabaseSync(place.path);
	database.exec(versionOne);
	database.close();
	return place;
}

describe('schema', () => {
	it('upgrades a store of version 1 and goes on where it stood', async () => {
		const place = placeOfVersionOne();
		const store = await place.openSqliteStore();
		expect(store.info).toMatchObject({
			degraded: null,
			durable: true,
			createdAt: '2025-05-05T05:05:05.000Z',
		});
		expect(await store.accountOf('session-a')).toBe(ACCOUNT);
		expect(await store.loadState(ACCOUNT)).toEqual({ second: 1735689600, ids: ['m1'] });
		expect(
			(await store.readEntries(ACCOUNT, 0, 10)).map(({ seq, late, heldBy }) => [seq, late, heldBy]),
		).toEqual([
			[2, false, null],
			[3, true, 'wait-1'],
		]);
		expect((await store.loadConsumer('c1'))?.position).toEqual({
			watermark: 1,
			acknowledged: [3],
			unsettled: [{ key: 'key-1', seqs: [2], attempt: 1, at: 1767225600000 }],
		});
		expect(await store.loadIntent('k1')).toMatchObject({ state: 'sent', providerKey: 'marker' });
		expect((await store.listWaits(ACCOUNT)).map(({ messageId }) => messageId)).toEqual(['m1']);
		expect(await store.getValue(ACCOUNT, 'hash/1')).toBe('abc');
		expect(await store.getSecret('session-a', 'token')).toBe('v1.sealed');

		const lease = await store.acquireLease('x', 'host/1/main', 1);
		expect(lease).toMatchObject({ lease: { token: 42 } });
		const appended = await store.append(ACCOUNT, {
			token: 41,
			events: [journalEvent('e1'), journalEvent('e4', { at: 1767225599999, recovered: true })],
		});
		expect(appended).toEqual({ appended: [{ seq: 4, eventId: 'e4', late: true }], duplicates: ['e1'] });
		await store.sweep({ ...LIMITS, maxEntries: 0 });
		await store.close();
		expect(place.raw().prepare('PRAGMA user_version').get()).toEqual({ user_version: SCHEMA_VERSION });
	});

	it('leaves a new store with the same tables as an upgraded one', async () => {
		const tables = async (place: ReturnType<typeof newPlace>) => {
			await (await place.openSqliteStore()).close();
			const select = 'SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name';
			return place.raw().prepare(select).all();
		};
		const fresh = await tables(newPlace());
		expect(await tables(placeOfVersionOne())).toEqual(fresh);
		const named = fresh.map(({ name }) => name).filter((name) => !String(name).includes('_by_'));
		expect(named.filter((name) => name !== 'meta' && name !== 'intents_sent')).toEqual(
			[...DATA_TABLES].sort(),
		);
	});

	it('goes on writing a newer store that still allows it, and leaves its version alone', async () => {
		const place = newPlace();
		await (await place.openSqliteStore()).close();
		place.raw().exec(`
			ALTER TABLE entries ADD COLUMN colour TEXT;
			CREATE TABLE novelties (x);
			PRAGMA user_version = ${SCHEMA_VERSION + 3};
			UPDATE meta SET value = '${SCHEMA_VERSION}' WHERE name = 'oldest_writer';
		`);
		const store = await place.openSqliteStore();
		await store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')] });
		expect((await store.readEntries(ACCOUNT, 0, 10)).map(({ eventId }) => eventId)).toEqual(['e1']);
		await store.close();
		expect(place.raw().prepare('PRAGMA user_version').get()).toEqual({ user_version: SCHEMA_VERSION + 3 });
	});

	const makeNewer = `
		PRAGMA user_version = ${SCHEMA_VERSION + 1};
		UPDATE meta SET value = '${SCHEMA_VERSION + 1}' WHERE name = 'oldest_writer';
	`;

	it('refuses to write a newer store that forbids it, says so, and goes on in memory with what it tells', async () => {
		const place = newPlace();
		const first = await place.openSqliteStore();
		await first.append(ACCOUNT, { token: 1, events: [journalEvent('e1')], state: { pts: 1 } });
		await first.close();
		place.raw().exec(makeNewer);
		await expect(place.openSqliteStore()).rejects.toMatchObject({
			code: 'store_unavailable',
			message: expect.stringContaining('newer version of this package') as unknown,
		});
		const store = await place.openStore();
		expect(store.info).toMatchObject({ kind: 'memory', durable: false });
		expect(store.info.degraded).toContain('newer version of this package');
		expect(await store.loadState(ACCOUNT)).toEqual({ pts: 1 });
		await store.append(ACCOUNT, { token: 1, events: [journalEvent('e2')] });
		expect(place.raw().prepare('SELECT count(*) AS n FROM entries').get()).toEqual({ n: 1 });
	});

	it('stops writing when a newer package upgrades the file under it', async () => {
		const place = newPlace();
		const store = await place.openSqliteStore();
		await store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')], state: { pts: 1 } });
		place.raw().exec(makeNewer);
		await store.append(ACCOUNT, { token: 1, events: [journalEvent('e2')] });
		expect(store.info).toMatchObject({ kind: 'memory', durable: false });
		expect(await store.lastSeq(ACCOUNT)).toBe(2);
		expect(place.raw().prepare('SELECT count(*) AS n FROM entries').get()).toEqual({ n: 1 });
	});
});
