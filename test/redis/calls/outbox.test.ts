import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Redis } from 'ioredis';
import { silentLogger, systemClock } from '../../../src/runtime';
import { Outbox } from '../../../src/redis/calls/outbox';
import { RedisConnection } from '../../../src/redis/connection';
import { Keys } from '../../../src/redis/keys';
import { ManualClock } from '../../support/manual-clock';
import { RedisServer } from '../support/redis-server';

const READER = 'host/1/main/aa';
const ROOM = 1_000;
const UNASKED = 32;

let redis: RedisServer;
let client: Redis;
let connection: RedisConnection;
let clock: ManualClock;
let outbox: Outbox;
let inbox: string;

beforeAll(async () => {
	redis = await RedisServer.start();
	client = redis.client();
	const settings = redis.settings('outbox');
	const services = { clock: systemClock, logger: silentLogger };
	connection = await RedisConnection.open({ settings, ...services, name: 'outbox' });
	inbox = new Keys(settings.prefix).inbox(READER);
});
afterAll(async () => {
	await connection.close();
	client.disconnect();
	await redis.stop();
});
beforeEach(async () => {
	await client.flushall();
	await client.config('RESETSTAT');
	clock = new ManualClock();
	outbox = new Outbox(connection, new Keys(redis.settings('outbox').prefix), clock);
});

const post = (text = 'm') => outbox.post(READER, text);
const fill = async (messages: number): Promise<void> => {
	for (let n = 0; n < messages; n += 1) await client.xadd(inbox, '*', 'm', 'of others');
};
/** How often it was asked whether there is room. */
async function asked(): Promise<number> {
	const stats = await client.info('commandstats');
	return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

it('an inbox that had room is asked again only after so many messages that go alone, or a minute', async () => {
	for (let n = 0; n <= UNASKED; n += 1) expect(await post(`${n}`)).toBe(true);
	expect(await asked()).toBe(1);
	expect(await post()).toBe(true);
	expect(await asked()).toBe(2);
	await clock.advance(60_000);
	expect(await post()).toBe(true);
	expect(await asked()).toBe(3);
	const texts = (await client.xrange(inbox, '-', '+')).map(([, fields]) => fields[1]);
	expect(texts.slice(0, UNASKED + 1)).toEqual(Array.from({ length: UNASKED + 1 }, (_, n) => `${n}`));
});

it('an inbox that fills up is found full, and gets no more than so many in between', async () => {
	expect(await post()).toBe(true);
	await fill(ROOM);
	let taken = 0;
	while (await post()) taken += 1;
	expect(taken).toBe(UNASKED);
	expect([await post(), await client.xlen(inbox)]).toEqual([false, ROOM + 1 + UNASKED]);
	await client.xtrim(inbox, 'MAXLEN', 10);
	expect(await post()).toBe(true);
});

it('those that wait for one another go together, and are asked for', async () => {
	await post();
	const posted = await Promise.all([post('a'), post('b'), post('c')]);
	expect(posted).toEqual([true, true, true]);
	expect(await asked()).toBe(2);
	const texts = (await client.xrange(inbox, '-', '+')).map(([, fields]) => fields[1]);
	expect(texts).toEqual(['m', 'a', 'b', 'c']);
});

it('an inbox that went with its reader is made anew for ten minutes only', async () => {
	await post();
	await client.del(inbox);
	expect(await post()).toBe(true);
	expect(await asked()).toBe(1);
	const left = await client.pttl(inbox);
	expect(left).toBeGreaterThan(0);
	expect(left).toBeLessThanOrEqual(600_000);
});

it('after a failure the next is asked for', async () => {
	await post();
	await client.set(inbox, 'no stream');
	await expect(post()).rejects.toMatchObject({ code: 'store_unavailable' });
	await client.del(inbox);
	expect(await post()).toBe(true);
	expect(await asked()).toBe(2);
});
