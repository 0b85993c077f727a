import { describe, expect, it } from 'vitest';
import { explore } from './support/explore';
import { AS_BUILT } from './support/ownership';

/** A lease lives two ticks; two of them are given. */
const THREE = { processes: 3, until: 3, grants: 2, losses: 0, drifts: 0, stops: 0 };
const TWO = { processes: 2, until: 4, grants: 2, losses: 0, drifts: 0, stops: 1 };
/** Half a million states take seconds, more where others use the machine. */
const PATIENCE_MS = 300_000;

describe('ownership and calls, every interleaving within the bounds', { timeout: PATIENCE_MS }, () => {
	it.each([
		['three processes', THREE],
		['two, one of which is stopped and wakes', TWO],
		['two, Redis loses its data, a clock is behind', { ...TWO, until: 3, stops: 0, losses: 1, drifts: 1 }],
	])('never a byte of an old owner, one message per send: %s', (_, bounds) => {
		const found = explore(AS_BUILT, bounds);
		expect(found).toMatchObject({ broken: null, completes: true });
		expect(found.states).toBeGreaterThan(50_000);
	});
});

describe(
	'each rule is needed: without it there is a way to break a promise',
	{ timeout: PATIENCE_MS },
	() => {
		it('the fence on every write', () => {
			expect(explore({ ...AS_BUILT, fenced: false }, TWO).broken).toMatch(/^a byte of owner/);
		});

		it('the margin for clocks that do not run alike', () => {
			const bounds = { ...TWO, drifts: 1 };
			expect(explore({ ...AS_BUILT, guard: 0 }, bounds).broken).toMatch(/^a byte of owner/);
		});

		it('the wait of a whole lease after Redis came back empty', () => {
			const bounds = { ...TWO, losses: 1 };
			expect(explore({ ...AS_BUILT, epochWaits: false }, bounds).broken).toMatch(/^a byte of owner/);
		});

		it('the intent that a second try finds', () => {
			expect(explore({ ...AS_BUILT, intents: false }, TWO).broken).toBe('one send became two messages');
		});
	},
);
