import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { RemoteServer, Store } from '../../src/contract';
import { LEASE_MS, LeaseKeeper } from '../../src/pool/account/lease-keeper';
import { openRedisCalls, openRedisStore } from '../../src/redis';
import { GUARD_MS } from '../../src/redis/epoch';
import { ServerClock } from '../../src/redis/server-clock';
import { silentLogger, systemClock, systemRandom } from '../../src/runtime';
import { ACCOUNT } from '../store/support/samples';
import { ManualClock, until } from '../support/manual-clock';
import { RedisServer } from './support/redis-server';

const HOUR = 3_600_000;
const NAME = 'session:a';

describe('whether Redis’ clock was set ahead', () => {
	it.each([
		['goes as ours does', { asked: 5_000, answered: 5_010, server: 105_010 }, false],
		['answers late', { asked: 5_000, answered: 9_000, server: 105_000 }, false],
		['was set back', { asked: 5_000, answered: 5_010, server: 45_000 }, false],
		['drifts for a day', { asked: 86_400_000, answered: 86_400_010, server: 100_000 + 86_440_000 }, false],
		['is a second ahead', { asked: 5_000, answered: 5_010, server: 106_010 }, true],
		['is an hour ahead', { asked: 5_000, answered: 5_010, server: 105_010 + HOUR }, true],
	])('%s', (_name, reading, was) => {
		const clock = new ServerClock();
		expect(clock.wasSetAhead({ asked: 0, answered: 20, server: 100_010 })).toBe(false);
		expect(clock.wasSetAhead(reading)).toBe(was);
		// Told once: what comes after is compared with this.
		const next = { asked: reading.asked + 10, answered: reading.answered + 10, server: reading.server + 10 };
		expect(clock.wasSetAhead(next)).toBe(false);
	});

	it('is not read from an answer that another one has overtaken', () => {
		const clock = new ServerClock();
		clock.wasSetAhead({ asked: 100, answered: 900, server: 100_000 });
		expect(clock.wasSetAhead({ asked: 50, answered: 800, server: 200_000 })).toBe(false);
	});
});

