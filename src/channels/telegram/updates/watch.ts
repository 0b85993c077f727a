/** Seconds between two looks, where the server names none or less (its default is 1 s; TDLib asks no faster). */
const LEAST_S = 2;
/** A channel that could not be read is tried again after this long, ms. */
const REFUSED_MS = 600_000;
/** The first looks are spread over this long, ms. */
const SPREAD_MS = 5_000;

/**
 * When to look at watched channels: the server does not push all of what large channels say to a session that does not
 * have them open, and expects a difference every `timeout` seconds from the last answer (core.telegram.org/api/updates).
 */
export class Watch {
	readonly #nextAt = new Map<string, number>();

	constructor(channels: readonly string[]) {
		for (const channel of channels) this.#nextAt.set(channel, 0);
	}

	/** One more, from now on. */
	add(channel: string): void {
		if (!this.#nextAt.has(channel)) this.#nextAt.set(channel, 0);
	}

	/** @returns channels to be asked; each is then not due again before its answer or a minute */
	due(now: number): string[] {
		const due: string[] = [];
		let spread = 0;
		for (const [channel, at] of this.#nextAt) {
			if (at > now) continue;
			if (at === 0 && spread > 0) {
				this.#nextAt.set(channel, now + Math.min(SPREAD_MS, spread));
				spread += 250;
				continue;
			}
			spread += 250;
			due.push(channel);
			this.#nextAt.set(channel, now + 60_000);
		}
		return due;
	}

	answered(channel: string, now: number, timeoutS: number | null): void {
		if (!this.#nextAt.has(channel)) return;
		this.#nextAt.set(channel, now + Math.max(LEAST_S, timeoutS ?? LEAST_S) * 1000);
	}

	refused(channel: string): void {
		for (const [known, at] of this.#nextAt) if (known === channel) this.#nextAt.set(known, at + REFUSED_MS);
	}

	nextAt(): number | null {
		return this.#nextAt.size === 0 ? null : Math.min(...this.#nextAt.values());
	}
}
