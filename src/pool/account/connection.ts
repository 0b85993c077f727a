import {
	ChannelError,
	type AccountConfig,
	type AccountStateChange,
	type Budget,
	type CallOptions,
	type CallResult,
	type ChannelDriver,
	type Command,
	type CommandTable,
	type OpenAccount,
	type Store,
} from '../../contract';
import {
	LoopBreaker,
	onlyAllowedChats,
	OwnSends,
	throughPolicies,
	type PolicyCall,
	type RunningSend,
} from '../policy';
import type { HeldLease } from './lease-keeper';
import { driverServices } from './services';
import type { PoolShared } from './shared';

export interface OpenRequest {
	shared: PoolShared;
	driver: ChannelDriver;
	config: AccountConfig;
	budget: Budget;
	signal: AbortSignal;
	accountState(change: AccountStateChange): void;
}

/** One open account of this process: the channel's client, its session lease, and the memory its policies need. */
export class Connection {
	readonly open: OpenAccount;
	readonly store: Store;
	readonly #lease: HeldLease;
	readonly #shared: PoolShared;
	/** writes down when the session was closed; null: its provider does not mind */
	readonly #noteClosed: (() => Promise<void>) | null;
	readonly #ownSends: OwnSends;
	readonly #loopBreaker = new LoopBreaker();
	readonly #running = new Map<string, RunningSend>();
	readonly #closed = Promise.withResolvers<string>();
	readonly #calls = new Set<Promise<unknown>>();
	#closing: Promise<void> | undefined;

	private constructor(
		request: OpenRequest,
		store: Store,
		lease: HeldLease,
		open: OpenAccount,
		ownSends: OwnSends,
	) {
		this.#shared = request.shared;
		this.#noteClosed = request.driver.reopenAfterMs === undefined ? null : () => noteClosed(request, store);
		this.store = store;
		this.#lease = lease;
		this.open = open;
		this.#ownSends = ownSends;
		lease.onLost(() => void this.close('the lease was lost'));
	}

	/** @throws ChannelError `account_in_use` when another process holds the session; whatever the driver says */
	static async start(request: OpenRequest): Promise<Connection> {
		const { shared, driver, config } = request;
		const count = (outcome: string): void => {
			shared.meter.count('messenger_connects_total', { channel: driver.channel, outcome });
		};
		const store = await shared.store();
		const lease = await (await shared.leases()).acquire(`session:${config.session}`);
		try {
			const own: { sends?: OwnSends } = {};
			const services = driverServices({
				shared,
				store,
				config,
				budget: request.budget,
				lease,
				accountState: request.accountState,
				sentByNode: (chatId, messageId) => own.sends?.isOwn(chatId, messageId) ?? Promise.resolve(false),
			});
			await rest(request, store);
			const open = await driver.open(config, services, request.signal);
			own.sends = new OwnSends(store, open.accountId, shared.clock);
			await store.rememberSession(config.session, open.accountId);
			count('done');
			return new Connection(request, store, lease, open, own.sends);
		} catch (error) {
			count(ChannelError.is(error) ? error.code : 'failed');
			await lease.release();
			throw error;
		}
	}

	/** resolves with the reason once it is closed */
	get closed(): Promise<string> {
		return this.#closed.promise;
	}

	get lease(): Pick<HeldLease, 'age'> {
		return this.#lease;
	}

	get alive(): boolean {
		return this.#closing === undefined && this.#lease.valid();
	}

	call(
		spec: CommandTable<unknown>[string],
		command: Command,
		input: unknown,
		config: AccountConfig,
		options: CallOptions,
		signal: AbortSignal,
	): Promise<CallResult> {
		const call: PolicyCall = {
			account: this.open.accountId,
			policy: config.policy,
			name: command.name,
			spec,
			input,
			rawInput: command.input,
			options,
			signal,
			store: this.store,
			clock: this.#shared.clock,
			random: this.#shared.random,
			loopBreaker: this.#loopBreaker,
			ownSends: this.#ownSends,
			running: this.#running,
			intent: null,
		};
		const running = throughPolicies(call, async () =>
			onlyAllowedChats(
				config.policy,
				await spec.run(this.open.account, input, {
					signal,
					media: command.media ?? [],
					intent: call.intent,
					options,
					progress: (done, what, total) =>
						options.onProgress?.(total === undefined ? { done, what } : { done, what, total }),
				}),
			),
		);
		this.#calls.add(running);
		const done = (): void => void this.#calls.delete(running);
		running.then(done, done);
		return running;
	}

	/** Waits for the calls under way, at most `maxMs`. */
	async drain(maxMs: number): Promise<void> {
		if (this.#calls.size === 0) return;
		const stop = new AbortController();
		const late = this.#shared.clock.sleep(maxMs, stop.signal).catch(() => undefined);
		await Promise.race([Promise.allSettled(this.#calls), late]);
		stop.abort();
	}

	close(reason: string): Promise<void> {
		this.#closing ??= this.#close(reason);
		return this.#closing;
	}

	async #close(reason: string): Promise<void> {
		try {
			await this.open.close();
		} catch (error) {
			this.#shared.logger.warn('closing a connection failed', {
				account: this.open.accountId,
				error: String(error),
			});
		}
		await this.#noteClosed?.().catch(() => undefined);
		await this.#lease.release().catch(() => undefined);
		this.#closed.resolve(reason);
	}
}

const CLOSED_AT = 'closed-at';

/** Before the lease is released: the next owner may be another process. One that was lost left its lease to run out. */
function noteClosed({ shared, driver, config }: OpenRequest, store: Store): Promise<void> {
	return store.putValue(config.session, CLOSED_AT, shared.clock.now(), driver.reopenAfterMs);
}

async function rest({ shared, driver, config, signal }: OpenRequest, store: Store): Promise<void> {
	if (driver.reopenAfterMs === undefined) return;
	const closedAt = await store.getValue(config.session, CLOSED_AT);
	if (typeof closedAt !== 'number') return;
	const left = Math.min(closedAt + driver.reopenAfterMs - shared.clock.now(), driver.reopenAfterMs);
	if (left > 0) await shared.clock.sleep(left, signal);
}
