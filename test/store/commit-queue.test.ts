import { statSync } from 'node:fs';
import * as sqlite from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { ChannelEvent } from '../../src/contract';
import { nextTurn } from '../../src/runtime';
import { CommitQueue } from '../../src/store/commit-queue';
import { openFile } from '../../src/store/medium';
import type { Sql } from '../../src/store/sql';
import { settle } from '../support/manual-clock';
import { newPlace } from './support/place';
import { ACCOUNT, intent, journalEvent, message } from './support/samples';

describe('group commit', () => {
	it('writes the pages of concurrent appends once, not once each', async () => {
		const logBytes = async (concurrent: boolean) => {
			const place = newPlace();
			const store = await place.openSqliteStore();
			const before = statSync(`${place.path}-wal`).size;
			const appends: Promise<unknown>[] = [];
			for (let n = 0; n < 100; n += 1) {
				const append = store.append(ACCOUNT, { token: 1, events: [journalEvent(`e${n}`)] });
				if (concurrent) appends.push(append);
				else await append;
			}
			await Promise.all(appends);
			return statSync(`${place.path}-wal`).size - before;
		};
		expect(await logBytes(true)).toBeLessThan((await logBytes(false)) / 5);
	});

	it('answers after COMMIT: another connection sees what is told as done', async () => {
		const place = newPlace();
		const store = await place.openSqliteStore();
		const other = place.raw();
		const select = other.prepare('SELECT count(*) AS n FROM entries');
		const seen = await Promise.all(
			Array.from({ length: 50 }, (_, n) =>
				store.append(ACCOUNT, { token: 1, events: [journalEvent(`e${n}`)] }).then(() => select.get()?.['n']),
			),
		);
		expect(new Set(seen)).toEqual(new Set([50]));
	});

	it('empties the log into the file in a pause, not while commits follow one another, and for a few rows not at all', async () => {
		const place = newPlace();
		const store = await place.openSqliteStore();
		const other = place.raw();
		const append = (first: number, count: number) =>
			store.append(ACCOUNT, {
				token: 1,
				events: Array.from({ length: count }, (_, n) => journalEvent(`e${first + n}`)),
			});
		/** pages in the file itself, not in the log */
		const filePages = () => statSync(place.path).size / 4_096;
		const empty = filePages();
		await append(0, 100);
		await place.clock.advance(10_000);
		expect(filePages()).toBe(empty);
		for (let n = 1; n <= 10; n += 1) {
			await append(n * 1_000, 100);
			await place.clock.advance(100);
			expect(filePages()).toBe(empty);
		}
		await place.clock.advance(100);
		expect(filePages()).toBeGreaterThan(empty + 100);
		expect(place.clock.pending).toBe(0);
		expect(other.prepare('SELECT count(*) AS n FROM entries').get()).toEqual({ n: 1_100 });

		await append(50_000, 1_000);
		await store.close();
		expect(place.clock.pending).toBe(0);
	});

	it('lets the event loop breathe in a burst', async () => {
		const store = await newPlace().openSqliteStore();
		let over = false;
		const burst = Promise.all(
			Array.from({ length: 9_000 }, (_, n) =>
				store.append(ACCOUNT, { token: 1, events: [journalEvent(`e${n}`)] }),
			),
		).finally(() => {
			over = true;
		});
		let turns = 0;
		while (!over) {
			await nextTurn();
			turns += 1;
		}
		await burst;
		expect(turns).toBeGreaterThan(4);
	});

	it('commits what nobody waits for with the next thing asked for, or after some milliseconds', async () => {
		const place = newPlace();
		const store = await place.openSqliteStore();
		const select = place.raw().prepare('SELECT count(*) AS n FROM named_values');
		const written = (): unknown => select.get()?.['n'];
		const put = (name: string) => store.putValue(ACCOUNT, name, 1, 60_000, { beside: true });
		const alone = [put('a'), put('b')];
		await settle();
		expect(written()).toBe(0);
		await place.clock.advance(5);
		await Promise.all(alone);
		expect(written()).toBe(2);
		void put('c');
		expect(await store.getValue(ACCOUNT, 'c')).toBe(1);
		expect(written()).toBe(3);
		expect(place.clock.pending).toBe(0);
		void put('d');
		await store.close();
		expect(written()).toBe(4);
	});

	it('knows an intent that is reserved beside before it is committed', async () => {
		const store = await newPlace().openSqliteStore();
		const first = intent('k1');
		expect((await store.reserveIntent(first, { beside: true })).created).toBe(true);
		const repeat = await store.reserveIntent(intent('k1', { paramsHash: 'bb' }), { beside: true });
		expect(repeat).toEqual({ created: false, intent: first });
		await store.deleteIntent('k1');
		expect((await store.reserveIntent(first, { beside: true })).created).toBe(true);
	});

	it('undoes an append that fails in its middle, alone', async () => {
		const store = await newPlace().openSqliteStore();
		// A bigint is no JSON: what a channel must never do, but may not harm others by doing.
		const broken = { ...message('broken'), raw: 1n } as unknown as ChannelEvent;
		const outcomes = await Promise.allSettled([
			store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')] }),
			store.append(ACCOUNT, {
				token: 9,
				events: [journalEvent('e2'), journalEvent('broken', { event: broken })],
				state: { n: 2 },
			}),
			store.append(ACCOUNT, { token: 1, events: [journalEvent('e2')] }),
		]);
		expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
		expect((await store.readEntries(ACCOUNT, 0, 10)).map(({ seq, eventId }) => [seq, eventId])).toEqual([
			[1, 'e1'],
			[2, 'e2'],
		]);
		expect(await store.loadState(ACCOUNT)).toBeNull();
	});

	it('waits for the disk (fsync) only for what no provider gives twice, and goes back afterwards', async () => {
		const place = newPlace();
		const medium = openFile(sqlite, place.path, place.clock.now());
		const queue = new CommitQueue(medium, () => medium, place.services);
		const synchronous = (sql: Sql) => sql.get<{ synchronous: number }>('PRAGMA synchronous')?.synchronous;
		const [NORMAL, FULL] = [1, 2];
		expect(await queue.write(synchronous)).toBe(NORMAL);
		expect(await Promise.all([queue.write(synchronous), queue.flushedWrite(synchronous)])).toEqual([
			FULL,
			FULL,
		]);
		expect(await queue.write(synchronous)).toBe(NORMAL);
		const failing = queue.flushedWrite(() => {
			throw new Error('refused');
		});
		await expect(failing).rejects.toThrow('refused');
		expect(await queue.write(synchronous)).toBe(NORMAL);
		await queue.close();
	});
});
