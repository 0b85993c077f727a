/** At most `points` within any `windowMs` (a sliding log, not a fixed window: no burst of twice the limit at its edge). */
export interface WindowRule {
	points: number;
	windowMs: number;
}

/** Pure memory of what was taken; told the time, never asking for it. */
export class SlidingWindow {
	readonly rule: WindowRule;
	/** times of the points taken, ascending; those before `#first` have left the window */
	#taken: number[] = [];
	#first = 0;

	constructor(rule: WindowRule) {
		this.rule = rule;
	}

	/** The same past under another rule. */
	with(rule: WindowRule): SlidingWindow {
		const next = new SlidingWindow(rule);
		next.#taken = this.#taken.slice(this.#first);
		return next;
	}

	/** Taken before, by somebody else: the longer memory counts. */
	recall(times: readonly number[]): void {
		if (times.length <= this.#taken.length - this.#first) return;
		this.#taken = times.toSorted((a, b) => a - b);
		this.#first = 0;
	}

	/** ms until `points` more fit; 0 = now. More points than the rule ever allows wait for an empty window. */
	waitMs(points: number, now: number): number {
		this.#drop(now);
		const over = this.#taken.length - this.#first + Math.min(points, this.rule.points) - this.rule.points;
		if (over <= 0) return 0;
		const leaves = this.#taken[this.#first + over - 1];
		return leaves === undefined ? 0 : leaves + this.rule.windowMs - now;
	}

	take(points: number, now: number): void {
		for (let point = 0; point < points; point += 1) this.#taken.push(now);
	}

	/** Moves on over what has left; the array is cut only when half of it has, so a wide window costs no more than a narrow one. */
	#drop(now: number): void {
		const start = now - this.rule.windowMs;
		while ((this.#taken[this.#first] ?? Infinity) <= start) this.#first += 1;
		if (this.#first * 2 <= this.#taken.length) return;
		this.#taken = this.#taken.slice(this.#first);
		this.#first = 0;
	}
}
