import { ChannelError, type Clock, type Random } from '../contract';
import { backoffMs, nextTurn } from '../runtime';
import { faultOf, faultText, type Fault } from './faults';
import type { Medium } from './medium';
import { checkpoint, QuietCheckpoint } from './quiet';
import { assertMayWrite, SCHEMA_VERSION, schemaVersion } from './schema';
import type { Sql } from './sql';

/** What is done with the database. May run twice (after a fault, or when another of its group failed), so it changes nothing but the database. */
type Operation<T> = (sql: Sql) => T;

interface Task {
	operation: Operation<unknown>;
	kind: 'read' | 'write' | 'flushedWrite';
	resolve: (value: unknown) => void;
	reject: (error: unknown) => void;
}

type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };

/** Replaces a medium that failed. @throws when there is nothing left to go on with */
export type Successor = (fault: 'damaged' | 'unusable', error: unknown, failed: Medium) => Medium;

/** A group ends after this long, ms: the event loop's other work must not wait for a burst of ours. */
const GROUP_MS = 15;
const GROUP_TASKS = 2_000;
/** A write that nobody waits for may wait this long for others, ms: less than a message needs to its provider. */
const BESIDE_MS = 5;

/** How long another process may hold the lock before callers are told, ms; a commit takes microseconds. */
const BUSY_LIMIT_MS = 15_000;
const BUSY_BACKOFF = { firstMs: 5, maxMs: 250 };

/**
 * The one way to the database: operations are collected for one turn of the event loop and committed together, in the
 * order in which they were asked for. A promise resolves only after COMMIT, so what is told as done is done. One that
 * fails takes no other with it. Reads stand in the same row and therefore see every write asked for before them.
 */
export class CommitQueue {
	#medium: Medium;
	readonly #clock: Clock;
	readonly #random: Random;
	readonly #succeed: Successor;
	readonly #quiet: QuietCheckpoint;
	#waiting: Task[] = [];
	#running: Promise<void> | null = null;
	/** the time of what waits beside has begun */
	#cancelBeside: (() => void) | null = null;
	#closed = false;

