import type { Clock, Random } from '../contract';
import type { Commands } from './connection';
import type { Keys } from './keys';
import { ACCOUNT_KEEP_MS } from './lifetimes';
import { textOrNull } from './replies';

/** What was written is marked this long after it at the latest, ms. */
const MARK_MS = 50;

/**
 * Tells a Redis that has come back with everything from one whose last writes are missing: an older snapshot, or a replica
 * that was behind when it was promoted. Either is a beginning of what was written, so it is enough to find the last of it:
 * a number of this process' own, written a moment after every burst of writes. What was written since the last mark has
 * no proof, and counts as missing.
 */
export class Marks {
	readonly #commands: Commands;
	readonly #clock: Clock;
	readonly #key: string;
	/** written, whether or not the answer came */
	#sent = 0;
	/** something was written after the last mark was sent */
	#isUnmarked = false;
	#cancel: (() => void) | undefined;

	constructor(commands: Commands, keys: Keys, clock: Clock, random: Random) {
		this.#commands = commands;
		this.#clock = clock;
		this.#key = keys.mark(random.hex(8));
	}

	/** Redis has answered a write. */
	wrote(): void {
		this.#isUnmarked = true;
		this.#cancel ??= this.#clock.after(MARK_MS, () => {
			this.#cancel = undefined;
			this.#isUnmarked = false;
			this.#sent += 1;
			// Without an answer it may be there or not: what counts is whether it is there when it is looked for.
			this.#commands.call('SET', this.#key, this.#sent, 'PX', ACCOUNT_KEEP_MS).catch(() => undefined);
		});
	}

	/** Is everything there that this process has written? */
	async areWhole(commands: Commands): Promise<boolean> {
		if (this.#isUnmarked) return false;
		if (this.#sent === 0) return true;
		return Number(textOrNull(await commands.call('GET', this.#key)) ?? 0) >= this.#sent;
	}

	/** Keeps Redis from forgetting it while nothing is written. */
	async keep(): Promise<void> {
		if (this.#sent > 0) await this.#commands.call('PEXPIRE', this.#key, ACCOUNT_KEEP_MS);
	}

	async end(): Promise<void> {
		this.#cancel?.();
		if (this.#sent > 0) await this.#commands.call('DEL', this.#key).catch(() => undefined);
	}
}
