import type { AccountId, Clock, JournalEntry, Logger, Random, Store } from '../../contract';
import { backoffMs } from '../../runtime';

/** Entries per read: large enough that a read costs little per event, small enough for memory. */
export const PAGE = 200;
const RETRY = { firstMs: 500, maxMs: 30_000 };

export interface IntakeOptions {
	store: Pick<Store, 'readEntries'>;
	account: AccountId;
	/** read on after this number */
	start: number;
	clock: Clock;
	random: Random;
	logger: Logger;
	/** is there room for more? */
	wantsMore(): boolean;
	take(entries: readonly JournalEntry[]): void;
	/** everything journalled so far was taken */
	reachedEnd(): void;
}

/** Walks the journal forward, in pages and only while there is room; fresh entries come straight from memory. */
export interface Intake {
	/** The journal grew; called in the order of the numbers. */
	appended(entries: readonly JournalEntry[]): void;
	/** Reads on if there is room and something to read. */
	read(): void;
	end(): void;
	readonly cursor: number;
	readonly atEnd: boolean;
}

export function createIntake(options: IntakeOptions): Intake {
	const { store, account, clock, random, logger } = options;
	let cursor = options.start;
	let newest = options.start;
	let atEnd = false;
	let reading = false;
	let failures = 0;
	let cancelRetry: (() => void) | null = null;
	let ended = false;

	function accept(entries: readonly JournalEntry[]): void {
		cursor = entries[entries.length - 1]?.seq ?? cursor;
		newest = Math.max(newest, cursor);
		options.take(entries);
	}

	function read(): void {
		if (reading || ended || cancelRetry !== null) return;
		reading = true;
		void walk();
	}

	async function walk(): Promise<void> {
		try {
			await readPages();
		} finally {
			// In the same turn as the last decision: a `read` that comes right after must not find it set.
			reading = false;
		}
	}

	async function readPages(): Promise<void> {
		while (!ended && !atEnd && options.wantsMore()) {
			const newestBefore = newest;
			let page: JournalEntry[];
			try {
				page = await store.readEntries(account, cursor, PAGE);
				failures = 0;
			} catch (error) {
				failures += 1;
				logger.warn('the journal could not be read', { account, error: String(error) });
				retryLater();
				return;
			}
			if (ended) return;
			if (page.length > 0) accept(page);
			// A short page ends the walk unless something was appended while it was read.
			if (page.length < PAGE && (newest === newestBefore || cursor >= newest)) {
				atEnd = true;
				options.reachedEnd();
			}
		}
	}

	function retryLater(): void {
		if (ended) return;
		cancelRetry = clock.after(backoffMs(failures, RETRY, random), () => {
			cancelRetry = null;
			read();
		});
	}

	/** Straight from memory only when nothing lies between and there is room; else it waits in the journal. */
	function followsOn(entries: readonly JournalEntry[]): boolean {
		if (!atEnd || reading || entries.length > PAGE || !options.wantsMore()) return false;
		return entries.every((entry, index) => entry.seq === cursor + 1 + index);
	}

	return {
		appended(entries) {
			if (ended || entries.length === 0) return;
			if (followsOn(entries)) {
				accept(entries);
				return;
			}
			newest = Math.max(newest, entries[entries.length - 1]?.seq ?? newest);
			if (newest > cursor) atEnd = false;
			read();
		},
		read,
		end() {
			ended = true;
			cancelRetry?.();
		},
		get cursor() {
			return cursor;
		},
		get atEnd() {
			return atEnd;
		},
	};
}
