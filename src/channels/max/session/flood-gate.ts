import { ChannelError } from '../../../contract';

/** No source tells a time: a minute, and twice as long each time it comes again, up to an hour. */
const FIRST_MS = 60_000;
const LONGEST_MS = 3_600_000;

/** After MAX asked to slow down, requests of the same number stay here until their time instead of making it worse. */
export class FloodGate {
	readonly #closed = new Map<number, { until: number; ms: number }>();

	/** MAX refused this one. `now`: monotonic ms. @returns ms until it may be asked again */
	close(opcode: number, now: number): number {
		const former = this.#closed.get(opcode);
		const ms = former === undefined ? FIRST_MS : Math.min(2 * former.ms, LONGEST_MS);
		this.#closed.set(opcode, { until: now + ms, ms });
		return ms;
	}

	/** MAX answered this one: all is well again. */
	open(opcode: number): void {
		this.#closed.delete(opcode);
	}

	/** @throws ChannelError `flood_wait` with the rest of the wait */
	assertOpen(opcode: number, now: number): void {
		const left = (this.#closed.get(opcode)?.until ?? 0) - now;
		if (left > 0) throw slowDown('MAX asks to slow down', left);
	}
}

/** What a person is told; nothing was done. */
export function slowDown(message: string, afterMs: number, providerCode?: string): ChannelError {
	return new ChannelError('flood_wait', message, {
		channel: 'max',
		retry: { afterMs },
		hint: 'Spread the work over time; only this account and this kind of request wait.',
		...(providerCode === undefined ? {} : { providerCode }),
	});
}
