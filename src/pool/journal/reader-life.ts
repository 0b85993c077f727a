import type { Clock, Logger, Random, Reader } from '../../contract';
import { backoffMs } from '../../runtime';

const RETRY = { firstMs: 1_000, maxMs: 60_000 };

export type ReaderState = 'idle' | 'starting' | 'recovering' | 'live' | 'stopping';

export interface ReaderLifeOptions {
	clock: Clock;
	random: Random;
	logger: Logger;
	/** is somebody attached? */
	wanted(): boolean;
	start(): Promise<Reader>;
	/** the recovery is done */
	live(): void;
	/** nobody is attached any more: it stops */
	stopping(): void;
}

/**
 * The engine runs exactly while somebody is attached. Starting and stopping take time and never overlap: who attaches
 * while it drains gets a new start after it.
 */
export interface ReaderLife {
	/** `wanted` may have changed. */
	update(): void;
	/** The running engine, awaited while it starts; null when nobody is attached or it could not start. */
	reader(): Promise<Reader | null>;
	readonly state: ReaderState;
	/** Resolves when nothing changes any more. */
	settled(): Promise<void>;
}

export function createReaderLife(options: ReaderLifeOptions): ReaderLife {
	const { clock, random, logger } = options;
	let state: ReaderState = 'idle';
	let reader: Reader | null = null;
	let changing: Promise<void> | null = null;
	let failures = 0;
	let cancelRetry: (() => void) | null = null;

	function update(): void {
		if (changing !== null || options.wanted() === (reader !== null)) return;
		if (options.wanted() && cancelRetry !== null) return;
		changing = change().finally(() => {
			changing = null;
			update();
		});
	}

	async function change(): Promise<void> {
		if (reader === null) await begin();
		else await end(reader);
	}

	async function begin(): Promise<void> {
		state = 'starting';
		try {
			const begun = await options.start();
			reader = begun;
			state = 'recovering';
			failures = 0;
			begun.live.then(
				() => {
					if (reader !== begun || state !== 'recovering') return;
					state = 'live';
					options.live();
				},
				(error: unknown) => {
					logger.warn('a recovery ended with an error', { error: String(error) });
				},
			);
		} catch (error) {
			state = 'idle';
			failures += 1;
			logger.warn('the engine could not be started', { error: String(error) });
			cancelRetry = clock.after(backoffMs(failures, RETRY, random), () => {
				cancelRetry = null;
				update();
			});
		}
	}

	async function end(ending: Reader): Promise<void> {
		state = 'stopping';
		options.stopping();
		cancelRetry?.();
		cancelRetry = null;
		try {
			await ending.stop();
		} catch (error) {
			logger.warn('the engine did not stop cleanly', { error: String(error) });
		}
		reader = null;
		state = 'idle';
	}

	return {
		update,
		async reader() {
			while (changing !== null && options.wanted()) await changing;
			return state === 'stopping' ? null : reader;
		},
		get state() {
			return state;
		},
		async settled() {
			while (changing !== null) await changing;
			cancelRetry?.();
			cancelRetry = null;
		},
	};
}
