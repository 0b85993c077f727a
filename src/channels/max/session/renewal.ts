import type { Clock } from '../../../contract';

/** ms between two connections given up for their state */
const EVERY_MS = 10 * 60_000;

/**
 * A service that refuses a request for the state it sees the connection in wants SESSION_INIT and LOGIN anew. Seldom:
 * each LOGIN counts, and the reason may be the request itself.
 */
export class Renewal {
	readonly #clock: Clock;
	#at = -Infinity;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** false = that was done lately */
	take(): boolean {
		const now = this.#clock.monotonic();
		if (now - this.#at < EVERY_MS) return false;
		this.#at = now;
		return true;
	}
}
