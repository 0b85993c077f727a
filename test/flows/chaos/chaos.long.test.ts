import { describe, expect, it } from 'vitest';
import { startChaos, tellOf } from './start';

/** CHAOS_SEED=n chooses what goes wrong, and in which order; another one each day. */
const SEED = Number(process.env['CHAOS_SEED'] ?? Math.floor(Date.now() / 86_400_000));
/** CHAOS_MINUTES shortens or lengthens each of the two runs. */
const MINUTES = Number(process.env['CHAOS_MINUTES'] ?? 8);
/**
 * CHAOS_EMPTIED=1: Redis loses all its data now and then, too, and processes die while they put it back. By a switch: the turn
 * of one that dies so outlives it by a minute of Redis' own time, which in fast time is many.
 */
const EMPTIED = process.env['CHAOS_EMPTIED'] === '1';

describe(`sixty accounts for ${String(MINUTES)} minutes, seed ${String(SEED)}`, () => {
	it('in fast time: a fault every few seconds', async () => {
		const report = await startChaos(
			{
				seed: SEED,
				accountsPerMessenger: 20,
				seconds: MINUTES * 60,
				actionEveryMs: 15_000,
				everyMs: 500,
				emptied: EMPTIED,
			},
			4,
		);
		tellOf(report);
		expect(report.violations).toEqual([]);
	});

	it('in real time, with the leases as they are shipped and Redis’ own clock', async () => {
		const report = await startChaos(
			{
				seed: SEED + 1,
				accountsPerMessenger: 20,
				seconds: MINUTES * 60,
				actionEveryMs: 15_000,
				everyMs: 200,
				emptied: EMPTIED,
			},
			1,
		);
		tellOf(report);
		expect(report.violations).toEqual([]);
	});
});
