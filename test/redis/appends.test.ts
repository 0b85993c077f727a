import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/contract';
import { openRedisStore } from '../../src/redis';
import { silentLogger, systemRandom } from '../../src/runtime';
import { ACCOUNT, journalEvent } from '../store/support/samples';
import { ManualClock } from '../support/manual-clock';
import { RedisServer } from './support/redis-server';

const OTHER = 'avito:other';

describe('appends to Redis', () => {
	let server: RedisServer;
	let client: Redis;
	let store: Store;
	let clock: ManualClock;

	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(() => server.stop());
	beforeEach(async () => {
		clock = new ManualClock();
		client = server.client();
		await client.flushall();
		const services = { clock, random: systemRandom, logger: silentLogger };
		store = await openRedisStore({ ...services, settings: server.settings('appends'), guardMs: 0 });
		await store.append(ACCOUNT, { token: 1, events: [journalEvent('first')] });
		await client.config('RESETSTAT');
	});
	afterEach(async () => {
		await store.close();
		client.disconnect();
	});

	const append = (id: string, more: Parameters<typeof journalEvent>[1] = {}) =>
		store.append(ACCOUNT, { token: 1, events: [journalEvent(id, more)], state: { after: id } });

	/** How many scripts were run since the store was opened. */
	async function scripts(): Promise<number> {
		const info = await client.info('commandstats');
		return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(info)?.[1] ?? 0);
	}

	it('that are asked for in one go are one step, and each is told its own number', async () => {
		const results = await Promise.all(['a', 'b', 'first', 'c', 'a'].map((id) => append(id)));
		expect(results.map(({ appended, duplicates }) => [appended[0]?.seq, ...duplicates])).toEqual([
			[2],
			[3],
			[undefined, 'first'],
			[4],
			[undefined, 'a'],
		]);
		expect(await scripts()).toBe(1);
		expect(await store.loadState(ACCOUNT)).toEqual({ after: 'a' });
	});

	it('keep the time at which each was asked for, and what is late within a group', async () => {
		const chat = { chatId: 'chat', recovered: true };
		const asked = [append('a', { ...chat, at: 20 })];
		const before = clock.now();
		await clock.advance(0);
		asked.push(append('b', { ...chat, at: 30 }), append('c', { ...chat, at: 10 }));
		await clock.advance(5);
		asked.push(append('d', { ...chat, at: 30 }));
		const late = (await Promise.all(asked)).flatMap(({ appended }) => appended.map((entry) => entry.late));
		expect(late).toEqual([false, false, true, false]);
		const entries = await store.readEntries(ACCOUNT, 1, 10);
		expect(entries.map(({ eventId, recordedAt }) => [eventId, recordedAt - before])).toEqual([
			['a', 0],
			['b', 0],
			['c', 0],
			['d', 5],
		]);
	});

	it('are not overtaken by what is asked for after them, of any account', async () => {
		const asked: Promise<unknown>[] = [];
		const seen: Promise<number>[] = [];
		for (let n = 0; n < 5; n += 1) {
			asked.push(append(`e${n}`), store.append(OTHER, { token: 1, events: [journalEvent(`o${n}`)] }));
			seen.push(store.lastSeq(ACCOUNT), store.lastSeq(OTHER));
		}
		expect(await Promise.all(seen)).toEqual([2, 1, 3, 2, 4, 3, 5, 4, 6, 5]);
		await Promise.all(asked);
	});

	it('that are asked for while another is under way go together, bounded, in order', async () => {
		const first = append('a');
		await Promise.resolve();
		const texts = Array.from({ length: 1_000 }, (_, n) => `e${n}`);
		const results = await Promise.all([first, ...texts.map((id) => append(id))]);
		expect(results.map(({ appended }) => appended[0]?.seq)).toEqual(results.map((_, n) => n + 2));
		const sent = await scripts();
		expect(sent).toBeGreaterThan(5);
		expect(sent).toBeLessThan(500);
	});

	it('are refused with their group when it is fenced, and only with it', async () => {
		await store.append(OTHER, { token: 7, events: [] });
		const outcomes = await Promise.allSettled([
			store.append(OTHER, { token: 6, events: [journalEvent('a')] }),
			store.append(OTHER, { token: 6, events: [journalEvent('b')] }),
			store.append(OTHER, { token: 7, events: [journalEvent('c')] }),
			append('d'),
		]);
		expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
		expect((await store.readEntries(OTHER, 0, 10)).map(({ eventId }) => eventId)).toEqual(['c']);
	});

	it('that were asked for before the store was closed are written', async () => {
		const asked = Promise.all(['a', 'b'].map((id) => append(id)));
		await store.close();
		expect((await asked).flatMap(({ appended }) => appended.map(({ seq }) => seq))).toEqual([2, 3]);
	});
});
