import {
	ChannelError,
	type AccountConfig,
	type AccountState,
	type AccountStateChange,
	type CallOptions,
	type CallResult,
	type ChannelDriver,
	type Command,
	type StoreInfo,
} from '../../contract';
import { backoffMs } from '../../runtime';
import { AccountBudget } from '../budget/account-budget';
import { assertAllowed, FIRST_CONTACTS_STOPPED } from '../policy';
import { parseInput } from '../policy/parse-input';
import type { CredentialSource } from '../types';
import { accountStateEvent, NewsLimiter } from './account-events';
import { Connection } from './connection';
import { withDeadline } from './deadline';
import type { Listener } from './reader-seat';
import { SettingsMemory } from './settings-choice';
import type { PoolShared } from './shared';

const DEFAULT_CALL_MS = 120_000;
const OPEN_MS = 60_000;
const DAY_MS = 86_400_000;
/** Running calls may finish this long when a connection is closed on purpose; n8n's whole shutdown has 30 s. */
const DRAIN_MS = 8_000;
/** A trigger's person is told of an outage once it is no blip, and then once in this long. */
const OUTAGE_MS = 60_000;
const REPORT_EVERY_MS = 3_600_000;
const PAUSED = 'paused';

/** A trigger or manual listen as the entry keeps it. */
export interface Attached {
	listener: Listener;
	report(error: ChannelError): void;
	source: CredentialSource;
	detach: (() => void) | null;
}

/** Everything one session is in this process, open or not: who uses it, its pace, its connection when it has one. */
export class AccountEntry {
	readonly #shared: PoolShared;
	readonly #driver: ChannelDriver;
	readonly #settings: SettingsMemory;
	readonly #news = new NewsLimiter();
	readonly #attached = new Set<Attached>();
	readonly budget: AccountBudget;
	#config: AccountConfig;
	#source: CredentialSource;
	#connection: Connection | undefined;
	#opening: Promise<Connection> | undefined;
	#uses = 0;
	#inFlight = 0;
	#keeping = false;
	#wake = Promise.withResolvers<void>();
	#cancelLinger: (() => void) | undefined;
	#closed = false;
	state: AccountState = 'idle';
	since: number;
	lastUsed: number | null = null;
	lastError: { code: string; message: string; at: string } | null = null;
	reopened = 0;

	constructor(shared: PoolShared, driver: ChannelDriver, config: AccountConfig, source: CredentialSource) {
		this.#shared = shared;
		this.#driver = driver;
		this.#config = config;
		this.#source = source;
		this.#settings = new SettingsMemory(source.id, config);
		this.since = shared.clock.now();
		const { points, windowMs, chatGapMs } = config.policy.budget;
		this.budget = new AccountBudget(
			{ account: { points, windowMs }, chatGapMs, buckets: driver.buckets },
			shared.clock,
		);
	}

	get config(): AccountConfig {
		return this.#config;
	}

	get connection(): Connection | undefined {
		return this.#connection;
	}

	get inFlight(): number {
		return this.#inFlight;
	}

	get subscribers(): number {
		return this.#attached.size;
	}

	get idle(): boolean {
		return this.#uses === 0 && this.#inFlight === 0 && this.#attached.size === 0;
	}

	/** A lease: the account stays open while any is held, and lingers after the last. */
	use(): () => void {
		this.#uses += 1;
		this.#cancelLinger?.();
		let released = false;
		return () => {
			if (released) return;
			released = true;
			this.#uses -= 1;
			this.#linger();
		};
	}

