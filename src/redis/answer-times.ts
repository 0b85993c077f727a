import type { Clock } from '../contract';

/** An answer is remembered this long after it came, ms. */
const REMEMBERED_MS = 60_000;

/** How long Redis takes to answer: the slowest answer of the last minute, those still under way included. */
export class AnswerTimes {
	readonly #clock: Pick<Clock, 'monotonic'>;
	/** when each was asked for, monotonic ms; the oldest stands first */
	readonly #underWay = new Set<{ askedAt: number }>();
	#slowest = { tookMs: 0, at: 0 };

	constructor(clock: Pick<Clock, 'monotonic'>) {
		this.#clock = clock;
	}

	/** @returns to be called when it has been answered, or has failed */
	asked(): () => void {
		const question = { askedAt: this.#clock.monotonic() };
		this.#underWay.add(question);
		return () => {
			this.#underWay.delete(question);
			const at = this.#clock.monotonic();
			const tookMs = at - question.askedAt;
			if (tookMs > 0 && tookMs >= this.#remembered(at)) this.#slowest = { tookMs, at };
		};
	}

	/** ms */
	slowest(): number {
		const now = this.#clock.monotonic();
		const [oldest] = this.#underWay;
		return Math.max(this.#remembered(now), oldest === undefined ? 0 : now - oldest.askedAt);
	}

	#remembered(now: number): number {
		return now - this.#slowest.at < REMEMBERED_MS ? this.#slowest.tookMs : 0;
	}
}
