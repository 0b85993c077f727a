import { describe, expect, it } from 'vitest';
import { backoffMs, Scope, sleepWith, systemClock } from '../../src/runtime';
import { ManualClock, seededRandom } from '../support/manual-clock';

describe('clock', () => {
	it('rejects an aborted sleep with the reason and leaves no timer', async () => {
		const clock = new ManualClock();
		const abort = new AbortController();
		const sleeping = sleepWith(clock, 1_000, abort.signal);
		abort.abort(new Error('stop'));
		await expect(sleeping).rejects.toThrow('stop');
		expect(clock.pending).toBe(0);
	});

	it('rejects at once when the signal was aborted before', async () => {
		await expect(systemClock.sleep(60_000, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
	});

	it('fires manual timers in the order of their time', async () => {
		const clock = new ManualClock();
		const fired: string[] = [];
		clock.after(20, () => fired.push('b'));
		clock.after(10, () => fired.push('a'));
		clock.after(31, () => fired.push('c'));
		await clock.advance(30);
		expect(fired).toEqual(['a', 'b']);
		expect(clock.nextDueMs).toBe(1);
	});
});

describe('backoffMs', () => {
	it('is a number however long nothing worked, also where the first wait is none', () => {
		const random = { ...seededRandom(7), next: () => 1 };
		expect(backoffMs(5_000, { firstMs: 0, maxMs: 60_000 }, random)).toBe(0);
		expect(backoffMs(5_000, { firstMs: 1_000, maxMs: 60_000 }, random)).toBe(60_000);
	});

	it('grows, stays under the ceiling and never reaches zero', () => {
		const random = seededRandom(7);
		for (let attempt = 1; attempt < 40; attempt += 1) {
			const wait = backoffMs(attempt, { firstMs: 1_000, maxMs: 60_000 }, random);
			expect(wait).toBeGreaterThanOrEqual(500);
			expect(wait).toBeLessThanOrEqual(60_000);
		}
	});
});

describe('Scope', () => {
	it('undoes in reverse order, past a failing step, once', async () => {
		const scope = new Scope();
		const order: number[] = [];
		scope.add(() => {
			order.push(1);
		});
		scope.add(() => {
			throw new Error('no');
		});
		scope.add(() => {
			order.push(3);
		});
		await Promise.all([scope.end(), scope.end()]);
		expect(order).toEqual([3, 1]);
		expect(scope.signal.aborted).toBe(true);
	});

	it('runs a step added after the end at once', async () => {
		const scope = new Scope();
		await scope.end();
		let ran = false;
		scope.add(() => {
			ran = true;
		});
		expect(ran).toBe(true);
	});
});