	async call(command: Command, options: CallOptions): Promise<CallResult> {
		const spec = this.#driver.commands[command.name];
		if (spec === undefined) {
			throw new ChannelError('not_supported', `${this.#driver.channel} has no operation "${command.name}"`);
		}
		const input: unknown = parseInput(spec, command.input);
		assertAllowed(this.#config.policy, command.name, spec, input);
		const deadline = withDeadline(
			this.#shared.clock,
			options.timeoutMs ?? spec.timeoutMs ?? DEFAULT_CALL_MS,
			command.name,
			options.signal,
		);
		this.#inFlight += 1;
		this.#cancelLinger?.();
		try {
			const connection = await abortable(this.opened(), deadline.signal);
			const result = await connection.call(spec, command, input, this.#config, options, deadline.signal);
			this.lastUsed = this.#shared.clock.now();
			return result;
		} catch (error) {
			const shown =
				deadline.signal.aborted && !ChannelError.is(error) ? (deadline.signal.reason as Error) : error;
			this.#noteError(shown);
			throw shown;
		} finally {
			deadline.end();
			this.#inFlight -= 1;
			this.#linger();
		}
	}

	/** Single-flight. @throws ChannelError `account_paused`, `session_ended`, or why it cannot be opened */
	opened(): Promise<Connection> {
		if (this.#connection?.alive === true) return Promise.resolve(this.#connection);
		this.#opening ??= this.#open().finally(() => {
			this.#opening = undefined;
		});
		return this.#opening;
	}

	/** Opens within `ms` or not; a failure is told by the state and the last error, not by throwing. */
	async tryOpen(ms: number): Promise<void> {
		const stop = new AbortController();
		const late = this.#shared.clock.sleep(ms, stop.signal);
		await Promise.race([this.opened(), late]).catch(() => undefined);
		stop.abort();
		late.catch(() => undefined);
		this.#linger();
	}

	attach(attached: Attached): void {
		this.#attached.add(attached);
		this.#cancelLinger?.();
		if (this.#connection?.alive === true) void this.#seat(attached, this.#connection);
		void this.#keepOpen();
	}

	detach(attached: Attached): void {
		this.#attached.delete(attached);
		attached.detach?.();
		attached.detach = null;
		if (![...this.#attached].some((other) => other.source.id === attached.source.id)) {
			this.#settings.forget(attached.source.id);
		}
		if (this.#attached.size === 0) this.#wake.resolve();
		this.#linger();
	}

	/** Every read of the credential comes by here; a difference drains and reopens once. @throws on a conflict */
	reconfigure(source: CredentialSource, config: AccountConfig): void {
		const choice = this.#settings.read(source.id, config, this.#connection?.alive === true);
		if (choice === 'conflict') {
			throw new ChannelError(
				'credential_invalid',
				'Another credential holds this account open with other connection settings (secret, proxy, endpoint or device)',
				{ hint: 'Give both credentials the same settings, or use one credential for this account.' },
			);
		}
		this.#config = config;
		this.#source = source;
		const { points, windowMs, chatGapMs } = config.policy.budget;
		this.budget.update({ points, windowMs }, chatGapMs);
		const ended = this.state === 'ended';
		if (choice === 'reopen' || ended) {
			if (ended) this.#setState('idle');
			void this.#drop('the credential changed');
			this.#wake.resolve();
		}
	}

	/** *Disconnect*: survives restarts until *Connect*. */
	async pause(): Promise<void> {
		await (await this.#shared.store()).putValue(this.#config.session, PAUSED, true);
		this.#setState('paused');
		await this.#drop('paused by the user');
	}

	async resume(): Promise<void> {
		await (await this.#shared.store()).deleteValue(this.#config.session, PAUSED);
		if (this.state === 'paused' || this.state === 'ended') this.#setState('idle');
		this.#wake.resolve();
		await this.opened();
	}

	/** The store went on in memory: triggers run, but nothing survives a restart. Told once. */
	tellDegraded(info: StoreInfo): void {
		if (info.degraded === null) return;
		void this.#accountState({ state: 'degraded', reason: info.degraded, atMostEveryMs: DAY_MS });
	}

	async close(): Promise<void> {
		this.#closed = true;
		this.#cancelLinger?.();
		for (const attached of [...this.#attached]) this.detach(attached);
		this.#wake.resolve();
		await this.#drop('the pool closes');
		this.#setState('closed');
	}

	/** Closes the connection now if nobody uses it (linger over, or the pool needs room). */
	closeIfIdle(): void {
		if (this.idle) void this.#drop('idle');
	}

	async #open(): Promise<Connection> {
		const store = await this.#shared.store();
		if ((await store.getValue(this.#config.session, PAUSED)) === true) {
			this.#setState('paused');
			throw new ChannelError('account_paused', 'The account was disconnected by hand', {
				hint: 'Run Account: Connect to use it again.',
			});
		}
		if (this.state === 'ended') {
			throw new ChannelError(
				'session_ended',
				`The session has ended: ${this.lastError?.message ?? 'log in again'}`,
				{
					hint: 'Log in again and put the new session into the credential.',
				},
			);
		}
		if (this.#closed) throw new ChannelError('cancelled', 'The connection pool is closing', { retry: 'now' });
		this.#setState('connecting');
		const deadline = withDeadline(this.#shared.clock, OPEN_MS, 'connecting');
		try {
			const connection = await Connection.start({
				shared: this.#shared,
				driver: this.#driver,
				config: this.#config,
				budget: this.budget,
				signal: deadline.signal,
				accountState: (change) => void this.#accountState(change),
			});
			this.#connection = connection;
			this.reopened += 1;
			this.#setState('live');
			void connection.closed.then(() => {
				this.#onClosed(connection);
			});
			this.#linger();
			return connection;
		} catch (error) {
			this.#noteError(error);
			this.#setState(endsSession(error) ? 'ended' : 'waiting');
			throw error;
		} finally {
			deadline.end();
		}
	}

	/** While somebody listens the account is kept open, for ever, with growing pauses between tries. */
	async #keepOpen(): Promise<void> {
		if (this.#keeping) return;
		this.#keeping = true;
		const { clock, random } = this.#shared;
		let failures = 0;
		let downSince: number | null = null;
		while (this.#attached.size > 0 && !this.#closed) {
			this.#wake = Promise.withResolvers();
			try {
				const connection = await this.opened();
				failures = 0;
				downSince = null;
				await Promise.all([...this.#attached].map((attached) => this.#seat(attached, connection)));
				this.tellDegraded(connection.store.info);
				await Promise.race([connection.closed, this.#wake.promise]);
			} catch (error) {
				failures += 1;
				downSince ??= clock.now();
				const final = this.state === 'ended' || this.state === 'paused';
				this.#report(error, final || clock.now() - downSince >= OUTAGE_MS);
				if (this.state === 'ended') this.#shared.watch.hurry(this.#source);
				const asked = ChannelError.is(error) && typeof error.retry === 'object' ? error.retry.afterMs : 0;
				const pause = Math.max(asked, backoffMs(failures, { firstMs: 1_000, maxMs: 60_000 }, random));
				const stop = new AbortController();
				await Promise.race([
					this.#wake.promise,
					final ? this.#wake.promise : clock.sleep(pause, stop.signal).catch(() => undefined),
				]);
				stop.abort();
			}
		}
		this.#keeping = false;
		if (this.#attached.size > 0 && !this.#closed) void this.#keepOpen();
	}

	/** Offers the connection as the account's reader and hands over who listens; harmless when repeated. */
	#seat(attached: Attached, connection: Connection): Promise<void> {
		const seat = this.#shared.seats.of(this.#shared, connection.open.accountId);
		attached.detach ??= seat.add(attached.listener);
		return seat.join(connection, this.#config);
	}

	/** Takes no new calls on this connection, lets the running ones finish (bounded), then closes it. */
	async #drop(reason: string): Promise<void> {
		const connection = this.#connection;
		if (connection === undefined) return;
		this.#connection = undefined;
		await this.#shared.seats.find(connection.open.accountId)?.leave(connection);
		await connection.drain(DRAIN_MS);
		await connection.close(reason);
	}

	#onClosed(connection: Connection): void {
		void this.#shared.seats.find(connection.open.accountId)?.leave(connection);
		if (this.#connection === connection) this.#connection = undefined;
		if (this.state === 'live') this.#setState('idle');
	}

	#linger(): void {
		this.#cancelLinger?.();
		if (!this.idle || this.#connection === undefined) return;
		this.#cancelLinger = this.#shared.clock.after(this.#shared.lingerMs(), () => {
			this.closeIfIdle();
		});
	}

	async #accountState(change: AccountStateChange): Promise<void> {
		const now = this.#shared.clock.now();
		if (change.error !== undefined) this.#noteError(change.error);
		const connection = this.#connection;
		if (change.state === 'limited' && connection !== undefined) {
			await connection.store.putValue(
				connection.open.accountId,
				FIRST_CONTACTS_STOPPED,
				now + DAY_MS,
				DAY_MS,
			);
		}
		if (change.state === 'ended') this.#setState('ended');
		if (
			!this.#news.allows(
				change.state,
				now,
				change.atMostEveryMs ?? (change.state === 'live' ? 0 : REPORT_EVERY_MS),
			)
		) {
			return;
		}
		if (connection !== undefined) {
			const { clock, random } = this.#shared;
			const event = accountStateEvent(this.#config, connection.open.accountId, change, clock, random);
			await this.#shared.seats.find(connection.open.accountId)?.announce(event);
		}
		if (change.state !== 'ended') return;
		await this.#drop('the session ended');
	}

	/** A manual listener is told at once: a person sits in front of it. Triggers are told when it is no blip. */
	#report(error: unknown, lasting: boolean): void {
		const shown = ChannelError.is(error)
			? error
			: new ChannelError('upstream_error', 'The account could not be opened', { cause: error });
		for (const attached of this.#attached) if (attached.listener.kind === 'manual') attached.report(shown);
		if (!lasting || !this.#news.allows(`report:${shown.code}`, this.#shared.clock.now(), REPORT_EVERY_MS))
			return;
		for (const attached of this.#attached) if (attached.listener.kind === 'trigger') attached.report(shown);
	}

	#noteError(error: unknown): void {
		this.lastError = {
			code: ChannelError.is(error) ? error.code : 'upstream_error',
			message: ChannelError.is(error) ? error.message : 'unexpected failure',
			at: new Date(this.#shared.clock.now()).toISOString(),
		};
		if (!ChannelError.is(error)) {
			this.#shared.logger.error('unexpected failure in a call', { error: String(error) });
		}
	}

	#setState(state: AccountState): void {
		if (this.state === state) return;
		this.state = state;
		this.since = this.#shared.clock.now();
	}
}

/** After these only a person can help: stop, stay registered, resume when the credential changes. */
function endsSession(error: unknown): boolean {
	return (
		ChannelError.is(error) &&
		error.retry === 'never' &&
		['session_ended', 'account_banned', 'credential_invalid', '2fa_required', 'permission_denied'].includes(
			error.code,
		)
	);
}

/** Waits for shared work without cancelling it for others. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	if (signal.aborted) return Promise.reject(signal.reason as Error);
	return new Promise((resolve, reject) => {
		const onAbort = (): void => {
			reject(signal.reason as Error);
		};
		signal.addEventListener('abort', onAbort, { once: true });
		work.then(resolve, reject).finally(() => {
			signal.removeEventListener('abort', onAbort);
		});
	});
}
