import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readerLeaseName, type PaceRequest, type SharedPace, type Store } from '../../src/contract';
import { openRedisStore } from '../../src/redis';
import { silentLogger, systemRandom } from '../../src/runtime';
import { mirrorPlace } from '../../src/store';
import { ACCOUNT } from '../store/support/samples';
import { ManualClock, passes } from '../support/manual-clock';
import { complaints, listKeys } from './support/key-table';
import { RedisServer } from './support/redis-server';

const LEASE = 15_000;
const WINDOW = { name: '', points: 3, windowMs: 600_000 };
const step = (chat: string | null = null): PaceRequest => ({
	points: 1,
	windows: [WINDOW],
	chat: chat === null ? null : { id: chat, gapMs: 300_000 },
	pauses: ['account', 'default'],
});

describe('limits, when Redis comes back without its data', () => {
	let server: RedisServer;
	let clock: ManualClock;
	let dir: string;
	let prefix = 0;

	beforeAll(async () => {
		// Nothing on disk: each restart is a loss.
		server = await RedisServer.start(['--save', '']);
	});
	afterAll(() => server.stop());
	beforeEach(() => {
		prefix += 1;
		clock = new ManualClock();
		dir = mkdtempSync(join(tmpdir(), 'pace-'));
		onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
	});

	/** A process, for which leases wait as they do in life. `folder`: of its second copy, if it has one */
	async function open(folder?: string): Promise<Store & { pace: SharedPace }> {
		const services = { clock, random: systemRandom, logger: silentLogger };
		const settings = server.settings(`pace-lost-${prefix}`);
		const mirror =
			folder === undefined ? {} : { mirror: mirrorPlace({ ...services, dir: join(dir, folder) }) };
		const store = await openRedisStore({ ...services, settings, leaseTime: 'clock', ...mirror });
		onTestFinished(() => store.close());
		if (store.pace === undefined) throw new Error('Redis shares the pace');
		return store as Store & { pace: SharedPace };
	}

	const after = (done: () => boolean, what: string) => passes(clock, done, what, { stepMs: 500, steps: 500 });

	async function result<T>(work: Promise<T>, what: string): Promise<T> {
		let settled = false;
		work.then(
			() => (settled = true),
			() => (settled = true),
		);
		await after(() => settled, what);
		return work;
	}

	/** What a process does that gets the session: it waits for its lease, and then asks what was taken. */
	async function takeOver(store: Store, name: string): Promise<void> {
		const answer = await result(store.acquireLease(name, 'host/2/worker', LEASE), 'a lease');
		expect(answer.acquired).toBe(true);
	}

	async function restart(...stores: Store[]): Promise<void> {
		const lives = stores.map(({ info }) => info.createdAt);
		await server.kill();
		await clock.advance(1_000);
		await server.run();
		const isNew = () => stores.every(({ info }, index) => info.createdAt !== lives[index]);
		await after(isNew, 'the loss to be noticed');
	}

	async function keys(): Promise<string[]> {
		const client = server.client();
		const found = await listKeys(client, `pace-lost-${prefix}`);
		client.disconnect();
		expect(complaints(found, [])).toEqual([]);
		return found.map(({ kind }) => kind);
	}

	it('hold in the next owner: a flood wait, what was taken, the gap of a chat', async () => {
		const [owner, next] = [await open(), await open()];
		for (const chat of ['c1', 'c2', 'c3']) expect(await owner.pace.take(ACCOUNT, step(chat))).toBe(0);
		await owner.pace.pause(ACCOUNT, 'default', 900_000);
		const began = clock.now();
		await restart(owner, next);
		await takeOver(next, 'session:s1');
		expect(clock.now() - began).toBeGreaterThanOrEqual(LEASE - 1_000);
		const passed = clock.now() - began;
		// The pause is the longest of the three.
		expect(await next.pace.take(ACCOUNT, step())).toBe(900_000 - passed);
		const { windows, pauses } = await next.pace.recall(ACCOUNT, [WINDOW]);
		expect(windows['']).toEqual([began, began, began]);
		expect(pauses).toEqual({ default: began + 900_000 });
		const full = { ...step(), pauses: [] };
		expect(await next.pace.take(ACCOUNT, full)).toBe(WINDOW.windowMs - passed);
		const sameChat = { ...step('c1'), windows: [], pauses: [] };
		expect(await next.pace.take(ACCOUNT, sameChat)).toBe(300_000 - passed);
		expect(await keys()).toEqual(expect.arrayContaining(['pace', 'pacechats', 'pauses']));
	});

	it('are counted once, however many processes know of a step and however often it is put back', async () => {
		const [one, two] = [await open(), await open()];
		await one.pace.take(ACCOUNT, step());
		await two.pace.recall(ACCOUNT, [WINDOW]);
		await two.pace.take(ACCOUNT, step());
		for (let loss = 0; loss < 2; loss += 1) {
			await restart(one, two);
			await takeOver(one, `session:${loss}`);
		}
		const { windows } = await one.pace.recall(ACCOUNT, [WINDOW]);
		expect(windows['']).toHaveLength(2);
		expect(await one.pace.take(ACCOUNT, step())).toBe(0);
		expect(await two.pace.take(ACCOUNT, step())).toBeGreaterThan(0);
	});

	it('are not put back when their time is over', async () => {
		const owner = await open();
		await owner.pace.take(ACCOUNT, step('c1'));
		await owner.pace.pause(ACCOUNT, 'default', 60_000);
		await clock.advance(700_000);
		await restart(owner);
		await takeOver(owner, 'session:s1');
		expect(await owner.pace.take(ACCOUNT, step('c1'))).toBe(0);
		expect(await keys()).not.toContain('pauses');
	});

	it('hold when the process that took them starts anew too, from its second copy', async () => {
		const first = await open('main');
		await result(first.acquireLease(readerLeaseName(ACCOUNT), 'host/1/main', LEASE), 'the lease');
		for (let n = 0; n < 3; n += 1) await first.pace.take(ACCOUNT, step());
		await first.pace.pause(ACCOUNT, 'default', 3_600_000);
		await first.close();
		await server.kill();
		await server.run();
		const again = await open('main');
		await after(() => again.info.degraded?.includes('were put back from a copy') === true, 'the copy');
		await takeOver(again, 'session:s1');
		const { windows, pauses } = await again.pace.recall(ACCOUNT, [WINDOW]);
		expect(windows['']).toHaveLength(3);
		expect((pauses['default'] ?? 0) - clock.now()).toBeGreaterThan(3_000_000);
		expect(await again.pace.take(ACCOUNT, step())).toBeGreaterThan(3_000_000);
	});

	it('are forgotten with the account', async () => {
		const store = await open('main');
		await result(store.acquireLease(readerLeaseName(ACCOUNT), 'host/1/main', LEASE), 'the lease');
		await store.pace.pause(ACCOUNT, 'default', 3_600_000);
		await store.forget(ACCOUNT);
		await restart(store);
		await takeOver(store, 'session:s1');
		expect((await store.pace.recall(ACCOUNT, [WINDOW])).pauses).toEqual({});
	});
});
