import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reader } from '../../../src/contract';
import { createReaderLife } from '../../../src/pool/journal/reader-life';
import { silentLogger } from '../../../src/runtime';
import { ManualClock, seededRandom, settle } from '../../support/manual-clock';

function engines(clock: ManualClock, wanted: () => boolean) {
	const seen = { running: 0, most: 0, starts: 0, failNext: 0, live: 0 };
	const life = createReaderLife({
		clock,
		random: seededRandom(1),
		logger: silentLogger,
		wanted,
		live: () => {
			seen.live += 1;
		},
		stopping: () => undefined,
		async start(): Promise<Reader> {
			await settle(2);
			seen.starts += 1;
			if (seen.failNext > 0) {
				seen.failNext -= 1;
				throw new Error('store away');
			}
			seen.running += 1;
			seen.most = Math.max(seen.most, seen.running);
			return {
				live: settle(2),
				async stop() {
					await settle(2);
					seen.running -= 1;
				},
			};
		},
	});
	return { life, seen };
}

describe('the life of an engine', () => {
	it('never overlaps with itself and ends as is wanted, however people come and go', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.record({ wanted: fc.boolean(), turns: fc.nat(4) }), { maxLength: 30 }),
				async (steps) => {
					const clock = new ManualClock();
					let wanted = false;
					const { life, seen } = engines(clock, () => wanted);
					for (const step of steps) {
						wanted = step.wanted;
						life.update();
						await settle(step.turns);
					}
					await settle(15);
					expect(seen.most).toBeLessThanOrEqual(1);
					expect(seen.running).toBe(wanted ? 1 : 0);
					expect(life.state).toBe(wanted ? 'live' : 'idle');
				},
			),
			{ numRuns: 60 },
		);
	});

	it('is tried again after a pause when it could not start, and not for nobody', async () => {
		const clock = new ManualClock();
		let wanted = true;
		const { life, seen } = engines(clock, () => wanted);
		seen.failNext = 1;
		life.update();
		await settle(6);
		expect(await life.reader()).toBeNull();
		await clock.advance(1_000);
		await settle(6);
		expect(seen).toMatchObject({ starts: 2, running: 1, live: 1 });
		wanted = false;
		life.update();
		await life.settled();
		expect(seen.running).toBe(0);
		expect(clock.pending).toBe(0);
	});
});
