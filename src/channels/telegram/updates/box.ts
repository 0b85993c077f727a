/** Longest wait for the update that fills a hole before the difference is asked for (core.telegram.org/api/updates). */
export const HOLD_MS = 500;
/** A number this much lower than ours is a reset at the server, not an old update (as TDLib and gotd take it). */
const RESET = 1_000_000;
/** Beyond this many held updates the difference brings them anyway. */
const MAX_HELD = 5_000;

interface Held<T> {
	pts: number;
	count: number;
	item: T;
	/** ms; null while a difference of this box is under way */
	deadline: number | null;
}

/**
 * One numbered sequence of updates (the common box, qts, a channel): what may be applied now, what must wait for the
 * one before it, what is known. Pure: it is told the time.
 */
export class Box<T> {
	pts: number | null;
	#held: Held<T>[] = [];

	constructor(pts: number | null) {
		this.pts = pts;
	}

	/**
	 * An update that moves this box to `pts` by `count`.
	 * @param busy a difference of this box is under way: the update waits for its end
	 * @returns what may be applied now, in order
	 */
	offer(pts: number, count: number, item: T, now: number, busy: boolean): T[] {
		if (this.pts === null && !busy) {
			this.pts = count === 0 ? Math.max(1, pts - 1) : pts;
			return [item];
		}
		if (!busy && this.#held.length === 0 && this.pts !== null && this.pts + count === pts) {
			this.pts = pts;
			return [item];
		}
		this.#hold({ pts, count, item, deadline: busy ? null : now + HOLD_MS });
		return busy ? [] : this.settle(now);
	}

	/** Applies what fits, forgets what is known; called again when a difference has moved the box. */
	settle(now: number): T[] {
		const ready: T[] = [];
		const waiting: Held<T>[] = [];
		for (const held of this.#held) {
			const local = this.pts ?? held.pts - held.count;
			if (local + held.count === held.pts || local - held.pts > RESET) {
				this.pts = held.pts;
				ready.push(held.item);
			} else if (local + held.count < held.pts) {
				waiting.push(held.deadline === null ? { ...held, deadline: now + HOLD_MS } : held);
			}
		}
		this.#held = waiting;
		return ready;
	}

	/** ms at which the oldest hole must be filled by a difference; null = no hole */
	get deadline(): number | null {
		return this.#held.reduce<number | null>(earliest, null);
	}

	get waiting(): number {
		return this.#held.length;
	}

	/** A difference begins: what is held waits for its end, without a deadline. */
	suspend(): void {
		this.#held = this.#held.map((held) => ({ ...held, deadline: null }));
	}

	#hold(held: Held<T>): void {
		if (this.#held.length >= MAX_HELD) return;
		const at = this.#held.findIndex((other) => order(held, other) < 0);
		this.#held.splice(at === -1 ? this.#held.length : at, 0, held);
	}
}

function order(a: { pts: number; count: number }, b: { pts: number; count: number }): number {
	return a.pts - a.count - (b.pts - b.count) || a.pts - b.pts;
}

function earliest<T>(soonest: number | null, { deadline }: Held<T>): number | null {
	if (deadline === null) return soonest;
	return soonest === null ? deadline : Math.min(soonest, deadline);
}
