import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/contract';
import type { BudgetRules } from '../../src/pool/budget/account-budget';
import { SharedBudget } from '../../src/pool/budget/shared-budget';
import { openRedisStore } from '../../src/redis';
import { silentLogger, systemRandom } from '../../src/runtime';
import { ACCOUNT } from '../store/support/samples';
import { ManualClock, passes, seededRandom } from '../support/manual-clock';
import { RedisServer } from './support/redis-server';

const RULES: BudgetRules = {
	account: { points: 5, windowMs: 10_000 },
	chatGapMs: 1_000,
	buckets: { items: { points: 2, windowMs: 30_000 } },
};

describe('the pace of two processes', () => {
	let server: RedisServer;
	let clock: ManualClock;
	let prefix = 0;
	const stores: Store[] = [];

	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(() => server.stop());
	beforeEach(() => {
		clock = new ManualClock();
		prefix += 1;
	});
	afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())));

	/** A process's own budget of the account. */
	async function process(rules: BudgetRules = RULES): Promise<SharedBudget> {
		const settings = server.settings(`pace-${prefix}`);
		const services = { clock, random: systemRandom, logger: silentLogger };
		const store = await openRedisStore({ settings, ...services, leaseTime: 'clock', guardMs: 0 });
		stores.push(store);
		const budget = new SharedBudget({ rules, clock, logger: silentLogger });
		if (store.pace === undefined) throw new Error('Redis shares the pace');
		await budget.share(store.pace, ACCOUNT);
		return budget;
	}

	const settled = (done: () => boolean, what: string) =>
		passes(clock, done, what, { stepMs: 400, steps: 1_000 });

	async function timeOf(work: Promise<unknown>): Promise<number> {
		let at: number | undefined;
		void work.then(() => (at = clock.monotonic()));
		await settled(() => at !== undefined, 'a place');
		return at ?? NaN;
	}

	it('never holds more points in any window than one process may take', async () => {
		const budgets = [await process(), await process()];
		const random = seededRandom(5);
		const times: number[] = [];
		for (let n = 0; n < 40; n += 1) {
			const budget = budgets[Math.floor(random.next() * 2)];
			void budget?.take({ chatId: `chat-${n}` }).then(() => times.push(clock.monotonic()));
		}
		await settled(() => times.length === 40, 'forty places');
		for (const start of times) {
			const within = times.filter((time) => time >= start && time < start + 10_000);
			expect(within.length).toBeLessThanOrEqual(5);
		}
		expect([budgets[0]?.queued(), budgets[1]?.queued()]).toEqual([0, 0]);
		expect(clock.pending).toBe(0);
	});

	it('keeps the least gap of a chat and the limit of a bucket, which hold up nobody else', async () => {
		const [a, b] = [await process(), await process()];
		await timeOf(a.take({ chatId: 'c1', bucket: 'items' }));
		await timeOf(a.take({ chatId: 'c2', bucket: 'items' }));
		const began = clock.monotonic();
		const [sameChat, otherChat, fullBucket] = await Promise.all([
			timeOf(b.take({ chatId: 'c1' })),
			timeOf(b.take({ chatId: 'c3' })),
			timeOf(b.take({ bucket: 'items' })),
		]);
		expect(otherChat - began).toBeLessThan(500);
		expect(sameChat - began).toBeGreaterThanOrEqual(500);
		expect(fullBucket - began).toBeGreaterThanOrEqual(29_000);
	});

	it('stops at a pause the provider asked of either, also in a process that comes later', async () => {
		const [a, b] = [await process(), await process()];
		a.pause('default', 20_000);
		const began = clock.monotonic();
		await settled(() => clock.monotonic() - began >= 300, 'the news');
		const waiting = b.take({});
		const later = await process();
		expect(later.waitingUntil()).not.toBeNull();
		const refused = later.take({ maxWaitMs: 1_000 });
		await expect(refused).rejects.toMatchObject({ code: 'rate_limited' });
		expect((await timeOf(waiting)) - began).toBeGreaterThanOrEqual(20_000);
		expect(later.tryTake()).toBe(true);
	});

	it('is remembered when the session moves: the next process does not begin with an empty window', async () => {
		const first = await process();
		for (let n = 0; n < 5; n += 1) await timeOf(first.take({}));
		const next = await process();
		expect(next.tryTake()).toBe(false);
		const asked = next.take({ maxWaitMs: 5_000 });
		await expect(asked).rejects.toMatchObject({
			code: 'rate_limited',
			retry: { afterMs: expect.any(Number) },
		});
	});

	it('tells who waits, and lets go of who gives up', async () => {
		const [a, b] = [await process(), await process()];
		for (let n = 0; n < 5; n += 1) await timeOf(a.take({}));
		const stop = new AbortController();
		const given = expect(b.take({ signal: stop.signal })).rejects.toThrow('enough');
		await settled(() => b.queued() === 1, 'the wait');
		expect(Date.parse(b.waitingUntil() ?? '')).toBeGreaterThan(clock.now());
		stop.abort(new Error('enough'));
		await given;
		expect([b.queued(), b.waitingUntil()]).toEqual([0, null]);
	});
});
