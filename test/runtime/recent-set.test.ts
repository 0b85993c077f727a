import { expect, it } from 'vitest';
import { RecentSet } from '../../src/runtime';

it('remembers the last ones, and never more than twice as many', () => {
	const set = new RecentSet(100);
	for (let number = 1; number <= 1_050; number += 1) {
		set.add(String(number));
		const oldest = Math.max(1, number - 98);
		expect([set.has(String(number)), set.has(String(oldest))]).toEqual([true, true]);
		expect(set.has(String(number - 200))).toBe(false);
	}
});
