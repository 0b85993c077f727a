import {
	ChannelError,
	type AccountConfig,
	type AccountId,
	type AccountState,
	type CallOptions,
	type CallResult,
	type ChannelDriver,
	type Command,
	type RemoteCall,
	type StoreInfo,
} from '../../contract';
import { abortable, uncorrelated } from '../../runtime';
import { SharedBudget } from '../budget/shared-budget';
import { natureOf } from '../policy';
import type { CredentialSource } from '../types';
import { NewsLimiter } from './account-events';
import { Attendance, type Attached } from './attendance';
import { prepareCall, type BoundedCall } from './bounded-call';
import { Connection } from './connection';
import { withDeadline } from './deadline';
import { callWhereOwned, isOwnedElsewhere } from './elsewhere';
import { assertMayOpen, PAUSED } from './may-open';
import { SettingsMemory } from './settings-choice';
import type { PoolShared } from './shared';
import { StateNews } from './state-news';
import { Standing } from './standing';

const OPEN_MS = 60_000;
/** Running calls may finish this long when a connection is closed on purpose; n8n's whole shutdown has 30 s. */
const DRAIN_MS = 8_000;
/** A session goes to and fro at most this often; whoever gave it up leaves it to the other for a moment. ms */
const YIELD_EVERY_MS = 60_000;
const YIELD_REST_MS = 5_000;
/**
 * n8n is ending: what was called a moment ago, or may yet be by executions started here, stays open. A login for each
 * of their answers would soon meet the provider's limits. ms
 */
const ENDING_REST_MS = 2_000;
const ENDING_LOOK_MS = 250;

/** Everything one session is in this process, open or not: who uses it, its pace, its connection when it has one. */
export class AccountEntry {
	readonly #shared: PoolShared;
	readonly #driver: ChannelDriver;
	readonly #settings: SettingsMemory;
	readonly #standing: Standing;
	readonly #news: StateNews;
	readonly #attendance: Attendance;
	readonly budget: SharedBudget;
	#config: AccountConfig;
	#connection: Connection | undefined;
	#opening: Promise<Connection> | undefined;
	/** ends an opening that nobody wants any more: its settings were changed, or the pool closes */
	#supersede = new AbortController();
	/** the end of the connection before: its lease must be free before the next one begins */
	#dropping: Promise<void> = Promise.resolve();
	/** where the last call found the session */
	readonly #last = { elsewhere: false };
	#uses = 0;
	#inFlight = 0;
	#cancelLinger: (() => void) | undefined;
	#closed = false;
	/** monotonic ms */
	#mayYieldAt = 0;
	#leftUntil = 0;
	lastUsed: number | null = null;
	reopened = 0;

