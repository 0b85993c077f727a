import { expect, it } from 'vitest';
import { startChaos, tellOf } from './start';

/** CHAOS_SEED=n chooses what goes wrong, and in which order. */
const SEED = Number(process.env['CHAOS_SEED'] ?? 1);

it('three processes, nine accounts: killed, frozen, cut off; nothing is lost, sent twice, or written by two', async () => {
	const report = await startChaos(
		{
			seed: SEED,
			accountsPerMessenger: 3,
			seconds: 25,
			actionEveryMs: 12_000,
			everyMs: 1_000,
			emptied: false,
		},
		6,
	);
	tellOf(report);
	expect(report.violations).toEqual([]);
	// It was a run: people wrote, answers were sent, processes died.
	expect(report.messages).toBeGreaterThan(50);
	expect(report.executions).toBeGreaterThanOrEqual(2 * report.messages);
	expect(report.sends).toBeGreaterThan(10);
	expect(Object.keys(report.actions).length).toBeGreaterThanOrEqual(3);
}, 420_000);
