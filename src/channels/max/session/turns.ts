import type { Clock, Logger } from '../../../contract';
import { KeyedQueue } from '../../../runtime';

/** ms a request that is not answered keeps the next one waiting */
const TURN_MS = 1_000;
/** ms it is remembered that requests beside others are lost */
const CAREFUL_MS = 3_600_000;
/** One lost reply is chance; a second one within this time is how the server is. ms */
const SUSPECT_MS = 600_000;

/**
 * Requests leave as they come. A reimplemented server, however, takes whatever one read of its socket gives for one
 * frame: what arrives beside another frame is lost. Where two requests that stayed without an answer were answered once
 * they were asked alone, requests go one after the other for a while, and no acknowledgements between them.
 */
export class Turns {
	readonly #clock: Clock;
	readonly #logger: Logger;
	readonly #queue = new KeyedQueue();
	/** monotonic ms */
	#carefulUntil = 0;
	/** when a request was answered alone for the first time, monotonic ms */
	#suspectedAt = -Infinity;

	constructor(clock: Clock, logger: Logger) {
		this.#clock = clock;
		this.#logger = logger;
	}

	get careful(): boolean {
		return this.#clock.monotonic() < this.#carefulUntil;
	}

	/** A request was answered alone that had stayed without an answer. */
	learn(): void {
		const now = this.#clock.monotonic();
		if (!this.careful && now - this.#suspectedAt > SUSPECT_MS) {
			this.#suspectedAt = now;
			return;
		}
		if (!this.careful)
			this.#logger.info('max: the server loses requests that come together; they go one by one');
		this.#carefulUntil = now + CAREFUL_MS;
	}

	/** Runs an exchange when those before it were answered, or had their time. */
	async take<T>(signal: AbortSignal, exchange: () => Promise<T>): Promise<T> {
		const { promise: turn, resolve: begin } = Promise.withResolvers<void>();
		const { promise: over, resolve: end } = Promise.withResolvers<void>();
		const queued = this.#queue.run('', signal, () => {
			begin();
			return over;
		});
		await Promise.race([turn, queued]);
		const cancel = this.#clock.after(TURN_MS, end);
		try {
			return await exchange();
		} finally {
			cancel();
			end();
		}
	}
}