	constructor(shared: PoolShared, driver: ChannelDriver, config: AccountConfig, source: CredentialSource) {
		this.#shared = shared;
		this.#driver = driver;
		this.#config = config;
		const limiter = new NewsLimiter();
		this.#attendance = new Attendance(shared, this, limiter);
		this.#settings = new SettingsMemory(source.id, config);
		this.#standing = new Standing(shared.clock, shared.logger);
		this.#news = new StateNews({
			...{ shared, limiter, standing: this.#standing, attendance: this.#attendance },
			config: () => this.#config,
			connection: () => this.#connection,
			ended: () => this.#drop('the session ended'),
		});
		const { points, windowMs, chatGapMs } = config.policy.budget;
		this.budget = new SharedBudget({
			rules: { account: { points, windowMs }, chatGapMs, buckets: driver.buckets },
			clock: shared.clock,
			logger: shared.logger,
		});
	}

	get state(): AccountState {
		return this.#standing.state;
	}

	/** how long it has been in this state: ms since 1970 */
	get since(): number {
		return this.#standing.since;
	}

	get lastError(): Standing['lastError'] {
		return this.#standing.lastError;
	}

	get config(): AccountConfig {
		return this.#config;
	}

	get connection(): Connection | undefined {
		return this.#connection;
	}

	get closed(): boolean {
		return this.#closed;
	}

	get inFlight(): number {
		return this.#inFlight;
	}

	get subscribers(): number {
		return this.#attendance.size;
	}

	get idle(): boolean {
		return this.#unused && !this.#waiting;
	}

	get #unused(): boolean {
		return this.#uses === 0 && this.#inFlight === 0 && this.subscribers === 0;
	}

	/** Are there questions whose answers only an open account can hear? Not when the process is about to end. */
	get #waiting(): boolean {
		const account = this.#connection?.open.accountId;
		if (account === undefined || this.#isEnding) return false;
		return (this.#shared.seats.find(account)?.hub?.waiting ?? 0) > 0;
	}

	get #isEnding(): boolean {
		return this.#shared.lingerMs() === 0;
	}

	/** How much longer an unused connection is kept, ms. */
	get #restMs(): number {
		if (!this.#isEnding) return this.#shared.lingerMs();
		const account = this.#connection?.open.accountId;
		const hub = account === undefined ? undefined : this.#shared.seats.find(account)?.hub;
		if ((hub?.underWay ?? 0) > 0) return ENDING_LOOK_MS;
		return this.lastUsed === null ? 0 : this.lastUsed + ENDING_REST_MS - this.#shared.clock.now();
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

	/** Where the session is: here, or in the process that owns it. */
	call(command: Command, options: CallOptions): Promise<CallResult> {
		const { policy } = this.#config;
		return this.#bounded(command, options, policy, (call) => {
			const { spec, input, signal, deadline } = call;
			return callWhereOwned({
				...{ shared: this.#shared, session: this.#config.session },
				...{ command, options, policy, signal, deadline },
				isSend: natureOf(spec, input).effect === 'send',
				last: this.#last,
				connection: () => (this.#connection?.alive === true ? this.#connection : null),
				owns: () => this.owns,
				opened: () => this.opened(),
				here: (connection, known) => {
					call.where = 'here';
					return connection.call(spec, command, input, this.#config, known, signal);
				},
			});
		});
	}

	/** For a caller in another process, whose own credential decides what it may do. null: not the owner */
	serve({ command, options, policy }: RemoteCall): Promise<CallResult> | null {
		if (!this.owns) return null;
		return this.#bounded(command, options, policy, async (call) => {
			const { spec, input, signal } = call;
			call.where = 'for_another';
			const connection = await abortable(this.opened(), signal);
			return connection.call(spec, command, input, { ...this.#config, policy }, options, signal);
		});
	}

	/** Does this process have the session, or is it just taking it? */
	get owns(): boolean {
		return this.#connection?.alive === true || this.#opening !== undefined;
	}

	/**
	 * For a process with a trigger: nobody listens here, so it should be the one. At most once a minute, and then this
	 * process does not take the session back before the other has it. @returns whether it was given up
	 */
	async yieldSession(): Promise<boolean> {
		await this.#opening?.catch(() => undefined);
		if (!this.owns) return true;
		const { clock } = this.#shared;
		if (this.#attendance.triggers > 0 || clock.monotonic() < this.#mayYieldAt) return false;
		this.#mayYieldAt = clock.monotonic() + YIELD_EVERY_MS;
		this.#leftUntil = clock.monotonic() + DRAIN_MS + YIELD_REST_MS;
		await this.#drop('another process has a trigger on this account');
		this.#leftUntil = clock.monotonic() + YIELD_REST_MS;
		return true;
	}

	/** Opening failed: asks whoever has the session to give it up. */
	async askForSession(error: unknown): Promise<boolean> {
		if (!isOwnedElsewhere(error)) return false;
		try {
			return (await (await this.#shared.remote())?.yield(this.#config.session)) ?? false;
		} catch {
			return false;
		}
	}

	/** Opening failed: does another process have the session? @returns the account it leads to, or null */
	async accountElsewhere(error: unknown): Promise<AccountId | null> {
		if (!isOwnedElsewhere(error) || (await this.#shared.remote()) === null) return null;
		return (await this.#shared.store()).accountOf(this.#config.session);
	}

	/** Somebody in another process listens: this one reads for it. @returns whether it does */
	async attend(): Promise<boolean> {
		const connection = await this.opened();
		const seat = this.#shared.seats.of(this.#shared, connection.open.accountId);
		await seat.join(connection, this.#config);
		return seat.hub !== undefined;
	}

	async #bounded(
		command: Command,
		options: CallOptions,
		policy: AccountConfig['policy'],
		run: (call: BoundedCall) => Promise<CallResult>,
	): Promise<CallResult> {
		const { clock, logger, meter } = this.#shared;
		const call = prepareCall({ driver: this.#driver, clock, logger, meter, command, options, policy });
		this.#inFlight += 1;
		this.#cancelLinger?.();
		try {
			const result = await call.run(run);
			this.lastUsed = clock.now();
			return result;
		} catch (error) {
			this.#standing.note(error);
			throw error;
		} finally {
			this.#inFlight -= 1;
			this.#linger();
		}
	}

	/** Single-flight. @throws ChannelError `account_paused`, `session_ended`, or why it cannot be opened */
	opened(): Promise<Connection> {
		if (this.#connection?.alive === true) return Promise.resolve(this.#connection);
		// The connection outlives the call that happened to open it.
		this.#opening ??= uncorrelated(() => this.#openAsSet()).finally(() => {
			this.#opening = undefined;
		});
		return this.#opening;
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
		this.#cancelLinger?.();
		this.#attendance.add(attached, this.#connection);
	}

	detach(attached: Attached): void {
		this.#attendance.remove(attached);
		if (!this.#attendance.uses(attached.source.id)) this.#settings.forget(attached.source.id);
		this.#linger();
	}

	seated(connection: Connection): void {
		this.tellDegraded(connection.store.info);
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
		const { points, windowMs, chatGapMs } = config.policy.budget;
		this.budget.update({ points, windowMs }, chatGapMs);
		// Every execution's own read comes by here: what ended stays ended until the credential really changed.
		if (choice === 'same') return;
		if (this.state === 'ended') this.#standing.become('idle');
		this.#supersede.abort();
		void this.#drop('the credential changed');
		this.#attendance.wake();
	}

	/** *Disconnect*: survives restarts until *Connect*. */
	async pause(): Promise<void> {
		await (await this.#shared.store()).putValue(this.#config.session, PAUSED, true);
		this.#standing.become('paused');
		await this.#drop('paused by the user');
	}

	async resume(): Promise<void> {
		await (await this.#shared.store()).deleteValue(this.#config.session, PAUSED);
		if (this.state === 'paused' || this.state === 'ended') this.#standing.become('idle');
		this.#attendance.wake();
		try {
			await this.opened();
		} catch (error) {
			// A process with a trigger was quicker: connected is connected.
			if ((await this.accountElsewhere(error)) === null) throw error;
		}
	}

	tellDegraded(info: StoreInfo): void {
		this.#news.degraded(info);
	}

	async close(): Promise<void> {
		this.#closed = true;
		this.#cancelLinger?.();
		this.#attendance.clear();
		this.#supersede.abort();
		await this.#opening?.catch(() => undefined);
		await this.#drop('the pool closes');
		this.#standing.become('closed');
	}

	/** Closes the connection now if nobody uses it (linger over, or n8n is ending). */
	closeIfIdle(): void {
		if (!this.idle) return;
		if (this.#isEnding && this.#restMs > 0) this.#linger();
		else void this.#drop('idle');
	}

	async #open(superseded: AbortSignal): Promise<Connection> {
		await this.#dropping;
		const store = await this.#shared.store();
		const { session } = this.#config;
		if (store.pace !== undefined)
			await this.budget.share(store.pace, (await store.accountOf(session)) ?? session);
		await assertMayOpen({
			...{ store, session, standing: this.#standing, closed: this.#closed },
			leftMs: this.#leftUntil - this.#shared.clock.monotonic(),
		});
		this.#standing.become('connecting');
		const deadline = withDeadline(this.#shared.clock, OPEN_MS, 'connecting', superseded);
		try {
			const connection = await Connection.start({
				shared: this.#shared,
				driver: this.#driver,
				config: this.#config,
				budget: this.budget,
				signal: deadline.signal,
				accountState: (change) => this.#news.tell(change),
			});
			if (superseded.aborted) {
				await connection.close('opened too late');
				superseded.throwIfAborted();
			}
			if (store.pace !== undefined) await this.budget.share(store.pace, connection.open.accountId);
			this.#connection = connection;
			this.reopened += 1;
			this.#standing.become('live');
			// Whoever opened it, a call or a webhook's registration: triggers do not sit out their pause.
			this.#attendance.wake();
			void connection.closed.then(() => {
				this.#onClosed(connection);
			});
			this.#linger();
			return connection;
		} catch (error) {
			if (superseded.aborted) throw error;
			this.#standing.failed(error);
			throw error;
		} finally {
			deadline.end();
		}
	}

	/** Takes no new calls on this connection, lets the running ones finish (bounded), then closes it. */
	#drop(reason: string): Promise<void> {
		const connection = this.#connection;
		if (connection === undefined) return this.#dropping;
		this.#connection = undefined;
		this.#dropping = (async () => {
			await this.#shared.seats.find(connection.open.accountId)?.leave(connection);
			await connection.drain(DRAIN_MS);
			await connection.close(reason);
		})();
		return this.#dropping;
	}

	#onClosed(connection: Connection): void {
		void this.#shared.seats.find(connection.open.accountId)?.leave(connection);
		if (this.#connection === connection) this.#connection = undefined;
		if (this.state === 'live') this.#standing.become('idle');
	}

	#linger(): void {
		this.#cancelLinger?.();
		if (!this.#unused || this.#connection === undefined) return;
		this.#cancelLinger = this.#shared.clock.after(Math.max(0, this.#restMs), () => {
			if (this.#waiting) this.#linger();
			else this.closeIfIdle();
		});
	}
}