	constructor(medium: Medium, succeed: Successor, services: { clock: Clock; random: Random }) {
		this.#medium = medium;
		this.#succeed = succeed;
		this.#clock = services.clock;
		this.#random = services.random;
		this.#quiet = new QuietCheckpoint(services.clock, () =>
			this.#running === null && !this.#closed ? this.#medium : null,
		);
	}

	get medium(): Medium {
		return this.#medium;
	}

	read<T>(operation: Operation<T>): Promise<T> {
		return this.#submit(operation, 'read');
	}

	/**
	 * Reads at once what is committed, and nothing of the writes that wait.
	 * @returns null when the database does not answer so quickly: `read` deals with that
	 */
	peek<T>(operation: Operation<T>): { value: T } | null {
		if (this.#closed) return null;
		try {
			return { value: operation(this.#medium.sql) };
		} catch {
			return null;
		}
	}

	write<T>(operation: Operation<T>): Promise<T> {
		return this.#submit(operation, 'write');
	}

	/**
	 * A write that nobody waits for stands in the same row, but is committed with whatever comes next, or after a few
	 * milliseconds: a commit costs twenty times what one more row in it does.
	 */
	writeBeside<T>(operation: Operation<T>): Promise<T> {
		if (this.#closed) return Promise.reject(unavailable('The store is closed.'));
		const written = this.#stand(operation, 'write');
		if (this.#running === null) this.#cancelBeside ??= this.#clock.after(BESIDE_MS, () => this.#hurry());
		return written;
	}

	/** Survives a loss of power too: for what no provider gives twice. Costs an fsync for the whole group. */
	flushedWrite<T>(operation: Operation<T>): Promise<T> {
		return this.#submit(operation, 'flushedWrite');
	}

	/**
	 * Deleted text is overwritten in the file at once, but older pages stand in the log until it is emptied. While another
	 * process reads, it cannot be: then the next sweep tries again.
	 */
	async emptyLog(): Promise<void> {
		await this.#running;
		if (!this.#closed && this.#medium.shared) checkpoint(this.#medium, 'TRUNCATE');
	}

	/** Finishes what was asked for, then closes. Idempotent. */
	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		if (this.#waiting.length > 0) this.#hurry();
		await this.#running;
		this.#quiet.end();
		this.#medium.sql.close();
	}

	#submit<T>(operation: Operation<T>, kind: Task['kind']): Promise<T> {
		if (this.#closed) return Promise.reject(unavailable('The store is closed.'));
		const done = this.#stand(operation, kind);
		this.#hurry();
		return done;
	}

	#stand<T>(operation: Operation<T>, kind: Task['kind']): Promise<T> {
		return new Promise<T>((resolve, reject) => {
			// T is what `operation` returns; the queue only carries it.
			this.#waiting.push({ operation, kind, resolve: resolve as (value: unknown) => void, reject });
		});
	}

	#hurry(): void {
		this.#cancelBeside?.();
		this.#cancelBeside = null;
		this.#running ??= this.#drain();
	}

	async #drain(): Promise<void> {
		while (this.#waiting.length > 0) {
			await nextTurn();
			await this.#commitGroup();
		}
		this.#running = null;
		this.#quiet.rest(this.#medium);
	}

	async #commitGroup(): Promise<void> {
		const startedAt = this.#clock.monotonic();
		for (let attempt = 1; ; attempt += 1) {
			const group = this.#waiting.slice(0, GROUP_TASKS);
			try {
				this.#settle(this.#transact(group));
				return;
			} catch (error) {
				const fault = faultOf(error);
				if (fault === 'busy' && this.#clock.monotonic() - startedAt < BUSY_LIMIT_MS) {
					await this.#clock.sleep(backoffMs(attempt, BUSY_BACKOFF, this.#random));
				} else if (!this.#replaced(fault, error)) {
					const reason = unavailable(`The store does not answer: ${faultText(error)}.`, error);
					this.#settle(group.map(() => ({ ok: false, error: reason })));
					return;
				}
			}
		}
	}

	#replaced(fault: Fault | null, error: unknown): boolean {
		if (fault === null || fault === 'busy') return false;
		try {
			this.#medium = this.#succeed(fault, error, this.#medium);
			return true;
		} catch {
			return false;
		}
	}

	/**
	 * @param apart each write in a savepoint. Almost never does one fail, so first all are done without, and only if one
	 * did, everything once more with them
	 * @returns one outcome per operation that was reached before the group's time was up
	 */
	#transact(group: readonly Task[], apart = false): Outcome[] {
		const { sql, shared } = this.#medium;
		const writes = group.some((task) => task.kind !== 'read');
		const flushed = shared && group.some((task) => task.kind === 'flushedWrite');
		if (flushed) sql.exec('PRAGMA synchronous = FULL');
		try {
			sql.run(writes ? 'BEGIN IMMEDIATE' : 'BEGIN');
			// A newer package may have upgraded the file since it was opened here.
			if (writes && schemaVersion(sql) !== SCHEMA_VERSION) assertMayWrite(sql);
			const outcomes = this.#runEach(sql, group, apart);
			const asWanted = apart || outcomes.every(({ ok }) => ok);
			sql.run(asWanted ? 'COMMIT' : 'ROLLBACK');
			if (asWanted) return outcomes;
		} catch (error) {
			if (sql.database.isTransaction) sql.run('ROLLBACK');
			throw error;
		} finally {
			if (flushed && sql.database.isOpen) sql.exec('PRAGMA synchronous = NORMAL');
		}
		return this.#transact(group, true);
	}

	#runEach(sql: Sql, group: readonly Task[], apart: boolean): Outcome[] {
		const startedAt = this.#clock.monotonic();
		const outcomes: Outcome[] = [];
		for (const task of group) {
			outcomes.push(apart && task.kind !== 'read' ? runInSavepoint(sql, task) : run(sql, task));
			if (this.#clock.monotonic() - startedAt > GROUP_MS) break;
		}
		return outcomes;
	}

	#settle(outcomes: readonly Outcome[]): void {
		const done = this.#waiting.splice(0, outcomes.length);
		for (const [index, outcome] of outcomes.entries()) {
			if (outcome.ok) done[index]?.resolve(outcome.value);
			else done[index]?.reject(outcome.error);
		}
	}
}

function run(sql: Sql, task: Task): Outcome {
	try {
		return { ok: true, value: task.operation(sql) };
	} catch (error) {
		if (faultOf(error) !== null) throw error;
		return { ok: false, error };
	}
}

function runInSavepoint(sql: Sql, task: Task): Outcome {
	sql.run('SAVEPOINT operation');
	const outcome = run(sql, task);
	if (!outcome.ok) sql.run('ROLLBACK TO operation');
	sql.run('RELEASE operation');
	return outcome;
}

export function unavailable(message: string, cause?: unknown): ChannelError {
	return new ChannelError('store_unavailable', message, { retry: { afterMs: 5_000 }, cause });
}
