import {
	ChannelError,
	noMeter,
	type AccountStatus,
	type Channel,
	type ChannelDriver,
	type Clock,
	type GaugeReading,
	type JsonObject,
	type Logger,
	type Meter,
	type OpenRemoteCalls,
	type Random,
	type RemoteCalls,
	type Store,
	type StoreInfo,
} from '../contract';
import { correlated, uncorrelated } from '../runtime';
import type { AccountOperations } from './account/account-commands';
import { CredentialWatch } from './account/credential-watch';
import { withDeadline } from './account/deadline';
import { askOwner } from './account/elsewhere';
import { AccountEntry } from './account/entry';
import { entryStatus } from './account/entry-status';
import { LeaseKeeper } from './account/lease-keeper';
import { ReaderSeats } from './account/reader-seat';
import type { PoolShared } from './account/shared';
import { statusesOfAll } from './between/everybody';
import { poolServer } from './between/server';
import { CredentialTests, type OpenedForTest } from './credential-test';
import { retentionGap } from './journal';
import { gaugeReadings, meteredStore } from './metrics';
import { EntryLease } from './lease';
import { BoundSubscription, withinAllowedChats } from './subscription';
import type {
	CredentialSource,
	Delivery,
	Lease,
	ListenRequest,
	Notes,
	Pool,
	Settlement,
	SubscribeRequest,
	Subscription,
	WaitRequest,
} from './types';
import { Waits } from './waits';

export interface PoolOptions {
	drivers: readonly ChannelDriver[];
	/** called once, at first use */
	openStore(): Promise<Store>;
	/** where several processes share the store: how they call each other; called once, with the first lease */
	openRemoteCalls?: OpenRemoteCalls;
	clock: Clock;
	random: Random;
	logger: Logger;
	/** counts what happens; default: nobody does */
	meter?: Meter;
	/** `host/pid/role` */
	processName: string;
	version: string;
	/** default 5 minutes */
	lingerMs?: number;
	/** accounts kept in memory, idle ones beyond it are closed, least recently used first; default 1,000 */
	maxAccounts?: number;
}

const LINGER_MS = 300_000;
const MAX_ACCOUNTS = 1_000;
const SHUTDOWN_MS = 10_000;
/** An account operation in another process: as long as connecting may take, and a little. ms */
const ACCOUNT_CALL_MS = 70_000;
const SWEEP_MS = 600_000;
const RETENTION = {
	maxAgeMs: 604_800_000,
	maxEntries: 100_000,
	idsMs: 604_800_000,
	consumersMs: 7_776_000_000,
};

/** The pool of one process. Opens nothing, not even the store, until somebody asks for an account. */
export class AccountPool implements Pool {
	readonly #options: PoolOptions;
	readonly #drivers: ReadonlyMap<Channel, ChannelDriver>;
	readonly #entries = new Map<string, AccountEntry>();
	readonly #shared: PoolShared;
	readonly #waits: Waits;
	readonly #tests: CredentialTests;
	readonly #meter: Meter;
	#store: Promise<Store> | undefined;
	#openStore: Store | undefined;
	#leases: Promise<LeaseKeeper> | undefined;
	#leaseKeeper: LeaseKeeper | undefined;
	#remote: RemoteCalls | null = null;
	#cancelSweep: (() => void) | undefined;
	#ending: Promise<void> | undefined;
	#retired = false;

	constructor(options: PoolOptions) {
		this.#options = options;
		this.#meter = options.meter ?? noMeter;
		this.#drivers = new Map(options.drivers.map((driver) => [driver.channel, driver]));
		this.#waits = new Waits(() => this.#shared);
		this.#shared = {
			clock: options.clock,
			random: options.random,
			logger: options.logger,
			meter: this.#meter,
			processName: options.processName,
			version: options.version,
			lingerMs: () => (this.#retired ? 0 : (options.lingerMs ?? LINGER_MS)),
			store: () => this.#getStore(),
			leases: () => this.#getLeases(),
			remote: async () => {
				await this.#getLeases();
				return this.#remote;
			},
			seats: new ReaderSeats(),
			watch: new CredentialWatch(options.clock, options.logger),
			resumeWait: this.#waits.resume,
		};
		this.#tests = new CredentialTests(this.#shared);
	}

