import { describe, expect, it } from 'vitest';
import { ChannelError } from '../../../src/contract';
import { AccountBudget, type BudgetRules } from '../../../src/pool/budget/account-budget';
import { ManualClock, seededRandom } from '../../support/manual-clock';

const RULES: BudgetRules = {
	account: { points: 5, windowMs: 1_000 },
	chatGapMs: 100,
	buckets: { items: { points: 2, windowMs: 10_000 } },
};

function taker(budget: AccountBudget, clock: ManualClock) {
	const times: number[] = [];
	return { times, take: (request = {}) => budget.take(request).then(() => times.push(clock.monotonic())) };
}

describe('AccountBudget', () => {
	it('lets no window hold more than its points, whatever the arrival times', async () => {
		const clock = new ManualClock();
		const budget = new AccountBudget({ ...RULES, chatGapMs: 0 }, clock);
		const { times, take } = taker(budget, clock);
		const random = seededRandom(3);
		const all: Promise<unknown>[] = [];
		for (let call = 0; call < 60; call += 1) {
			all.push(take());
			await clock.advance(Math.floor(random.next() * 300));
		}
		await clock.advance(60_000);
		await Promise.all(all);
		expect(times).toHaveLength(60);
		for (const start of times) {
			expect(times.filter((time) => time >= start && time < start + 1_000).length).toBeLessThanOrEqual(5);
		}
		expect(clock.pending).toBe(0);
	});

	it('does not let one chat hold up another', async () => {
		const clock = new ManualClock();
		const budget = new AccountBudget(RULES, clock);
		const { times, take } = taker(budget, clock);
		void take({ chatId: 'a' });
		void take({ chatId: 'a' });
		void take({ chatId: 'b' });
		await clock.advance(0);
		expect(times).toEqual([0, 0]);
		await clock.advance(100);
		expect(times).toEqual([0, 0, 100]);
	});

	it('keeps a sub-budget and leaves others alone', async () => {
		const clock = new ManualClock();
		const budget = new AccountBudget({ ...RULES, chatGapMs: 0 }, clock);
		const { times, take } = taker(budget, clock);
		void take({ bucket: 'items' });
		void take({ bucket: 'items' });
		void take({ bucket: 'items' });
		void take();
		await clock.advance(0);
		expect(times).toEqual([0, 0, 0]);
		await clock.advance(10_000);
		expect(times).toEqual([0, 0, 0, 10_000]);
	});

	it('fails with the seconds instead of waiting too long', async () => {
		const clock = new ManualClock();
		const budget = new AccountBudget(RULES, clock);
		for (let call = 0; call < 5; call += 1) await budget.take({ points: 1 });
		const failure = await budget.take({ maxWaitMs: 200 }).catch((error: unknown) => error);
		expect(ChannelError.is(failure) && failure.code).toBe('rate_limited');
		expect((failure as ChannelError).retryAfterSeconds).toBe(1);
		expect(budget.queued()).toBe(0);
	});

	it('holds everybody of a bucket while the provider asked for a pause, and tells until when', async () => {
		const clock = new ManualClock();
		const budget = new AccountBudget({ ...RULES, chatGapMs: 0 }, clock);
		const { times, take } = taker(budget, clock);
		budget.pause('account', 3_000);
		void take();
		expect(budget.waitingUntil()).toBe(new Date(clock.now() + 3_000).toISOString());
		expect(budget.tryTake()).toBe(false);
		await clock.advance(3_000);
		expect(times).toEqual([3_000]);
	});

	it.each([
		['ahead: a pause is not over sooner', 3_600_000],
		['back: nobody waits for an hour', -3_600_000],
	])('a clock that is set %s', async (_, byMs) => {
		const clock = new ManualClock();
		const budget = new AccountBudget(RULES, clock);
		const { times, take } = taker(budget, clock);
		for (let call = 0; call < 5; call += 1) await budget.take({ chatId: `c${call}` });
		budget.pause('account', 3_000);
		void take({ chatId: 'c0' });
		clock.set(byMs);
		expect(budget.waitingUntil()).toBe(new Date(clock.now() + 3_000).toISOString());
		await clock.advance(2_999);
		expect(times).toEqual([]);
		await clock.advance(1);
		expect(times).toEqual([3_000]);
	});

	it('an aborted waiter leaves the queue and its place', async () => {
		const clock = new ManualClock();
		const budget = new AccountBudget(RULES, clock);
		for (let call = 0; call < 5; call += 1) await budget.take({});
		const abort = new AbortController();
		const first = budget.take({ signal: abort.signal });
		const { times, take } = taker(budget, clock);
		void take();
		abort.abort(new Error('stop'));
		await expect(first).rejects.toThrow('stop');
		await clock.advance(1_000);
		expect(times).toEqual([1_000]);
		expect(clock.pending).toBe(0);
	});
});
