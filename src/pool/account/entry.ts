import type {
	AccountConfig,
	AccountState,
	CallOptions,
	CallResult,
	ChannelDriver,
	Command,
	RemoteCall,
	StoreInfo,
} from '../../contract';
import { abortable } from '../../runtime';
import { SharedBudget } from '../budget/shared-budget';
import { natureOf } from '../policy';
import type { CredentialSource } from '../types';
import { NewsLimiter } from './account-events';
import { Attendance, type Attached } from './attendance';
import { boundedCall, type BoundedCall, type CallObserver } from './bounded-call';
import type { Connection } from './connection';
import { accountElsewhere, callWhereOwned } from './elsewhere';
import { PAUSED } from './may-open';
import { settingsConflict, SettingsMemory } from './settings-choice';
import type { PoolShared } from './shared';
import { SoleConnection } from './sole-connection';
import { Standing } from './standing';
import { StateNews } from './state-news';
import { Usage } from './usage';

/** Everything one session is in this process, open or not: its settings and pace, who calls it, who listens to it. */
export class AccountEntry {
	readonly #shared: PoolShared;
	readonly #driver: ChannelDriver;
	readonly #settings: SettingsMemory;
	readonly #standing: Standing;
	readonly #news: StateNews;
	readonly #attendance: Attendance;
	readonly #sole: SoleConnection;
	readonly #usage: Usage;
	readonly budget: SharedBudget;
	#config: AccountConfig;
	readonly #calls: CallObserver = {
		begins: () => this.#usage.callBegins(),
		ends: (failure) => {
			if (failure !== null) this.#standing.note(failure.error);
			this.#usage.callEnds(failure === null);
		},
	};
	/** where the last call found the session */
	readonly #last = { elsewhere: false };

	constructor(shared: PoolShared, driver: ChannelDriver, config: AccountConfig, source: CredentialSource) {
		this.#shared = shared;
		this.#driver = driver;
		this.#config = config;
		const limiter = new NewsLimiter();
		this.#attendance = new Attendance(shared, this, limiter);
		this.#settings = new SettingsMemory(source.id, config);
		this.#standing = new Standing(shared.clock, shared.logger);
		const { points, windowMs, chatGapMs } = config.policy.budget;
		this.budget = new SharedBudget({
			rules: { account: { points, windowMs }, chatGapMs, buckets: driver.buckets },
			clock: shared.clock,
			logger: shared.logger,
		});
		this.#news = new StateNews({
			...{ shared, limiter, standing: this.#standing, attendance: this.#attendance },
			config: () => this.#config,
			connection: () => this.#sole.current,
			ended: () => this.#sole.drop('the session ended'),
		});
		this.#sole = new SoleConnection({
			...{ shared, driver, budget: this.budget, standing: this.#standing },
			config: () => this.#config,
			accountState: (change) => this.#news.tell(change),
			opened: () => {
				// Whoever opened it, a call or a webhook's registration: triggers do not sit out their pause.
				this.#attendance.wake();
				this.#usage.linger();
			},
		});
		this.#usage = new Usage({
			shared,
			subscribers: () => this.subscribers,
			connection: () => this.#sole.current,
			drop: () => void this.#sole.drop('idle'),
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
		return this.#sole.current;
	}

	/** Does this process have the session, or is it just taking it? */
	get owns(): boolean {
		return this.#sole.owns;
	}

	get closed(): boolean {
		return this.#sole.closed;
	}

	/** connections after the first */
	get reopened(): number {
		return Math.max(0, this.#sole.opens - 1);
	}

	get inFlight(): number {
		return this.#usage.inFlight;
	}

	/** ms since 1970 */
	get lastUsed(): number | null {
		return this.#usage.lastUsed;
	}

	get subscribers(): number {
		return this.#attendance.size;
	}

	get idle(): boolean {
		return this.#usage.idle;
	}

	/** A lease: the account stays open while any is held, and lingers after the last. */
	use(): () => void {
		return this.#usage.lease();
	}

	/** Closes the connection now if nobody uses it (linger over, or n8n is ending). */
	closeIfIdle(): void {
		this.#usage.closeIfIdle();
	}

	/** Where the session is: here, or in the process that owns it. */
	call(command: Command, options: CallOptions): Promise<CallResult> {
		const { policy } = this.#config;
		return this.#bounded(command, options, policy, (call) => {
			const { spec, input, signal, deadline } = call;
			const here = (connection: Connection, known: CallOptions): Promise<CallResult> => {
				call.where = 'here';
				return connection.call(spec, command, input, this.#config, known, signal);
			};
			// What is open here needs no look for its owner.
			const { alive } = this.#sole;
			if (alive !== null) return here(alive, options);
			return callWhereOwned({
				...{ shared: this.#shared, session: this.#config.session },
				...{ command, options, policy, signal, deadline, here },
				isSend: natureOf(spec, input).effect === 'send',
				last: this.#last,
				connection: () => this.#sole.alive,
				owns: () => this.owns,
				opened: () => this.opened(),
			});
		});
	}

	/** For a caller in another process, whose own credential decides what it may do. null: not the owner */
	serve({ command, options, policy }: RemoteCall): Promise<CallResult> | null {
		if (!this.owns) return null;
		return this.#bounded(command, options, policy, async (call) => {
			const { spec, input, signal } = call;
			call.where = 'for_another';
			const connection = this.#sole.alive ?? (await abortable(this.opened(), signal));
			return connection.call(spec, command, input, { ...this.#config, policy }, options, signal);
		});
	}

	#bounded(
		command: Command,
		options: CallOptions,
		policy: AccountConfig['policy'],
		run: (call: BoundedCall) => Promise<CallResult>,
	): Promise<CallResult> {
		const { clock, logger, meter } = this.#shared;
		const request = {
			driver: this.#driver,
			clock,
			logger,
			meter,
			account: this.#calls,
			command,
			options,
			policy,
		};
		return boundedCall(request, run);
	}

	/** Single-flight. @throws ChannelError `account_paused`, `session_ended`, or why it cannot be opened */
	opened(): Promise<Connection> {
		return this.#sole.opened();
	}

	/** Opens within `ms` or not; a failure is told by the state and the last error, not by throwing. */
	async tryOpen(ms: number): Promise<void> {
		const stop = new AbortController();
		const late = this.#shared.clock.sleep(ms, stop.signal);
		await Promise.race([this.opened(), late]).catch(() => undefined);
		stop.abort();
		late.catch(() => undefined);
		this.#usage.linger();
	}

	/** For a process with a trigger: nobody listens here, so it should be the one. @returns whether it was given up */
	async yieldSession(): Promise<boolean> {
		await this.#sole.settled();
		if (!this.owns) return true;
		return (
			this.#attendance.triggers === 0 && this.#sole.yield('another process has a trigger on this account')
		);
	}

	/** Somebody in another process listens: this one reads for it. @returns whether it does */
	async attend(): Promise<boolean> {
		const connection = await this.opened();
		const seat = this.#shared.seats.of(this.#shared, connection.open.accountId);
		await seat.join(connection, this.#config);
		return seat.hub !== undefined;
	}

	attach(attached: Attached): void {
		this.#usage.keep();
		this.#attendance.add(attached, this.#sole.current);
	}

	detach(attached: Attached): void {
		this.#attendance.remove(attached);
		if (!this.#attendance.uses(attached.source.id)) this.#settings.forget(attached.source.id);
		this.#usage.linger();
	}

	seated(connection: Connection): void {
		this.tellDegraded(connection.store.info);
	}

	tellDegraded(info: StoreInfo): void {
		this.#news.degraded(info);
	}

	/** Every read of the credential comes by here; a difference drains and reopens once. @throws on a conflict */
	reconfigure(source: CredentialSource, config: AccountConfig): void {
		const choice = this.#settings.read(source.id, config, this.#sole.alive !== null);
		if (choice === 'conflict') throw settingsConflict();
		this.#config = config;
		const { points, windowMs, chatGapMs } = config.policy.budget;
		this.budget.update({ points, windowMs }, chatGapMs);
		// Every execution's own read comes by here: what ended stays ended until the credential really changed.
		if (choice === 'same') return;
		if (this.state === 'ended') this.#standing.become('idle');
		this.#sole.supersede('the credential changed');
		this.#attendance.wake();
	}

	/** *Disconnect*: survives restarts until *Connect*. */
	async pause(): Promise<void> {
		await (await this.#shared.store()).putValue(this.#config.session, PAUSED, true);
		this.#standing.become('paused');
		await this.#sole.drop('paused by the user');
	}

	async resume(): Promise<void> {
		await (await this.#shared.store()).deleteValue(this.#config.session, PAUSED);
		if (this.state === 'paused' || this.state === 'ended') this.#standing.become('idle');
		this.#attendance.wake();
		try {
			await this.opened();
		} catch (error) {
			// A process with a trigger was quicker: connected is connected.
			if ((await accountElsewhere(this.#shared, this.#config.session, error)) === null) throw error;
		}
	}

	async close(): Promise<void> {
		this.#usage.keep();
		const closing = this.#sole.close('the pool closes');
		this.#attendance.clear();
		await closing;
		this.#standing.become('closed');
	}
}
