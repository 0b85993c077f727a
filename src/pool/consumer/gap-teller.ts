import type { Clock, Logger, Random } from '../../contract';
import { backoffMs } from '../../runtime';
import { createGaps, type Gap } from './gaps';

const RETRY = { firstMs: 1_000, maxMs: 60_000 };

/** Makes the rest of a catch-up visible: one gap event per chat, whose entries are done once it is journalled. */
export interface GapTeller {
	add(chatId: string, entry: { seq: number; at: number }): void;
	/** Tells what has gathered. */
	tell(): void;
	end(): void;
}

export interface GapTellerOptions {
	clock: Clock;
	random: Random;
	logger: Logger;
	journal(gap: Gap): Promise<void>;
	pass(seqs: readonly number[]): void;
}

export function createGapTeller(options: GapTellerOptions): GapTeller {
	const { clock, random, logger } = options;
	const gaps = createGaps();
	const retries = new Set<() => void>();
	let ended = false;

	function tellOne(gap: Gap, failures: number): void {
		options.journal(gap).then(
			() => {
				options.pass(gap.seqs);
			},
			(error: unknown) => {
				logger.warn('a gap could not be journalled', { error: String(error) });
				if (ended) return;
				const cancel = clock.after(backoffMs(failures + 1, RETRY, random), () => {
					retries.delete(cancel);
					tellOne(gap, failures + 1);
				});
				retries.add(cancel);
			},
		);
	}

	return {
		add: (chatId, entry) => {
			gaps.add(chatId, entry);
		},
		tell() {
			for (const gap of gaps.drain()) tellOne(gap, 0);
		},
		end() {
			ended = true;
			for (const cancel of retries) cancel();
		},
	};
}