	lease(credential: CredentialSource): Lease {
		this.#shared.watch.observe(credential);
		const storeInfo = (): StoreInfo | null => this.#openStore?.info ?? null;
		return new EntryLease(this.#entryFor(credential), this.#operations, storeInfo, this.#options.random);
	}

	notes(owner: string): Notes {
		const key = `notes:${owner}`;
		return {
			get: async (name) => (await this.#getStore()).getValue(key, name),
			put: async (name, value, ttlMs) => (await this.#getStore()).putValue(key, name, value, ttlMs),
			delete: async (name) => (await this.#getStore()).deleteValue(key, name),
			count: async (name, ttlMs) => (await this.#getStore()).increment(key, name, 1, ttlMs),
		};
	}

	subscribe(request: SubscribeRequest): Subscription {
		const { credential, options, ...rest } = request;
		/** until it was live for the first time */
		let askedAt: number | null = this.#options.clock.now();
		return new BoundSubscription({
			source: credential,
			entryFor: (source) => this.#entryFor(source),
			watch: this.#shared.watch,
			listener: (config, live) => ({
				kind: 'trigger',
				live: () => {
					askedAt = null;
					live();
				},
				request: {
					...rest,
					askedAt: askedAt ?? this.#options.clock.now(),
					...(credential.entry === undefined ? {} : { slot: credential.entry }),
					options: { ...options, filter: withinAllowedChats(options.filter, config.policy.allowedChats) },
					deliver: (delivery) => this.#handOn(delivery, rest.deliver),
				},
			}),
			report: (error) => {
				request.report({ error, account: null });
			},
		});
	}

	listen(request: ListenRequest): Subscription {
		const subscription: Subscription = new BoundSubscription({
			source: request.credential,
			entryFor: (source) => this.#entryFor(source),
			watch: this.#shared.watch,
			listener: (config, live) => ({
				kind: 'manual',
				live,
				request: {
					filter: withinAllowedChats(request.filter, config.policy.allowedChats),
					useLatest: request.useLatest,
					deliver: request.deliver,
					failed: request.failed,
				},
			}),
			report: request.failed,
		});
		return subscription;
	}

	async handOver(credential: CredentialSource, hint: JsonObject): Promise<boolean> {
		const config = this.#driver(credential.channel).configure(credential.data);
		if (this.#entries.get(config.session)?.connection !== undefined)
			return this.#accept(config.session, hint);
		const remote = this.#options.openRemoteCalls === undefined ? null : await this.#shared.remote();
		// Early or not at all: the reader looks by itself too.
		return remote === null ? false : remote.hint(config.session, hint).catch(() => false);
	}

	/** What a trigger starts is done because of its first event, under that event's id. */
	#handOn({ events, ...how }: Delivery, deliver: SubscribeRequest['deliver']): Promise<Settlement> {
		const [first] = events;
		return correlated(first?.event_id, () => {
			const { key, attempt } = how;
			const channel = first?.channel ?? '';
			this.#meter.count('messenger_events_emitted_total', { channel }, events.length);
			this.#options.logger.debug('events are handed on', { events: events.length, key, attempt });
			return deliver({ events, ...how });
		});
	}

	async #accept(session: string, hint: JsonObject): Promise<boolean> {
		const connection = this.#entries.get(session)?.connection;
		if (connection === undefined) return false;
		return (await this.#shared.seats.find(connection.open.accountId)?.hub?.accept(hint)) ?? false;
	}

	async addWait({ credential, wait }: WaitRequest): Promise<void> {
		await this.#waits.add(this.#entryFor(credential), wait);
	}

	setWaitMessage(waitId: string, messageId: string): Promise<void> {
		return this.#waits.setMessage(waitId, messageId);
	}

	onWaitMatched(resume: Parameters<Pool['onWaitMatched']>[0]): void {
		this.#waits.onMatched(resume);
	}

	test(credential: CredentialSource): Promise<{ ok: boolean; message: string }> {
		return this.#tests.run(this.#driver(credential.channel), credential.data, (config) => {
			const known = this.#entries.get(config.session);
			// What is typed into the window may never be saved: it does not reopen what others use.
			if (known !== undefined && known.config.settingsHash !== config.settingsHash) return null;
			return openForTest(known ?? this.#entryFor(credential));
		});
	}

	statuses(): Promise<AccountStatus[]> {
		return Promise.resolve(
			[...this.#entries.values()].map((entry) =>
				entryStatus(entry, this.#shared, this.#openStore?.info ?? null),
			),
		);
	}

	/** For metrics: how things stand in this process. Opens nothing. */
	readings(): GaugeReading[] {
		const store = this.#openStore?.info ?? null;
		const accounts = [...this.#entries.values()].map((entry) => {
			const account = entry.connection?.open.accountId;
			const hub = account === undefined ? undefined : this.#shared.seats.find(account)?.hub?.stats();
			return { status: entryStatus(entry, this.#shared, store), hub };
		});
		const { version, processName } = this.#options;
		return gaugeReadings({
			...{ accounts, store, version, processName },
			leases: this.#leaseKeeper?.names ?? [],
		});
	}

	retire(): void {
		this.#retired = true;
		for (const entry of this.#entries.values()) entry.closeIfIdle();
	}

	shutdown(): Promise<void> {
		this.#ending ??= this.#shutdown();
		return this.#ending;
	}

	readonly #operations: AccountOperations = {
		status: async (entry) => {
			const status = entryStatus(entry, this.#shared, this.#openStore?.info ?? null);
			// Whose session it is stays known after it was open once, in whatever process.
			status.account ??= await this.#getStore()
				.then((store) => store.accountOf(entry.config.session))
				.catch(() => null);
			return status as unknown as JsonObject;
		},
		all: async () => {
			const own = await this.statuses();
			try {
				const remote = this.#options.openRemoteCalls === undefined ? null : await this.#shared.remote();
				const { statuses, silent } = await statusesOfAll(own, remote);
				return { items: statuses as unknown as JsonObject[], silent, hindered: null };
			} catch (error) {
				if (!isStoreAway(error)) throw error;
				return { items: own as unknown as JsonObject[], silent: [], hindered: error.message };
			}
		},
		forget: async (entry) => {
			const store = await this.#getStore();
			const account = entry.connection?.open.accountId ?? (await store.accountOf(entry.config.session));
			this.#entries.delete(entry.config.session);
			await entry.close();
			if (account !== null) await store.forget(account);
		},
		elsewhere: async (entry, command, options) => {
			if (entry.owns || this.#options.openRemoteCalls === undefined) return null;
			if (command.name === 'account.getMany') return null;
			const deadline = withDeadline(this.#options.clock, ACCOUNT_CALL_MS, command.name, options.signal);
			try {
				const remote = await this.#shared.remote();
				if (remote === null) return null;
				return await askOwner(remote, entry.config.session, {
					command,
					options: {
						signal: deadline.signal,
						timeoutMs: ACCOUNT_CALL_MS,
						...(options.correlationId === undefined ? {} : { correlationId: options.correlationId }),
					},
					policy: entry.config.policy,
				});
			} catch (error) {
				// Asked for because something is wrong: what this process knows is better than no answer.
				if (command.name === 'account.getStatus' && isStoreAway(error)) return null;
				throw error;
			} finally {
				deadline.end();
			}
		},
	};

	#entryFor(source: CredentialSource): AccountEntry {
		if (this.#ending !== undefined) {
			throw new ChannelError('cancelled', 'n8n is shutting down', { retry: { afterMs: 10_000 } });
		}
		const driver = this.#driver(source.channel);
		const config = driver.configure(source.data);
		const known = this.#entries.get(config.session);
		if (known !== undefined) {
			known.reconfigure(source, config);
			return known;
		}
		const entry = new AccountEntry(this.#shared, driver, config, source);
		this.#entries.set(config.session, entry);
		this.#makeRoom();
		return entry;
	}

	#makeRoom(): void {
		const surplus = this.#entries.size - (this.#options.maxAccounts ?? MAX_ACCOUNTS);
		if (surplus <= 0) return;
		const idle = [...this.#entries].filter(([, entry]) => entry.idle);
		idle.sort(([, a], [, b]) => (a.lastUsed ?? a.since) - (b.lastUsed ?? b.since));
		for (const [session, entry] of idle.slice(0, surplus)) {
			this.#entries.delete(session);
			void entry.close();
		}
	}

	#driver(channel: Channel): ChannelDriver {
		const driver = this.#drivers.get(channel);
		if (driver === undefined)
			throw new ChannelError('not_supported', `No driver for ${channel} is installed`);
		return driver;
	}

	#getStore(): Promise<Store> {
		this.#store ??= uncorrelated(() => this.#options.openStore()).then(
			(opened) => {
				const { meter, clock } = this.#options;
				const store = meter === undefined ? opened : meteredStore(opened, meter, clock);
				this.#openStore = store;
				store.onDegraded((info) => {
					for (const entry of this.#entries.values()) entry.tellDegraded(info);
				});
				this.#scheduleSweep(store);
				return store;
			},
			(error: unknown) => {
				// Another process has the file for itself: the next call asks again.
				this.#store = undefined;
				throw error;
			},
		);
		return this.#store;
	}

	#getLeases(): Promise<LeaseKeeper> {
		this.#leases ??= uncorrelated(() => this.#openLeases()).catch((error: unknown) => {
			this.#leases = undefined;
			throw error;
		});
		return this.#leases;
	}

	/** Whoever holds a lease can be called: the way to this process is open before it acquires anything. */
	async #openLeases(): Promise<LeaseKeeper> {
		const store = await this.#getStore();
		const { clock, logger, random, processName, openRemoteCalls } = this.#options;
		const holder = { process: processName, startId: random.hex(4) };
		const leases = new LeaseKeeper(store, holder, clock, logger, this.#meter);
		this.#leaseKeeper = leases;
		const server = poolServer({
			clock,
			entry: (session) => this.#entries.get(session),
			accept: (session, hint) => this.#accept(session, hint),
			statuses: () => this.statuses(),
			operations: this.#operations,
			seats: this.#shared.seats,
			waits: this.#waits,
		});
		this.#remote = (await openRemoteCalls?.(leases.holder, server)) ?? null;
		return leases;
	}

	#scheduleSweep(store: Store): void {
		this.#cancelSweep = this.#options.clock.after(SWEEP_MS, () => {
			void this.#sweep(store).finally(() => {
				if (this.#ending === undefined) this.#scheduleSweep(store);
			});
		});
	}

