import type { Connection } from './connection';
import type { PoolShared } from './shared';

/**
 * n8n is ending: what was called a moment ago, or may yet be by executions started here, stays open. A login for each
 * of their answers would soon meet the provider's limits. ms
 */
const ENDING_REST_MS = 2_000;
const ENDING_LOOK_MS = 250;

export interface UsageParts {
	shared: PoolShared;
	/** triggers and manual listens on the account */
	subscribers(): number;
	connection(): Connection | undefined;
	/** nobody has used the connection for long enough */
	drop(): void;
}

/** Who uses an account, leases held and calls under way, and how long its connection is kept after the last of them. */
export class Usage {
	readonly #parts: UsageParts;
	#leases = 0;
	#calls = 0;
	#cancelLinger: (() => void) | undefined;
	/** when the last call succeeded, ms since 1970 */
	#lastUsed: number | null = null;

	constructor(parts: UsageParts) {
		this.#parts = parts;
	}

	get inFlight(): number {
		return this.#calls;
	}

	get lastUsed(): number | null {
		return this.#lastUsed;
	}

	get idle(): boolean {
		return this.#unused && !this.#waiting;
	}

	get #unused(): boolean {
		return this.#leases === 0 && this.#calls === 0 && this.#parts.subscribers() === 0;
	}

	get #hub() {
		const account = this.#parts.connection()?.open.accountId;
		return account === undefined ? undefined : this.#parts.shared.seats.find(account)?.hub;
	}

	/** Are there questions whose answers only an open account can hear? Not when the process is about to end. */
	get #waiting(): boolean {
		return !this.#isEnding && (this.#hub?.waiting ?? 0) > 0;
	}

	get #isEnding(): boolean {
		return this.#parts.shared.lingerMs() === 0;
	}

	/** How much longer an unused connection is kept, ms. */
	get #restMs(): number {
		const { shared } = this.#parts;
		if (!this.#isEnding) return shared.lingerMs();
		if ((this.#hub?.underWay ?? 0) > 0) return ENDING_LOOK_MS;
		return this.#lastUsed === null ? 0 : this.#lastUsed + ENDING_REST_MS - shared.clock.now();
	}

	/** A lease: the account stays open while any is held, and lingers after the last. */
	lease(): () => void {
		this.#leases += 1;
		this.keep();
		let released = false;
		return () => {
			if (released) return;
			released = true;
			this.#leases -= 1;
			this.linger();
		};
	}

	callBegins(): void {
		this.#calls += 1;
		this.keep();
	}

	callEnds(succeeded: boolean): void {
		this.#calls -= 1;
		if (succeeded) this.#lastUsed = this.#parts.shared.clock.now();
		this.linger();
	}

	/** Somebody comes: what was about to be closed is not. */
	keep(): void {
		this.#cancelLinger?.();
		this.#cancelLinger = undefined;
	}

	/** Somebody has gone: if it was the last, the connection's rest begins. */
	linger(): void {
		this.keep();
		if (!this.#unused || this.#parts.connection() === undefined) return;
		this.#cancelLinger = this.#parts.shared.clock.after(Math.max(0, this.#restMs), () => {
			if (this.#waiting) this.linger();
			else this.closeIfIdle();
		});
	}

	/** Closes the connection now if nobody uses it (linger over, or n8n is ending). */
	closeIfIdle(): void {
		if (!this.idle) return;
		if (this.#isEnding && this.#restMs > 0) this.linger();
		else this.#parts.drop();
	}
}
