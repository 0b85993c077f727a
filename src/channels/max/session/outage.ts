import type { ChannelError, DriverServices } from '../../../contract';

/** an outage shorter than this is a blip nobody is told of */
const OUTAGE_MS = 60_000;

/** People are told of an outage once it is no blip, and of its end only when they were told of its beginning. */
export class Outage {
	readonly #services: Pick<DriverServices, 'clock' | 'accountState'>;
	/** monotonic ms; null = connected, or never was */
	#since: number | null = null;
	#told = false;
	lastError: ChannelError | null = null;

	constructor(services: Pick<DriverServices, 'clock' | 'accountState'>) {
		this.#services = services;
	}

	failed(error: ChannelError): void {
		const now = this.#services.clock.monotonic();
		this.lastError = error;
		this.#since ??= now;
		// A wait that the service asks for (an hour after too many logins) is no blip either.
		const asked = typeof error.retry === 'object' ? error.retry.afterMs : 0;
		if (now - this.#since < OUTAGE_MS && asked < OUTAGE_MS) return;
		this.#told = true;
		const hint = error.hint === undefined ? {} : { hint: error.hint };
		this.#services.accountState({ state: 'disconnected', reason: error.message, error, ...hint });
	}

	over(): void {
		this.lastError = null;
		this.#since = null;
		if (this.#told)
			this.#services.accountState({ state: 'live', reason: 'MAX is connected again', atMostEveryMs: 0 });
		this.#told = false;
	}
}
