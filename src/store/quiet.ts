import type { Clock } from '../contract';
import { faultOf } from './faults';
import type { Medium } from './medium';

/** Nothing was asked of the database for so long, ms. */
const QUIET_MS = 200;
/** Rows changed from which on emptying the log is worth waiting for the disk: about two hundred messages. */
const WORTH_ROWS = 2_000;

/**
 * Empties the write-ahead log into the file in a pause. It waits for the disk, and that is done better while nobody
 * waits for a commit: in a burst of messages SQLite's own emptying, inside a commit, took more time than their rows.
 * Without a pause the log grows up to the limit where SQLite does it, see `medium.ts`.
 */
export class QuietCheckpoint {
	readonly #clock: Clock;
	readonly #idle: () => Medium | null;
	#cancel: (() => void) | null = null;

	/** @param idle where nothing is under way at this moment; null: something is, or the store is closed */
	constructor(clock: Clock, idle: () => Medium | null) {
		this.#clock = clock;
		this.#idle = idle;
	}

	/** What was asked for has been done. */
	rest(medium: Medium): void {
		if (!medium.shared || medium.sql.changed < WORTH_ROWS) return;
		this.#cancel?.();
		this.#cancel = this.#clock.after(QUIET_MS, () => {
			this.#cancel = null;
			const idle = this.#idle();
			if (idle?.shared === true) checkpoint(idle, 'PASSIVE');
		});
	}

	end(): void {
		this.#cancel?.();
		this.#cancel = null;
	}
}

/**
 * `PASSIVE` waits for nobody and does what it can; `TRUNCATE` leaves nothing of the log, and does not happen while
 * another process reads.
 */
export function checkpoint({ sql }: Medium, how: 'PASSIVE' | 'TRUNCATE'): void {
	try {
		sql.get(`PRAGMA wal_checkpoint(${how})`);
		sql.changed = 0;
	} catch (error) {
		// A fault of the file is met again, and dealt with, by the next write.
		if (faultOf(error) === null) throw error;
	}
}
