import { describe, expect, it } from 'vitest';
import { SlidingWindow } from '../../../src/pool/budget/window';
import { seededRandom } from '../../support/manual-clock';

const RULE = { points: 20, windowMs: 1_000 };

describe('a sliding window', () => {
	it('waits as long as a list of all that was ever taken says', () => {
		const random = seededRandom(20260101);
		const window = new SlidingWindow(RULE);
		const all: number[] = [];
		let now = 0;
		for (let step = 0; step < 5_000; step += 1) {
			now += Math.floor(random.next() * 80);
			const points = 1 + Math.floor(random.next() * 3);
			const inside = all.filter((time) => time > now - RULE.windowMs);
			const over = inside.length + points - RULE.points;
			const expected = over <= 0 ? 0 : (inside[over - 1] ?? 0) + RULE.windowMs - now;
			expect(window.waitMs(points, now)).toBe(expected);
			if (expected > 0) continue;
			window.take(points, now);
			for (let point = 0; point < points; point += 1) all.push(now);
		}
	});

	it('keeps its past under another rule, and takes the longer of two memories', () => {
		const window = new SlidingWindow(RULE);
		window.take(15, 0);
		window.take(5, 900);
		expect(window.waitMs(1, 1_000)).toBe(0);
		const narrower = window.with({ points: 5, windowMs: 1_000 });
		expect(narrower.waitMs(1, 1_000)).toBe(900);
		narrower.recall([950, 500]);
		expect(narrower.waitMs(1, 1_000)).toBe(900);
		narrower.recall([950, 700, 800, 960, 970, 980]);
		expect(narrower.waitMs(1, 1_000)).toBe(800);
	});
});
