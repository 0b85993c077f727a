import type { AccountConfig, AccountStateChange, ChannelDriver } from '../../contract';
import { uncorrelated } from '../../runtime';
import type { SharedBudget } from '../budget/shared-budget';
import { Connection } from './connection';
import { withDeadline } from './deadline';
import { assertMayOpen } from './may-open';
import type { PoolShared } from './shared';
import type { Standing } from './standing';

const OPEN_MS = 60_000;
/** Running calls may finish this long when a connection is closed on purpose; n8n's whole shutdown has 30 s. */
const DRAIN_MS = 8_000;
/** A session goes to and fro at most this often; whoever gave it up leaves it to the other for a moment. ms */
const YIELD_EVERY_MS = 60_000;
const YIELD_REST_MS = 5_000;

export interface SoleConnectionParts {
	shared: PoolShared;
	driver: ChannelDriver;
	budget: SharedBudget;
	standing: Standing;
	/** as it is at the moment: it may change while a connection is being opened */
	config(): AccountConfig;
	accountState(change: AccountStateChange): void;
	/** there is a new connection, whoever asked for it */
	opened(): void;
}

/** A session's connection in this process: there is none or one, opened once for all who ask, and dropped in peace. */
export class SoleConnection {
	readonly #parts: SoleConnectionParts;
	#current: Connection | undefined;
	#opening: Promise<Connection> | undefined;
	/** ends an opening that nobody wants any more: its settings were changed, or the pool closes */
	#supersede = new AbortController();
	/** the end of the connection before: its lease must be free before the next one begins */
	#dropping: Promise<void> = Promise.resolve();
	#closed = false;
	#opens = 0;
	/** monotonic ms */
	#mayYieldAt = 0;
	#leftUntil = 0;

	constructor(parts: SoleConnectionParts) {
		this.#parts = parts;
	}

	/** the one there is, which may just have lost its lease */
	get current(): Connection | undefined {
		return this.#current;
	}

	/** the one there is if calls may go over it now */
	get alive(): Connection | null {
		return this.#current?.alive === true ? this.#current : null;
	}

	/** Does this process have the session, or is it just taking it? */
	get owns(): boolean {
		return this.alive !== null || this.#opening !== undefined;
	}

	get closed(): boolean {
		return this.#closed;
	}

	/** how many there have been */
	get opens(): number {
		return this.#opens;
	}

	/** Single-flight. @throws ChannelError `account_paused`, `session_ended`, or why it cannot be opened */
	opened(): Promise<Connection> {
		const { alive } = this;
		if (alive !== null) return Promise.resolve(alive);
		// The connection outlives the call that happened to open it.
		this.#opening ??= uncorrelated(() => this.#openAsSet()).finally(() => {
			this.#opening = undefined;
		});
		return this.#opening;
	}

	/** The settings have changed: neither the connection nor the one just being opened is the account's any more. */
	supersede(reason: string): void {
		this.#supersede.abort();
		void this.drop(reason);
	}

	/** Takes no new calls on this connection, lets the running ones finish (bounded), then closes it. */
	drop(reason: string): Promise<void> {
		const connection = this.#current;
		if (connection === undefined) return this.#dropping;
		this.#current = undefined;
		this.#dropping = (async () => {
			await this.#parts.shared.seats.find(connection.open.accountId)?.leave(connection);
			await connection.drain(DRAIN_MS);
			await connection.close(reason);
		})();
		return this.#dropping;
	}

	/**
	 * Leaves the session to another process, at most once a minute, and then does not take it back before the other has
	 * it. @returns whether it was given up
	 */
	async yield(reason: string): Promise<boolean> {
		const { clock } = this.#parts.shared;
		if (clock.monotonic() < this.#mayYieldAt) return false;
		this.#mayYieldAt = clock.monotonic() + YIELD_EVERY_MS;
		this.#leftUntil = clock.monotonic() + DRAIN_MS + YIELD_REST_MS;
		await this.drop(reason);
		this.#leftUntil = clock.monotonic() + YIELD_REST_MS;
		return true;
	}

	/** Resolves when no opening is under way, however it ended. */
	async settled(): Promise<void> {
		await this.#opening?.catch(() => undefined);
	}

	async close(reason: string): Promise<void> {
		this.#closed = true;
		this.#supersede.abort();
		await this.settled();
		await this.drop(reason);
	}

	/** An opening under settings that are no longer the account's is nobody's answer: those who wait get the next one. */
	async #openAsSet(): Promise<Connection> {
		for (;;) {
			this.#supersede = new AbortController();
			const { signal } = this.#supersede;
			if (this.#closed) this.#supersede.abort();
			try {
				return await this.#open(signal);
			} catch (error) {
				if (!signal.aborted || this.#closed) throw error;
			}
		}
	}

	async #open(superseded: AbortSignal): Promise<Connection> {
		const { shared, budget, standing } = this.#parts;
		await this.#dropping;
		const store = await shared.store();
		const { session } = this.#parts.config();
		if (store.pace !== undefined) await budget.share(store.pace, (await store.accountOf(session)) ?? session);
		await assertMayOpen({
			...{ store, session, standing, closed: this.#closed },
			leftMs: this.#leftUntil - shared.clock.monotonic(),
		});
		standing.become('connecting');
		const deadline = withDeadline(shared.clock, OPEN_MS, 'connecting', superseded);
		try {
			const { driver, accountState } = this.#parts;
			const config = this.#parts.config();
			const { signal } = deadline;
			const connection = await Connection.start({ shared, driver, config, budget, signal, accountState });
			if (superseded.aborted) {
				await connection.close('opened too late');
				superseded.throwIfAborted();
			}
			if (store.pace !== undefined) await budget.share(store.pace, connection.open.accountId);
			this.#stands(connection);
			return connection;
		} catch (error) {
			if (!superseded.aborted) standing.failed(error);
			throw error;
		} finally {
			deadline.end();
		}
	}

	#stands(connection: Connection): void {
		this.#current = connection;
		this.#opens += 1;
		this.#parts.standing.become('live');
		void connection.closed.then(() => this.#onClosed(connection));
		this.#parts.opened();
	}

	#onClosed(connection: Connection): void {
		const { shared, standing } = this.#parts;
		void shared.seats.find(connection.open.accountId)?.leave(connection);
		if (this.#current === connection) this.#current = undefined;
		if (standing.state === 'live') standing.become('idle');
	}
}
