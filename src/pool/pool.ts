import {
	noMeter,
	type AccountStatus,
	type ChannelDriver,
	type Clock,
	type GaugeReading,
	type JsonObject,
	type Logger,
	type Meter,
	type OpenRemoteCalls,
	type Random,
	type SessionKey,
	type Store,
} from '../contract';
import type { AccountOperations } from './account/account-commands';
import { CredentialWatch } from './account/credential-watch';
import type { AccountEntry } from './account/entry';
import { entryStatus } from './account/entry-status';
import { accountOperations } from './account/operations';
import { ReaderSeats } from './account/reader-seat';
import type { PoolShared } from './account/shared';
import { poolServer } from './between/server';
import { CredentialTests, type OpenedForTest } from './credential-test';
import { Entries } from './entries';
import { Ground } from './ground';
import { EntryLease } from './lease';
import { listenByHand, subscribeTrigger, type ListeningParts } from './listening';
import { gaugeReadings } from './metrics';
import { Sweeper } from './sweeper';
import type {
	CredentialSource,
	Lease,
	ListenRequest,
	Notes,
	Pool,
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

/** The pool of one process. Opens nothing, not even the store, until somebody asks for an account. */
export class AccountPool implements Pool {
	readonly #options: PoolOptions;
	readonly #shared: PoolShared;
	readonly #ground: Ground;
	readonly #entries: Entries;
	readonly #operations: AccountOperations;
	readonly #listening: ListeningParts;
	readonly #sweeper: Sweeper;
	readonly #waits: Waits;
	readonly #tests: CredentialTests;
	#ending: Promise<void> | undefined;
	#retired = false;

	constructor(options: PoolOptions) {
		const { clock, random, logger, processName, version } = options;
		const seats = new ReaderSeats();
		this.#options = options;
		this.#waits = new Waits(() => this.#shared);
		this.#sweeper = new Sweeper({ clock, logger, seats });
		this.#ground = this.#makeGround();
		this.#shared = {
			...{ clock, random, logger, processName, version, seats },
			meter: options.meter ?? noMeter,
			lingerMs: () => (this.#retired ? 0 : (options.lingerMs ?? LINGER_MS)),
			store: () => this.#ground.store(),
			leases: () => this.#ground.leases(),
			remote: () => this.#ground.remote(),
			watch: new CredentialWatch(clock, logger),
			resumeWait: this.#waits.resume,
		};
		this.#entries = new Entries(this.#shared, options.drivers, options.maxAccounts ?? MAX_ACCOUNTS);
		this.#operations = accountOperations({
			shared: this.#shared,
			storeInfo: () => this.#ground.storeInfo,
			statuses: () => this.statuses(),
			others: () => this.#ground.others(),
			remove: (entry) => this.#entries.remove(entry),
		});
		this.#listening = { shared: this.#shared, entryFor: (source) => this.#entries.of(source) };
		this.#tests = new CredentialTests(this.#shared);
	}

	lease(credential: CredentialSource): Lease {
		this.#shared.watch.observe(credential);
		const entry = this.#entries.of(credential);
		return new EntryLease(entry, this.#operations, () => this.#ground.storeInfo, this.#options.random);
	}

	notes(owner: string): Notes {
		const key = `notes:${owner}`;
		const store = (): Promise<Store> => this.#ground.store();
		return {
			get: async (name) => (await store()).getValue(key, name),
			put: async (name, value, ttlMs) => (await store()).putValue(key, name, value, ttlMs),
			delete: async (name) => (await store()).deleteValue(key, name),
			count: async (name, ttlMs) => (await store()).increment(key, name, 1, ttlMs),
		};
	}

	subscribe(request: SubscribeRequest): Subscription {
		return subscribeTrigger(this.#listening, request);
	}

	listen(request: ListenRequest): Subscription {
		return listenByHand(this.#listening, request);
	}

	async handOver(credential: CredentialSource, hint: JsonObject): Promise<boolean> {
		const { session } = this.#entries.driver(credential.channel).configure(credential.data);
		if (this.#entries.find(session)?.connection !== undefined) return this.#accept(session, hint);
		// Early or not at all: the reader looks by itself too.
		return (await this.#ground.others())?.hint(session, hint).catch(() => false) ?? false;
	}

	async #accept(session: SessionKey, hint: JsonObject): Promise<boolean> {
		const connection = this.#entries.find(session)?.connection;
		if (connection === undefined) return false;
		return (await this.#shared.seats.find(connection.open.accountId)?.hub?.accept(hint)) ?? false;
	}

	async addWait({ credential, wait }: WaitRequest): Promise<void> {
		await this.#waits.add(this.#entries.of(credential), wait);
	}

	setWaitMessage(waitId: string, messageId: string): Promise<void> {
		return this.#waits.setMessage(waitId, messageId);
	}

	onWaitMatched(resume: Parameters<Pool['onWaitMatched']>[0]): void {
		this.#waits.onMatched(resume);
	}

	test(credential: CredentialSource): Promise<{ ok: boolean; message: string }> {
		const driver = this.#entries.driver(credential.channel);
		return this.#tests.run(driver, credential.data, (config) => {
			const known = this.#entries.find(config.session);
			// What is typed into the window may never be saved: it does not reopen what others use.
			if (known !== undefined && known.config.settingsHash !== config.settingsHash) return null;
			return openForTest(known ?? this.#entries.of(credential));
		});
	}

	statuses(): Promise<AccountStatus[]> {
		return Promise.resolve([...this.#entries].map((entry) => this.#statusOf(entry)));
	}

	#statusOf(entry: AccountEntry): AccountStatus {
		return entryStatus(entry, this.#shared, this.#ground.storeInfo);
	}

	/** For metrics: how things stand in this process. Opens nothing. */
	readings(): GaugeReading[] {
		const accounts = [...this.#entries].map((entry) => {
			const account = entry.connection?.open.accountId;
			const hub = account === undefined ? undefined : this.#shared.seats.find(account)?.hub?.stats();
			return { status: this.#statusOf(entry), hub };
		});
		const { version, processName } = this.#options;
		const { storeInfo: store, leaseNames: leases } = this.#ground;
		return gaugeReadings({ accounts, store, version, processName, leases });
	}

	retire(): void {
		this.#retired = true;
		for (const entry of this.#entries) entry.closeIfIdle();
	}

	shutdown(): Promise<void> {
		this.#ending ??= this.#shutdown();
		return this.#ending;
	}

	async #shutdown(): Promise<void> {
		const { clock } = this.#options;
		this.#sweeper.stop();
		this.#shared.watch.stop();
		const stop = new AbortController();
		const late = clock.sleep(SHUTDOWN_MS, stop.signal).catch(() => undefined);
		await Promise.race([this.#entries.close(), late]);
		stop.abort();
		this.#entries.clear();
		await this.#ground.close();
	}

	#makeGround(): Ground {
		const { clock, random, logger, meter, processName, openRemoteCalls } = this.#options;
		return new Ground({
			...{ clock, random, logger, meter, processName, openRemoteCalls },
			openStore: () => this.#options.openStore(),
			opened: (store) => this.#sweeper.start(store),
			degraded: (info) => {
				for (const entry of this.#entries) entry.tellDegraded(info);
			},
			server: () =>
				poolServer({
					clock,
					entry: (session) => this.#entries.find(session),
					accept: (session, hint) => this.#accept(session, hint),
					statuses: () => this.statuses(),
					operations: this.#operations,
					seats: this.#shared.seats,
					waits: this.#waits,
				}),
		});
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
