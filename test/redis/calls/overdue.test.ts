import { expect, it } from 'vitest';
import { watchAnswer } from '../../../src/redis/calls/overdue';
import { ManualClock } from '../../support/manual-clock';

/** Watches an answer; Redis' clock is what `serverTime` says. */
function watch(serverTime: (clock: ManualClock) => Promise<number>) {
	const clock = new ManualClock();
	const seen: string[] = [];
	const answered = watchAnswer(
		{
			withinMs: 6_000,
			clock,
			serverTime: () => {
				seen.push('asked');
				return serverTime(clock);
			},
		},
		() => seen.push('overdue'),
	);
	return { clock, seen, answered };
}

it('an answer in time costs Redis no question', async () => {
	const { clock, seen, answered } = watch((time) => Promise.resolve(time.now()));
	await clock.advance(5_900);
	answered();
	await clock.advance(60_000);
	expect(seen).toEqual([]);
	expect(clock.pending).toBe(0);
});

it('an answer that is late by Redis’ own clock never comes', async () => {
	const { clock, seen } = watch((time) => Promise.resolve(time.now()));
	await clock.advance(11_900);
	expect(seen).toEqual(['asked']);
	await clock.advance(200);
	expect(seen).toEqual(['asked', 'asked', 'overdue']);
	expect(clock.pending).toBe(0);
});

it('an answer that is late only by a clock that runs ahead of Redis’ is waited for', async () => {
	let redis = 0;
	const { clock, seen, answered } = watch(() => Promise.resolve((redis += 10)));
	await clock.advance(600_000);
	answered();
	await clock.advance(10_000);
	expect(seen.length).toBeGreaterThan(1);
	expect(seen).not.toContain('overdue');
	expect(clock.pending).toBe(0);
});

it('nobody is waited for where Redis does not even tell the time', async () => {
	const { clock, seen } = watch(() => Promise.reject(new Error('away')));
	await clock.advance(6_100);
	expect(seen).toEqual(['asked', 'overdue']);
});
