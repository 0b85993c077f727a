import type {
	Clock,
	Logger,
	Meter,
	OpenRemoteCalls,
	Random,
	RemoteCalls,
	RemoteServer,
	Store,
	StoreInfo,
} from '../contract';
import { uncorrelated } from '../runtime';
import { LeaseKeeper } from './account/lease-keeper';
import { meteredStore } from './metrics';

export interface GroundParts {
	openStore(): Promise<Store>;
	openRemoteCalls: OpenRemoteCalls | undefined;
	clock: Clock;
	random: Random;
	logger: Logger;
	/** undefined: nothing is measured */
	meter: Meter | undefined;
	/** `host/pid/role` */
	processName: string;
	/** what this process does for others */
	server(): RemoteServer;
	/** the store is open */
	opened(store: Store): void;
	degraded(info: StoreInfo): void;
}

/** What all accounts stand on: the store, the leases, the way to other processes. Each is opened once, at first use. */
export class Ground {
	readonly #parts: GroundParts;
	#store: Promise<Store> | undefined;
	#openStore: Store | undefined;
	#leases: Promise<LeaseKeeper> | undefined;
	#keeper: LeaseKeeper | undefined;
	#remote: RemoteCalls | null = null;

	constructor(parts: GroundParts) {
		this.#parts = parts;
	}

	/** null: not opened yet */
	get storeInfo(): StoreInfo | null {
		return this.#openStore?.info ?? null;
	}

	/** what this process holds */
	get leaseNames(): readonly string[] {
		return this.#keeper?.names ?? [];
	}

	store(): Promise<Store> {
		this.#store ??= uncorrelated(() => this.#parts.openStore()).then(
			(opened) => {
				const { meter, clock } = this.#parts;
				const store = meter === undefined ? opened : meteredStore(opened, meter, clock);
				this.#openStore = store;
				store.onDegraded((info) => this.#parts.degraded(info));
				this.#parts.opened(store);
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

	leases(): Promise<LeaseKeeper> {
		this.#leases ??= uncorrelated(() => this.#openLeases()).catch((error: unknown) => {
			this.#leases = undefined;
			throw error;
		});
		return this.#leases;
	}

	/** null: this process is alone, or there is no way to the others */
	async remote(): Promise<RemoteCalls | null> {
		await this.leases();
		return this.#remote;
	}

	/** As `remote`, but opens nothing where there is nobody to be called. */
	async others(): Promise<RemoteCalls | null> {
		return this.#parts.openRemoteCalls === undefined ? null : this.remote();
	}

	async close(): Promise<void> {
		await this.#remote?.close();
		if (this.#leases !== undefined) (await this.#leases).stop();
		if (this.#store !== undefined) await (await this.#store).close();
	}

	/** Whoever holds a lease can be called: the way to this process is open before it acquires anything. */
	async #openLeases(): Promise<LeaseKeeper> {
		const store = await this.store();
		const { clock, logger, random, processName, meter, openRemoteCalls } = this.#parts;
		const holder = { process: processName, startId: random.hex(4) };
		const leases = new LeaseKeeper(store, holder, clock, logger, meter);
		this.#keeper = leases;
		this.#remote = (await openRemoteCalls?.(leases.holder, this.#parts.server())) ?? null;
		return leases;
	}
}
