/** Two clocks may drift apart by so much of the time between two looks, and are read so roughly (ms). */
const DRIFT = 0.001;
const ROUGHLY_MS = 500;

/** When something was asked and answered, monotonic ms of this process, and what Redis' clock said in between, ms since 1970. */
export interface ClockReading {
	asked: number;
	answered: number;
	server: number;
}

/**
 * Redis' clock as this process sees it. Leases end by it, so one that is set ahead ends them all at once, while their holders
 * go on until they have asked again. That is seen by comparing it with a clock nobody sets, our own monotonic one. (That one
 * stands still while this machine sleeps, which looks the same: nothing is lost but a wait.) Pure.
 */
export class ServerClock {
	#last: ClockReading | undefined;

	/** @returns whether it was set ahead since the reading before */
	wasSetAhead(reading: ClockReading): boolean {
		const last = this.#last;
		// Answers may overtake each other.
		if (last !== undefined && reading.answered < last.answered) return false;
		this.#last = reading;
		if (last === undefined) return false;
		const passedAtMost = reading.answered - last.asked;
		return reading.server - last.server > passedAtMost * (1 + DRIFT) + ROUGHLY_MS;
	}
}
