import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readerLeaseName, type Logger, type Store, type StoreInfo } from '../../src/contract';
import { openRedisStore, type RedisStoreOptions } from '../../src/redis';
import { GUARD_MS } from '../../src/redis/epoch';
import { nextTurn, silentLogger, systemClock, systemRandom } from '../../src/runtime';
import { LEASE_MS } from '../../src/pool/account/lease-keeper';
import { ACCOUNT, consumer, journalEvent } from '../store/support/samples';
import { ManualClock, passes, until } from '../support/manual-clock';
import { RedisServer } from './support/redis-server';
import { Relay } from './support/relay';

const PASSWORD = 'hunter2-of-redis';
/** Twenty real seconds at least, in which time stands still or goes on: one write to a busy disk may take some of them. */
const STANDS = { stepMs: 0, steps: 2_000 };
const GOES_ON = { stepMs: 250, steps: 2_000 };
const UNAVAILABLE = { code: 'store_unavailable', retry: { afterMs: 5_000 } };

/** So many processes have marked what they wrote. */
async function marked(client: Redis, processes: number): Promise<void> {
	await until(async () => (await client.keys('*:mark:*')).length === processes, 'the mark');
}

describe('when Redis', () => {
	let server: RedisServer;
	const stores: Store[] = [];
	const others: RedisServer[] = [];
	const said: string[] = [];
	const note = (message: string, meta?: unknown) =>
		void said.push(`${message} ${JSON.stringify(meta ?? {})}`);
	const logger: Logger = { debug: note, info: note, warn: note, error: note };

	beforeEach(async () => {
		said.length = 0;
		server = await RedisServer.start();
	});
	afterEach(async () => {
		await Promise.all(stores.splice(0).map((store) => store.close()));
		await Promise.all([server, ...others.splice(0)].map((started) => started.stop()));
	});

	async function open(options: Partial<RedisStoreOptions> = {}): Promise<Store> {
		const settings = server.settings('outage');
		const services = { clock: systemClock, random: systemRandom, logger };
		const store = await openRedisStore({ ...services, settings, guardMs: 0, ...options });
		stores.push(store);
		return store;
	}

	async function works(store: Store): Promise<boolean> {
		return store.getValue(ACCOUNT, 'n').then(
			() => true,
			() => false,
		);
	}

	it('is not there, opening fails with a code a caller can act on, and leaves nothing behind', async () => {
		await server.kill();
		const clock = new ManualClock();
		const opening = open({ clock });
		const told = expect(opening).rejects.toMatchObject(UNAVAILABLE);
		await until(() => clock.pending > 0, 'the wait for a connection');
		await clock.advance(10_000);
		await told;
		await expect(opening).rejects.toThrow('ECONNREFUSED');
		expect(clock.pending).toBe(0);
		await server.run();
		await expect(open()).resolves.toBeDefined();
	});

	it('goes away, calls fail within a bound, are never sent later, and work again when it is back', async () => {
		const clock = new ManualClock();
		const store = await open({ clock });
		await store.putValue(ACCOUNT, 'n', 'before');
		await server.kill();
		await until(() => said.length > 0, 'the loss of the connection');
		const failing = store.putValue(ACCOUNT, 'n', 'while away');
		const told = expect(failing).rejects.toMatchObject({ code: 'store_unavailable' });
		await until(() => clock.pending > 0, 'the wait for a connection');
		const since = new Date(clock.now()).toISOString();
		await clock.advance(2_000);
		await told;
		expect(store.info.degraded).toMatch(/^Redis does not answer: .*accounts stop when their lease ends/);
		expect(store.info.degraded).toContain(since);
		await server.run();
		await until(() => works(store), 'Redis answers again');
		expect(store.info.degraded).not.toContain('does not answer');
		expect(await store.getValue(ACCOUNT, 'n')).toBeUndefined();
		expect(said.filter((line) => line.startsWith('Redis does not answer'))).toHaveLength(1);
		expect(said.some((line) => line.startsWith('Redis answers again'))).toBe(true);
	});

	it('breaks the connection after a command was sent, the command fails and is not sent a second time', async () => {
		const middle = await Relay.to(server.port);
		try {
			const settings = { ...server.settings('outage'), nodes: [{ host: '127.0.0.1', port: middle.port }] };
			const store = await open({ settings });
			await store.increment(ACCOUNT, 'n', 1, 1_000_000);
			middle.swallowAnswers = true;
			const cut = store.increment(ACCOUNT, 'n', 1, 1_000_000);
			const told = expect(cut).rejects.toMatchObject({ code: 'store_unavailable' });
			await until(() => middle.swallowed > 0, 'the answer that is lost');
			middle.swallowAnswers = false;
			middle.cut();
			await told;
			await until(() => works(store), 'Redis answers again');
			expect(await store.getValue(ACCOUNT, 'n')).toBe(2);
		} finally {
			await middle.close();
		}
	});

	it('stops answering without closing, calls fail within a bound', async () => {
		const store = await open({ answerMs: 100 });
		await store.putValue(ACCOUNT, 'n', 1);
		server.freeze();
		await expect(store.getValue(ACCOUNT, 'n')).rejects.toMatchObject({ code: 'store_unavailable' });
		server.thaw();
		await until(() => works(store), 'Redis answers again');
	});

	it('is slow, `status` says how slow while it is so and for a minute after', async () => {
		const clock = new ManualClock();
		const told: StoreInfo[] = [];
		const store = await open({ clock });
		store.onDegraded((info) => told.push(info));
		await store.putValue(ACCOUNT, 'n', 1);
		expect(store.info.degraded).toBeNull();
		server.freeze();
		const slow = store.getValue(ACCOUNT, 'n');
		await clock.advance(900);
		expect(store.info.degraded).toBeNull();
		await clock.advance(600);
		expect(store.info).toMatchObject({ durable: true, degraded: expect.stringContaining('took 1.5 s') });
		server.thaw();
		await slow;
		await clock.advance(30_000);
		await store.getValue(ACCOUNT, 'n');
		expect(store.info.degraded).toContain('took 1.5 s');
		await clock.advance(30_000);
		expect(store.info).toMatchObject({ durable: true, degraded: null });
		// It passes by itself: nobody is alarmed.
		expect(told).toEqual([]);
	});

	it('is a read-only replica, writes fail and `status` says so until it is a master again', async () => {
		const store = await open();
		await store.putValue(ACCOUNT, 'n', 1);
		const admin = server.client();
		await marked(admin, 1);
		await admin.config('SET', 'replica-read-only', 'yes');
		await admin.replicaof('127.0.0.1', 1);
		await expect(store.putValue(ACCOUNT, 'n', 2)).rejects.toThrow('read-only');
		await until(() => store.info.degraded?.includes('read-only replica') === true, 'the state is shown');
		expect(store.info).toMatchObject({ durable: true, degraded: expect.stringContaining('since 20') });
		await admin.replicaof('NO', 'ONE');
		admin.disconnect();
		await until(
			async () =>
				store.putValue(ACCOUNT, 'n', 2).then(
					() => true,
					() => false,
				),
			'writes work again',
		);
		expect(store.info.degraded).toBeNull();
		expect(await store.getValue(ACCOUNT, 'n')).toBe(2);
	});

	it('is full, appends fail whole and say what to do', async () => {
		const store = await open();
		await store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')], state: { pts: 1 } });
		const admin = server.client();
		await admin.config('SET', 'maxmemory', '1');
		const full = store.append(ACCOUNT, { token: 1, events: [journalEvent('e2')], state: { pts: 2 } });
		await expect(full).rejects.toMatchObject({
			code: 'store_unavailable',
			hint: expect.stringContaining('noeviction'),
		});
		expect(store.info).toMatchObject({
			durable: true,
			degraded: expect.stringMatching(/^Redis is out of memory\. Give Redis more memory/),
		});
		await admin.config('SET', 'maxmemory', '0');
		admin.disconnect();
		expect(await store.loadState(ACCOUNT)).toEqual({ pts: 1 });
		const again = await store.append(ACCOUNT, { token: 1, events: [journalEvent('e2')] });
		expect(again.appended.map(({ seq }) => seq)).toEqual([2]);
		expect(store.info.degraded).toBeNull();
	});

	it('wants a password, neither errors nor logs show it', async () => {
		const locked = await RedisServer.start(['--requirepass', PASSWORD]);
		others.push(locked);
		await open({ settings: locked.settings('p', { QUEUE_BULL_REDIS_PASSWORD: PASSWORD }) });
		const clock = new ManualClock();
		const wrong = open({
			clock,
			settings: locked.settings('p', {
				QUEUE_BULL_REDIS_PASSWORD: `${PASSWORD}!`,
				QUEUE_BULL_REDIS_USERNAME: 'n8n',
			}),
		});
		const told = expect(wrong).rejects.toThrow('refuses the user name or password');
		await until(() => said.length > 0, 'the refusal');
		await clock.advance(10_000);
		await told;
		const error: unknown = await wrong.catch((reason: unknown) => reason);
		expect(JSON.stringify([error, String(error), (error as Error).stack, said])).not.toContain(PASSWORD);
	});

	it('lost its scripts, nothing is noticed', async () => {
		const store = await open();
		const admin = server.client();
		await admin.script('FLUSH');
		admin.disconnect();
		const appended = await store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')] });
		expect(appended.appended).toHaveLength(1);
	});
});

