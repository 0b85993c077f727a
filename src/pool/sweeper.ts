import type { Clock, Logger, Store } from '../contract';
import type { ReaderSeats } from './account/reader-seat';
import { retentionGap } from './journal';

const SWEEP_MS = 600_000;
const RETENTION = {
	maxAgeMs: 604_800_000,
	maxEntries: 100_000,
	idsMs: 604_800_000,
	consumersMs: 7_776_000_000,
};

/** Removes from the store what is done with, every ten minutes; what a limit removed unread becomes a visible gap. */
export class Sweeper {
	readonly #parts: { clock: Clock; logger: Logger; seats: ReaderSeats };
	#cancel: (() => void) | undefined;
	#stopped = false;

	constructor(parts: { clock: Clock; logger: Logger; seats: ReaderSeats }) {
		this.#parts = parts;
	}

	start(store: Store): void {
		if (this.#stopped) return;
		this.#cancel = this.#parts.clock.after(SWEEP_MS, () => {
			void this.#sweep(store).finally(() => this.start(store));
		});
	}

	stop(): void {
		this.#stopped = true;
		this.#cancel?.();
	}

	async #sweep(store: Store): Promise<void> {
		const { clock, logger, seats } = this.#parts;
		try {
			const { gaps } = await store.sweep(RETENTION);
			for (const gap of gaps) {
				const about = { account: gap.accountId, label: '' };
				await seats.find(gap.accountId)?.announce(retentionGap(about, clock, gap));
			}
		} catch (error) {
			logger.warn('old journal entries could not be removed', { error: String(error) });
		}
	}
}
