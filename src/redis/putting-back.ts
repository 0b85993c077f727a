import type { Clock, Logger, Random } from '../contract';
import { backoffMs } from '../runtime';
import { dataLost } from './faults';
import type { OpenMirror } from './open-mirror';
import { seed, type Seeded, type SeedParts } from './seeding';

/** How long a call waits for what is being put back, ms. */
const BACK_WAIT_MS = 5_000;
const RETRY = { firstMs: 500, maxMs: 15_000 };

export interface PuttingBackOptions {
	mirror: OpenMirror;
	seeding: SeedParts;
	clock: Clock;
	random: Random;
	logger: Logger;
	restored(result: Seeded): void;
}

/** Puts what the mirror knows into a Redis that has lost its data: once at a time, again and again until it is there. */
export class PuttingBack {
	readonly #options: PuttingBackOptions;
	#running: Promise<void> | undefined;
	/** Redis has lost its data once more while it ran */
	#again = false;

	constructor(options: PuttingBackOptions) {
		this.#options = options;
	}

	get isUnderWay(): boolean {
		return this.#running !== undefined;
	}

	begin(): void {
		if (this.#options.mirror.current === undefined) return;
		this.#again = this.isUnderWay;
		this.#running ??= this.#run().finally(() => {
			this.#running = undefined;
			if (this.#again) this.begin();
		});
	}

	/**
	 * Who asks Redis for what is just being put back waits for it; null: there is nothing to wait for.
	 * @throws ChannelError `store_unavailable` when that takes its time
	 */
	whenBack(): Promise<void> | null {
		return this.isUnderWay ? this.#whenBack() : null;
	}

	/** Resolves when nothing is being put back. */
	async settled(): Promise<void> {
		while (this.#running !== undefined) await this.#running;
	}

	async #whenBack(): Promise<void> {
		const stop = new AbortController();
		const late = this.#options.clock.sleep(BACK_WAIT_MS, stop.signal).catch(() => undefined);
		await Promise.race([this.settled(), late]);
		stop.abort();
		if (this.isUnderWay) throw dataLost();
	}

	async #run(): Promise<void> {
		const { mirror: open, seeding, clock, random, logger, restored } = this.#options;
		const { epoch, commands, signal } = seeding;
		const mirror = open.current;
		if (mirror === undefined) return;
		for (let failures = 1; !signal.aborted; failures += 1) {
			try {
				const result = await seed(mirror, seeding);
				if (open.isMemory(mirror)) await mirror.keepSends(null, epoch.id);
				if ((await mirror.staleAccounts(epoch.id)).length > 0) continue;
				if (result.accounts === 0) return;
				await epoch.restored(commands);
				restored(result);
				return;
			} catch (error) {
				logger.warn('what Redis has lost could not be put back yet', { error: String(error) });
				await clock.sleep(backoffMs(failures, RETRY, random), signal).catch(() => undefined);
			}
		}
	}
}
