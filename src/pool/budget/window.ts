/** At most `points` within any `windowMs` (a sliding log, not a fixed window: no burst of twice the limit at its edge). */
export interface WindowRule {
	points: number;
	windowMs: number;
}

/** Pure memory of what was taken; told the time, never asking for it. */
export class SlidingWindow {
	readonly rule: WindowRule;
	/** times of the points taken, ascending */
	#taken: number[] = [];

	constructor(rule: WindowRule) {
		this.rule = rule;
	}

	/** The same past under another rule. */
	with(rule: WindowRule): SlidingWindow {
		const next = new SlidingWindow(rule);
		next.#taken = [...this.#taken];
		return next;
	}

	/** Taken before, by somebody else: the longer memory counts. */
	recall(times: readonly number[]): void {
		if (times.length > this.#taken.length) this.#taken = times.toSorted((a, b) => a - b);
	}

	/** ms until `points` more fit; 0 = now. More points than the rule ever allows wait for an empty window. */
	waitMs(points: number, now: number): number {
		this.#drop(now);
		const over = this.#taken.length + Math.min(points, this.rule.points) - this.rule.points;
		if (over <= 0) return 0;
		const leaves = this.#taken[over - 1];
		return leaves === undefined ? 0 : leaves + this.rule.windowMs - now;
	}

	take(points: number, now: number): void {
		for (let point = 0; point < points; point += 1) this.#taken.push(now);
	}

	#drop(now: number): void {
		const start = now - this.rule.windowMs;
		const first = this.#taken.findIndex((time) => time > start);
		this.#taken = first === -1 ? [] : first === 0 ? this.#taken : this.#taken.slice(first);
	}
}
