import type { Clock, Random } from '../../src/contract';
import { nextTurn, sleepWith } from '../../src/runtime';

/**
 * A clock that stands still until told. `advance` fires the timers that fall due in order and lets the event loop
 * settle after each, so that awaiting code sees the time it would have seen.
 */
export class ManualClock implements Clock {
	#now: number;
	#mono = 0;
	#next = 1;
	readonly #timers = new Map<number, { at: number; callback: () => void }>();

	constructor(start = Date.parse('2026-01-01T00:00:00Z')) {
		this.#now = start;
	}

	now = (): number => this.#now;
	monotonic = (): number => this.#mono;

	after = (ms: number, callback: () => void): (() => void) => {
		const id = this.#next++;
		this.#timers.set(id, { at: this.#mono + Math.max(0, ms), callback });
		return () => {
			this.#timers.delete(id);
		};
	};

	sleep = (ms: number, signal?: AbortSignal): Promise<void> => sleepWith(this, ms, signal);

	/** timers not yet fired; a closed object must leave none */
	get pending(): number {
		return this.#timers.size;
	}

	/** ms until the next timer, or undefined */
	get nextDueMs(): number | undefined {
		const times = [...this.#timers.values()].map((timer) => timer.at);
		return times.length === 0 ? undefined : Math.min(...times) - this.#mono;
	}

	/** Moves time by `ms`, firing what falls due, with `turns` event-loop turns after each (and at the end). */
	async advance(ms: number, turns = 3): Promise<void> {
		await settle(1);
		const target = this.#mono + ms;
		for (;;) {
			const due = [...this.#timers.entries()]
				.filter(([, timer]) => timer.at <= target)
				.sort(([idA, a], [idB, b]) => a.at - b.at || idA - idB)[0];
			if (due === undefined) break;
			const [id, timer] = due;
			this.#timers.delete(id);
			this.#moveTo(timer.at);
			timer.callback();
			await settle(turns);
		}
		this.#moveTo(target);
		await settle(turns);
	}

	/** Somebody sets the machine's clock, or it slept: the monotonic one and the timers know nothing of it. */
	set(byMs: number): void {
		this.#now += byMs;
	}

	#moveTo(monotonic: number): void {
		const step = Math.max(0, monotonic - this.#mono);
		this.#mono += step;
		this.#now += step;
	}
}

/** Lets pending promises and immediates run. */
export async function settle(turns = 3): Promise<void> {
	for (let turn = 0; turn < turns; turn += 1) await nextTurn();
}

/** Waits (real event loop, no sleeping) until `condition` holds; fails after many turns. */
export async function until(
	condition: () => boolean | Promise<boolean>,
	what: string,
	turns = 20_000,
): Promise<void> {
	for (let turn = 0; turn < turns; turn += 1) {
		if (await condition()) return;
		await nextTurn();
	}
	throw new Error(`still waiting for: ${what}`);
}

/**
 * Lets the sockets work, then the clock's time go on in steps, until `condition` holds. Each step gives the event loop
 * at least ten real milliseconds: on an idle machine a turn takes a microsecond, and time would outrun every socket.
 */
export async function passes(
	clock: ManualClock,
	condition: () => boolean,
	what: string,
	{ stepMs, steps }: { stepMs: number; steps: number },
): Promise<void> {
	for (let step = 0; step < steps; step += 1) {
		const began = performance.now();
		do {
			if (condition()) return;
			await nextTurn();
		} while (performance.now() - began < 10);
		await clock.advance(stepMs);
	}
	throw new Error(`still waiting for: ${what}`);
}

/** mulberry32: a seeded `Random` for repeatable tests. */
export function seededRandom(seed: number): Random {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
	return {
		next,
		hex: (bytes) =>
			Array.from({ length: bytes }, () =>
				Math.floor(next() * 256)
					.toString(16)
					.padStart(2, '0'),
			).join(''),
	};
}
