import { expect, it } from 'vitest';
import { Holdings } from '../../src/redis/holdings';

it('what a process had when Redis lost its data counts until somebody may have got it since', () => {
	const holdings = new Holdings();
	holdings.reading.add('avito:1');
	holdings.owns('s2', 'avito:2');
	holdings.lost(false);
	expect(['avito:1', 'avito:2', 'avito:3'].filter((account) => holdings.hadOwn(account))).toEqual([
		'avito:1',
		'avito:2',
	]);
	holdings.lost(true);
	expect(holdings.hadOwn('avito:1')).toBe(true);
	// A whole life in which another process had it.
	holdings.lost(false);
	expect(holdings.hadOwn('avito:1')).toBe(false);
});
