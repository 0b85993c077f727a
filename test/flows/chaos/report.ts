import type { Violation } from './ledger';

/** How a run is made. */
export interface RunOptions {
	readonly seed: number;
	readonly accountsPerMessenger: number;
	/** how long things go wrong, real seconds */
	readonly seconds: number;
	/** between two faults on average, ms of the run's time */
	readonly actionEveryMs: number;
	/** Does Redis lose all its data now and then? */
	readonly emptied: boolean;
	/** between two people who write, ms of the run's time */
	readonly everyMs: number;
}

/** What became of it. */
export interface RunReport {
	readonly seed: number;
	readonly accounts: number;
	/** written by people */
	readonly messages: number;
	/** rows with a deduplication key of their own */
	readonly executions: number;
	/** deliveries whose row was there already, as after a crash */
	readonly duplicates: number;
	/** executions that were begun again knowingly, of triggers that acknowledge when an execution finishes */
	readonly reruns: number;
	readonly late: number;
	readonly sends: number;
	/** sends that were asked for again with their key, after an error or a death */
	readonly triedAgain: number;
	readonly avitoRequests: number;
	/** how often each process was started */
	readonly lives: readonly number[];
	readonly actions: Readonly<Record<string, number>>;
	readonly violations: readonly Violation[];
	/** what the processes wrote last, where something was violated */
	readonly logs: Readonly<Record<string, readonly string[]>>;
}