describe('when Redis comes back', () => {
	let server: RedisServer;
	const stores: Store[] = [];

	beforeEach(async () => {
		server = await RedisServer.start(['--appendonly', 'yes', '--appendfsync', 'always']);
	});
	afterEach(async () => {
		await Promise.all(stores.splice(0).map((store) => store.close()));
		await server.stop();
	});

	async function open(clock: ManualClock, options: Partial<RedisStoreOptions> = {}): Promise<Store> {
		const services = { clock, random: systemRandom, logger: silentLogger };
		const store = await openRedisStore({ ...services, settings: server.settings('p'), ...options });
		stores.push(store);
		return store;
	}

	/**
	 * Asks for a lease until it is given, as the pool does: on a busy machine one answer of this Redis, which writes to disk each
	 * time, may come too late. @returns whether it has been given by now
	 */
	async function acquires(store: Store, clock: ManualClock, name: string): Promise<() => boolean> {
		let given = false;
		const ask = async (): Promise<void> => {
			while (!given && stores.includes(store)) {
				const answer = await store.acquireLease(name, 'host/1/main', LEASE_MS).catch(() => null);
				given = answer?.acquired === true;
				await nextTurn();
			}
		};
		void ask();
		await until(() => given || clock.pending > 0, 'an answer or a wait');
		return () => given;
	}

	it('the wait is as long as a lease of the pool', () => {
		expect(GUARD_MS).toBe(LEASE_MS);
	});

	it('is new, nobody acquires for one lease: it may be one that lost its data', async () => {
		const clock = new ManualClock();
		const store = await open(clock);
		const given = await acquires(store, clock, 'session:a');
		await clock.advance(GUARD_MS / 2);
		expect(given()).toBe(false);
		await clock.advance(GUARD_MS / 2);
		await passes(clock, given, 'the lease', GOES_ON);
	});

	it('with its data, leases that are held go on; new ones wait, as after a failover', async () => {
		const clock = new ManualClock();
		const store = await open(clock);
		await clock.advance(GUARD_MS);
		const held = await store.acquireLease('session:a', 'host/1/main', LEASE_MS);
		if (!held.acquired) throw new Error('not acquired');
		await store.saveConsumer(consumer('c1'));
		await clock.advance(1_000);
		const admin = server.client();
		await marked(admin, 1);
		admin.disconnect();
		await server.kill();
		await server.run();
		await until(
			async () => (await store.loadConsumer('c1').catch(() => null)) !== null,
			'Redis answers again',
		);
		expect(store.info.degraded).toBeNull();
		expect(await store.renewLeases([held.lease], LEASE_MS)).toEqual([]);
		const given = await acquires(store, clock, 'session:b');
		await clock.advance(GUARD_MS / 2);
		expect(given()).toBe(false);
		await clock.advance(GUARD_MS / 2);
		await passes(clock, given, 'the lease', GOES_ON);
	});

	it('with data that is older than what it had, every lease is lost, and no number is given twice', async () => {
		const clock = new ManualClock();
		const snapshots = await RedisServer.start();
		const settings = snapshots.settings('p');
		try {
			const [owner, other] = [await open(clock, { settings }), await open(clock, { settings })];
			await clock.advance(GUARD_MS);
			const name = readerLeaseName(ACCOUNT);
			const held = await owner.acquireLease(name, 'host/1/main', LEASE_MS);
			if (!held.acquired) throw new Error('not acquired');
			const { token } = held.lease;
			await owner.append(ACCOUNT, { token, events: [journalEvent('e1')], state: { pts: 1 } });
			const admin = snapshots.client();
			await admin.save();
			admin.disconnect();
			await owner.append(ACCOUNT, { token, events: [journalEvent('e2')], state: { pts: 2 } });
			await snapshots.kill();
			await snapshots.run();
			// It had written nothing, and hears of it from the one that had.
			for (const store of [owner, other]) {
				const isTold = async () => {
					await store.renewLeases([], LEASE_MS).catch(() => undefined);
					return store.info.degraded?.includes('lost a part of its data') === true;
				};
				await until(isTold, 'the loss');
			}
			expect(await owner.renewLeases([held.lease], LEASE_MS)).toEqual([name]);
			const append = owner.append(ACCOUNT, { token, events: [journalEvent('e3')], state: { pts: 3 } });
			await expect(append).rejects.toMatchObject({ code: 'account_in_use' });
			expect(await owner.loadState(ACCOUNT)).toEqual({ pts: 1 });
			const given = await acquires(other, clock, name);
			await clock.advance(GUARD_MS / 2);
			expect(given()).toBe(false);
			await clock.advance(GUARD_MS / 2);
			await passes(clock, given, 'the lease', GOES_ON);
		} finally {
			await Promise.all(stores.splice(0).map((store) => store.close()));
			await snapshots.stop();
		}
	});

	it('with an older journal and nothing to tell it by, as one server of a cluster, no number is given twice', async () => {
		const clock = new ManualClock();
		const store = await open(clock, { guardMs: 0 });
		const name = readerLeaseName(ACCOUNT);
		const held = await store.acquireLease(name, 'host/1/main', LEASE_MS);
		if (!held.acquired) throw new Error('not acquired');
		const append = (id: string) =>
			store.append(ACCOUNT, { token: held.lease.token, events: [journalEvent(id)], state: { id } });
		await append('e1');
		const admin = server.client();
		const keys = await admin.keys(`*{${ACCOUNT}}`);
		const dumps = await Promise.all(keys.map((key) => admin.dumpBuffer(key)));
		await append('e2');
		await append('e3');
		await Promise.all(keys.map((key, at) => admin.restore(key, 0, dumps[at] ?? '', 'REPLACE')));
		admin.disconnect();
		await expect(append('e4')).rejects.toMatchObject({ message: 'Redis has lost its data.' });
		expect(await store.loadState(ACCOUNT)).toEqual({ id: 'e1' });
		expect(store.info.degraded).toContain('lost a part of its data');
		expect(await store.renewLeases([held.lease], LEASE_MS)).toEqual([name]);
		const next = await store.acquireLease(name, 'host/1/main', LEASE_MS);
		if (!next.acquired) throw new Error('not acquired');
		await expect(append('e4')).rejects.toMatchObject({ code: 'account_in_use' });
		const { appended } = await store.append(ACCOUNT, {
			token: next.lease.token,
			events: [journalEvent('e2')],
			state: { id: 'e2' },
		});
		expect(appended.map(({ seq }) => seq)).toEqual([2]);
	});

	it('empty, every lease is lost, tokens still grow, and the store says what that means', async () => {
		const clock = new ManualClock();
		const store = await open(clock);
		const told: StoreInfo[] = [];
		store.onDegraded((info) => told.push(info));
		await clock.advance(GUARD_MS);
		const name = readerLeaseName(ACCOUNT);
		const before = await store.acquireLease(name, 'host/1/main', LEASE_MS);
		if (!before.acquired) throw new Error('not acquired');
		await store.append(ACCOUNT, { token: before.lease.token, events: [journalEvent('e1')] });
		const admin = server.client();
		await admin.flushall();
		admin.disconnect();
		await server.kill();
		await server.run();
		await until(
			async () => (await store.lastSeq(ACCOUNT).catch(() => -1)) === 0 && told.length > 0,
			'the loss is told',
		);
		expect(store.info).toMatchObject({
			durable: false,
			degraded: expect.stringContaining('without its data'),
		});
		expect(await store.renewLeases([before.lease], LEASE_MS)).toEqual([name]);
		const given = await acquires(store, clock, name);
		await clock.advance(GUARD_MS / 2);
		expect(given()).toBe(false);
		await clock.advance(GUARD_MS / 2);
		await passes(clock, given, 'the lease', GOES_ON);
		const old = store.append(ACCOUNT, { token: before.lease.token, events: [journalEvent('e2')] });
		await expect(old).rejects.toMatchObject({ code: 'account_in_use' });
		await clock.advance(86_400_000);
		expect(store.info.degraded).toBeNull();
	});

	it('empty under open connections, whoever believes in what was there cannot write, and leases wait as after a restart', async () => {
		const clock = new ManualClock();
		const [owner, waiting] = [await open(clock), await open(clock)];
		await clock.advance(GUARD_MS);
		const name = readerLeaseName(ACCOUNT);
		const held = await owner.acquireLease(name, 'host/1/main', LEASE_MS);
		if (!held.acquired) throw new Error('not acquired');
		const { token } = held.lease;
		await owner.append(ACCOUNT, { token, events: [journalEvent('e1')], state: { pts: 1 } });
		const admin = server.client();
		await admin.flushall();
		const lost = { code: 'store_unavailable', message: 'Redis has lost its data.' };
		const write = owner.append(ACCOUNT, { token, events: [journalEvent('e2')], state: { pts: 2 } });
		await expect(write).rejects.toMatchObject(lost);
		await expect(owner.saveState(ACCOUNT, token, { pts: 2 })).rejects.toMatchObject({
			code: 'account_in_use',
		});
		expect(owner.info.degraded).toContain('without its data');
		// The other one learns it when it wants a lease, and then waits like everybody.
		const given = await acquires(waiting, clock, name);
		const noticed = () => waiting.info.createdAt === owner.info.createdAt;
		await passes(clock, noticed, 'the loss to be noticed', STANDS);
		await clock.advance(GUARD_MS / 2);
		expect(given()).toBe(false);
		await clock.advance(GUARD_MS / 2);
		await passes(clock, given, 'the lease', GOES_ON);
		const again = owner.append(ACCOUNT, { token, events: [journalEvent('e3')] });
		await expect(again).rejects.toMatchObject({ code: 'account_in_use' });
		expect(await waiting.readEntries(ACCOUNT, 0, 10)).toEqual([]);
		expect(await waiting.loadState(ACCOUNT)).toBeNull();
		// One that renews learns it too.
		await admin.flushall();
		admin.disconnect();
		expect(await owner.renewLeases([held.lease], LEASE_MS)).toEqual([name]);
		expect(Date.parse(owner.info.createdAt)).toBe(clock.now());
	});

	it('empty because it kept nothing on disk, each process says so and sees the same new life', async () => {
		const forgetful = await RedisServer.start(['--save', '']);
		const clock = new ManualClock();
		const settings = forgetful.settings('p');
		try {
			const [main, worker] = [await open(clock, { settings }), await open(clock, { settings })];
			expect(main.info.degraded).toContain('nothing on disk');
			const born = main.info.createdAt;
			await main.saveConsumer(consumer('c1'));
			await main.append(ACCOUNT, { token: 1, events: [journalEvent('e1')], state: { pts: 7 } });
			await forgetful.kill();
			await until(() => main.info.degraded?.startsWith('Redis does not answer') === true, 'the outage');
			await clock.advance(60_000);
			await forgetful.run();
			for (const store of [main, worker]) {
				await until(() => store.info.degraded?.startsWith('Redis came back without') === true, 'the loss');
				expect(store.info.durable).toBe(false);
				expect(await store.lastSeq(ACCOUNT)).toBe(0);
				expect(await store.loadState(ACCOUNT)).toBeNull();
				expect(await store.loadConsumer('c1')).toBeNull();
			}
			expect(worker.info.createdAt).toBe(main.info.createdAt);
			expect(Date.parse(main.info.createdAt) - Date.parse(born)).toBeGreaterThanOrEqual(60_000);
			// A process that starts now finds nothing missing: it never knew what was there.
			expect((await open(clock, { settings })).info.degraded).toContain('nothing on disk');
		} finally {
			await Promise.all(stores.splice(0).map((store) => store.close()));
			await forgetful.stop();
		}
	});

	it('leases end by Redis’ own clock, whatever a host believes the time to be', async () => {
		const ahead = new ManualClock(Date.parse('2100-01-01T00:00:00Z'));
		const store = await open(ahead, { guardMs: 0 });
		await store.acquireLease('session:a', 'host/1/main', 60_000);
		const behind = await open(new ManualClock(), { guardMs: 0 });
		await ahead.advance(3_600_000);
		const answer = await store.acquireLease('session:a', 'host/2/main', 60_000);
		expect(answer).toMatchObject({ acquired: false, holder: 'host/1/main' });
		await store.breakLease('session:a', 'host/1/main');
		// Redis measures these 30 ms; a test asks until they are over.
		await behind.acquireLease('session:b', 'host/1/main', 30);
		await until(
			async () => (await behind.acquireLease('session:b', 'host/2/main', 60_000)).acquired,
			'the lease ends',
		);
	});
});

describe('what the server says of itself', () => {
	it.each([
		[['--save', ''], 'nothing on disk'],
		[['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'], 'noeviction'],
		[['--save', '', '--appendonly', 'yes'], null],
		[['--maxmemory', '100mb', '--maxmemory-policy', 'noeviction'], null],
	])('%j', async (args, sentence) => {
		const server = await RedisServer.start(args);
		const services = { clock: systemClock, random: systemRandom, logger: silentLogger };
		try {
			const store = await openRedisStore({ ...services, settings: server.settings('p') });
			const { degraded, durable } = store.info;
			await store.close();
			if (sentence === null) expect(degraded).toBeNull();
			else expect(degraded).toContain(sentence);
			expect(durable).toBe(sentence === null);
		} finally {
			await server.stop();
		}
	});
});