	/** Removes what is done with; what a limit removed unread becomes a visible gap. */
	async #sweep(store: Store): Promise<void> {
		try {
			const { gaps } = await store.sweep(RETENTION);
			for (const gap of gaps) {
				const about = { account: gap.accountId, label: '' };
				await this.#shared.seats.find(gap.accountId)?.announce(retentionGap(about, this.#options.clock, gap));
			}
		} catch (error) {
			this.#options.logger.warn('old journal entries could not be removed', { error: String(error) });
		}
	}

	async #shutdown(): Promise<void> {
		const { clock } = this.#options;
		this.#cancelSweep?.();
		this.#shared.watch.stop();
		const stop = new AbortController();
		const closing = Promise.allSettled([...this.#entries.values()].map((entry) => entry.close()));
		await Promise.race([closing, clock.sleep(SHUTDOWN_MS, stop.signal).catch(() => undefined)]);
		stop.abort();
		this.#entries.clear();
		await this.#remote?.close();
		if (this.#leases !== undefined) (await this.#leases).stop();
		if (this.#store !== undefined) await (await this.#store).close();
	}
}

/** Used like any other: what the test has opened lingers for the first execution. */
async function openForTest(entry: AccountEntry): Promise<OpenedForTest> {
	const release = entry.use();
	try {
		const { open } = await entry.opened();
		return { name: open.profile.name };
	} finally {
		release();
	}
}

function isStoreAway(error: unknown): error is ChannelError {
	return ChannelError.is(error) && error.code === 'store_unavailable';
}
