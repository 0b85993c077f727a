import { expect, it } from 'vitest';
import { explore } from './support/explore';
import { AS_BUILT } from './support/ownership';

it.each([
	['three processes, one stopped', { processes: 3, until: 3, losses: 0, drifts: 0, stops: 1 }],
	['two processes, everything that can go wrong', { processes: 2, until: 4, losses: 1, drifts: 1, stops: 1 }],
])('ownership holds in every interleaving: %s', (_, bounds) => {
	const found = explore(AS_BUILT, { ...bounds, grants: 2 });
	expect(found).toMatchObject({ broken: null, completes: true });
	expect(found.states).toBeGreaterThan(500_000);
});
