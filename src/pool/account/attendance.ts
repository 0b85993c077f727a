import { ChannelError, type AccountConfig, type AccountState } from '../../contract';
import { backoffMs } from '../../runtime';
import type { CredentialSource } from '../types';
import type { NewsLimiter } from './account-events';
import type { Connection } from './connection';
import { accountElsewhere, askForSession } from './elsewhere';
import type { Listener } from './reader-seat';
import type { PoolShared } from './shared';

/** A trigger's person is told of an outage once it is no blip, and then once in this long. */
export const OUTAGE_MS = 60_000;
export const REPORT_EVERY_MS = 3_600_000;
/** How often a paused account looks whether it still is, ms. */
const PAUSED_LOOK_MS = 15_000;
const RETRY = { firstMs: 1_000, maxMs: 30_000 };

/** A trigger or manual listen as an account keeps it. */
export interface Attached {
	listener: Listener;
	report(error: ChannelError): void;
	source: CredentialSource;
	detach: (() => void) | null;
}

/** The account that is kept open for those who listen. */
export interface Host {
	readonly state: AccountState;
	readonly config: AccountConfig;
	readonly closed: boolean;
	opened(): Promise<Connection>;
	/** the account is open and everybody has been handed over to its reader */
	seated(connection: Connection): void;
}

/** Who listens to one account; while there is anybody, the account is kept open, for ever, with growing pauses. */
export class Attendance {
	readonly #shared: PoolShared;
	readonly #host: Host;
	readonly #news: NewsLimiter;
	readonly #attached = new Set<Attached>();
	#keeping = false;
	#wake = Promise.withResolvers<void>();

	constructor(shared: PoolShared, host: Host, news: NewsLimiter) {
		this.#shared = shared;
		this.#host = host;
		this.#news = news;
	}

	get size(): number {
		return this.#attached.size;
	}

	/** Manual listens do not count: they never keep a session from a process with a trigger. */
	get triggers(): number {
		return [...this.#attached].filter(({ listener }) => listener.kind === 'trigger').length;
	}

	uses(credential: string): boolean {
		return [...this.#attached].some(({ source }) => source.id === credential);
	}

	add(attached: Attached, connection: Connection | undefined): void {
		this.#attached.add(attached);
		if (connection?.alive === true) void this.#seat(attached, connection);
		void this.#keepOpen();
	}

	remove(attached: Attached): void {
		this.#attached.delete(attached);
		attached.detach?.();
		attached.detach = null;
		if (this.#attached.size === 0) this.wake();
	}

	clear(): void {
		for (const attached of [...this.#attached]) this.remove(attached);
		this.wake();
	}

	/** Something changed: try again now instead of after the pause. */
	wake(): void {
		this.#wake.resolve();
	}

	async #keepOpen(): Promise<void> {
		if (this.#keeping) return;
		this.#keeping = true;
		const { clock } = this.#shared;
		let failures = 0;
		let downSince: number | null = null;
		while (this.#attached.size > 0 && !this.#host.closed) {
			this.#wake = Promise.withResolvers();
			try {
				const connection = await this.#host.opened();
				failures = 0;
				downSince = null;
				await Promise.all([...this.#attached].map((attached) => this.#seat(attached, connection)));
				this.#host.seated(connection);
				await Promise.race([connection.closed, this.#wake.promise]);
			} catch (error) {
				failures += 1;
				downSince ??= clock.now();
				const free =
					this.triggers > 0 && (await askForSession(this.#shared, this.#host.config.session, error));
				const follows = !free && (await this.#follow(error));
				if (follows) downSince = clock.now();
				await this.#afterFailure(error, failures, { downMs: clock.now() - downSince, free, follows });
			}
		}
		this.#keeping = false;
	}

	/** Another process has the session and keeps it: its journal is listened to from here, until it is gone. */
	async #follow(error: unknown): Promise<boolean> {
		try {
			const { session, label } = this.#host.config;
			const account = await accountElsewhere(this.#shared, session, error);
			if (account === null) return false;
			const seat = this.#shared.seats.of(this.#shared, account);
			for (const attached of this.#attached) attached.detach ??= seat.add(attached.listener);
			return await seat.follow({ session, label, wake: () => this.wake() });
		} catch (failure) {
			this.#shared.logger.warn('another process could not be listened to', { error: String(failure) });
			return false;
		}
	}

	/** `follows`: nothing is wrong, another process reads. `free`: the session has just been given up, no need to wait as long as its lease would have lasted. */
	async #afterFailure(
		error: unknown,
		failures: number,
		{ downMs, free, follows }: { downMs: number; free: boolean; follows: boolean },
	): Promise<void> {
		const { clock, random, watch } = this.#shared;
		// Paused or ended: only a person can change that, and then `wake` is called.
		const final = this.#host.state === 'ended' || this.#host.state === 'paused';
		if (!follows) this.#report(error, final || downMs >= OUTAGE_MS);
		if (this.#host.state === 'ended') for (const { source } of this.#attached) watch.hurry(source);
		if (this.#host.state === 'ended') {
			await this.#wake.promise;
			return;
		}
		const told = !free && ChannelError.is(error) && typeof error.retry === 'object' ? error.retry.afterMs : 0;
		// *Connect* may run in another process, which cannot wake this one.
		const backOff = backoffMs(follows ? 1 : failures, RETRY, random);
		const pause = final ? PAUSED_LOOK_MS : Math.max(told, backOff);
		const stop = new AbortController();
		await Promise.race([this.#wake.promise, clock.sleep(pause, stop.signal).catch(() => undefined)]);
		stop.abort();
	}

	/** Offers the connection as the account's reader and hands over who listens; harmless when repeated. */
	#seat(attached: Attached, connection: Connection): Promise<void> {
		const seat = this.#shared.seats.of(this.#shared, connection.open.accountId);
		attached.detach ??= seat.add(attached.listener);
		return seat.join(connection, this.#host.config);
	}

	/** Something about an open account that a person should know; told at most once in a while per kind. */
	tell(error: ChannelError): void {
		this.#report(error, true);
	}

	/** A manual listener is told at once: a person sits in front of it. Triggers are told when it is no blip. */
	#report(error: unknown, lasting: boolean): void {
		const shown = ChannelError.is(error)
			? error
			: new ChannelError('upstream_error', 'The account could not be opened', { cause: error });
		const now = this.#shared.clock.now();
		const tellsTriggers = lasting && this.#news.allows(`report:${shown.code}`, now, REPORT_EVERY_MS);
		for (const attached of this.#attached) {
			if (attached.listener.kind === 'manual' || tellsTriggers) attached.report(shown);
		}
	}
}