/** These tests own Redis' time, by the clock of the processes: it can be set, and theirs that only passes cannot. */
describe('when the clock leases end by is set', () => {
	let server: RedisServer;
	let clock: ManualClock;
	const stores: Store[] = [];

	beforeEach(async () => {
		server = await RedisServer.start();
		clock = new ManualClock();
	});
	afterEach(async () => {
		await Promise.all(stores.splice(0).map((store) => store.close()));
		await server.stop();
	});

	async function open(by: ManualClock = clock): Promise<Store> {
		const services = { clock: by, random: systemRandom, logger: silentLogger };
		const settings = server.settings('set');
		const store = await openRedisStore({ ...services, settings, leaseTime: 'clock' });
		stores.push(store);
		return store;
	}

	/** Asks until it is given. */
	function asks(store: Store): { given: boolean } {
		const answer = { given: false };
		void (async () => {
			while (!answer.given && stores.includes(store)) {
				const found = await store.acquireLease(NAME, 'host/2/main', LEASE_MS).catch(() => null);
				answer.given = found?.acquired === true;
			}
		})();
		return answer;
	}

	it('ahead, nobody acquires what has ended so before its holder has noticed', async () => {
		// What the other process says is Redis' time; the holder's own clocks go on.
		const ownersClock = new ManualClock();
		const [owner, other] = [await open(ownersClock), await open()];
		const pass = (ms: number) => Promise.all([ownersClock.advance(ms), clock.advance(ms)]);
		await pass(GUARD_MS);
		const keeper = new LeaseKeeper(
			owner,
			{ process: 'host/1/main', startId: 'a' },
			ownersClock,
			silentLogger,
		);
		onTestFinished(() => keeper.stop());
		const held = await keeper.acquire(NAME);
		expect(await other.acquireLease(NAME, 'host/2/main', LEASE_MS)).toMatchObject({ acquired: false });
		const before = clock.pending;
		clock.set(HOUR);
		const waiting = asks(other);
		await until(() => clock.pending > before, 'the wait');
		expect([held.valid(), waiting.given]).toEqual([true, false]);
		await pass(GUARD_MS - 1);
		expect([held.valid(), waiting.given]).toEqual([false, false]);
		await pass(1);
		await until(() => waiting.given, 'the lease');
	});

	it('ahead, a process that starts then waits, too, though Redis runs for long', async () => {
		const store = await open();
		await clock.advance(GUARD_MS);
		await store.acquireLease(NAME, 'host/1/main', LEASE_MS);
		const client = server.client();
		onTestFinished(() => client.disconnect());
		const [key = ''] = await client.keys('*epoch');
		await client.hset(key, 'since', 1);
		clock.set(HOUR);
		await store.renewLeases([{ name: 'session:b', token: 1, expiresAt: 0 }], LEASE_MS);
		const before = clock.pending;
		const waiting = asks(await open());
		await until(() => waiting.given || clock.pending > before, 'the lease or the wait');
		expect(waiting.given).toBe(false);
	});

	it.each([HOUR, 60_000])('back by %s ms, who is gone is waited for once more', async (byMs) => {
		const store = await open();
		await clock.advance(GUARD_MS);
		await store.acquireLease(NAME, 'host/1/main', LEASE_MS);
		clock.set(-byMs);
		const refused = await store.acquireLease(NAME, 'host/2/main', 2 * LEASE_MS);
		expect(refused).toEqual({ acquired: false, holder: 'host/1/main', expiresAt: clock.now() + LEASE_MS });
		await clock.advance(LEASE_MS);
		expect(await store.acquireLease(NAME, 'host/2/main', LEASE_MS)).toMatchObject({ acquired: true });
	});

	it('back behind the start of Redis, the wait after that is no longer than ever', async () => {
		await (await open()).close();
		const client = server.client();
		onTestFinished(() => client.disconnect());
		const [key = ''] = await client.keys('*epoch');
		await client.hset(key, 'since', Number(await client.hget(key, 'since')) + HOUR);
		const store = await open();
		const before = clock.pending;
		const waiting = asks(store);
		await until(() => clock.pending > before, 'the wait');
		await clock.advance(GUARD_MS);
		await until(() => waiting.given, 'the lease');
	});

	it('back, what was taken of a budget holds nobody up for longer than its window', async () => {
		const { pace } = await open();
		const take = () =>
			pace?.take(ACCOUNT, {
				points: 3,
				windows: [{ name: '', points: 5, windowMs: 60_000 }],
				chat: null,
				pauses: [],
			});
		expect(await take()).toBe(0);
		clock.set(-HOUR);
		expect(await take()).toBe(60_000);
		await clock.advance(60_000);
		expect(await take()).toBe(0);
	});
});

it('a process that was seen before Redis’ clock was set back is not believed to be there for as long', async () => {
	const server = await RedisServer.start();
	onTestFinished(() => server.stop());
	const nobody: RemoteServer = {
		...{ call: () => null, yield: async () => false, hint: async () => false },
		...{ answer: async () => null, told: () => undefined },
	};
	const services = { clock: systemClock, random: systemRandom, logger: silentLogger };
	const calls = await openRedisCalls(
		{ ...services, settings: server.settings('seen') },
		'host/1/main',
		nobody,
	);
	onTestFinished(() => calls.close());
	const client = server.client();
	onTestFinished(() => client.disconnect());
	const [key = ''] = await client.keys('*processes');
	const [seconds] = await client.time();
	await client.zadd(key, Number(seconds) * 1_000 + HOUR, 'host/9/gone');
	expect(await calls.processes()).toEqual(['host/9/gone']);
	expect(Number(await client.zscore(key, 'host/9/gone'))).toBeLessThan(Number(seconds) * 1_000 + 60_000);
});
