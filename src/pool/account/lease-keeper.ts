import {
	ChannelError,
	noMeter,
	type Clock,
	type Logger,
	type Meter,
	type Store,
	type StoreLease,
} from '../../contract';
import { processAlive } from '../../runtime';
import { leaseKind } from '../metrics';

/** Long enough for a busy event loop, short enough that an account lost with its container is free again soon. */
export const LEASE_MS = 15_000;
const RENEW_MS = 5_000;
/** An owner stops this much before the store lets anybody else in: two machines' clocks may not run alike, ms. */
const MARGIN_MS = 1_000;
/** How long a lease may be used after it was asked for, ms. */
export const USABLE_MS = LEASE_MS - MARGIN_MS;

/** Who we are, for people and for the dead-holder check: `host/pid/role/start id`. */
export interface Holder {
	process: string;
	startId: string;
}

/** A lease that somebody here holds. Past its deadline it counts as lost, whatever the store would say. */
export interface HeldLease {
	readonly name: string;
	readonly token: number;
	valid(): boolean;
	/** ms since it was acquired, and until it ends unless it is renewed */
	age(): { heldMs: number; leftMs: number };
	/** Called once, when the lease is lost before it was released. */
	onLost(callback: () => void): void;
	release(): Promise<void>;
}

/** The part of the store that leases need. */
export type LeaseStore = Pick<Store, 'acquireLease' | 'renewLeases' | 'releaseLease' | 'breakLease' | 'info'>;

interface Entry {
	lease: StoreLease;
	/** monotonic ms; a process that was suspended wakes up past it */
	deadline: number;
	lost: (() => void)[];
}

/** Holds all leases of this process and renews them with one timer. */
export class LeaseKeeper {
	readonly #store: LeaseStore;
	readonly #clock: Clock;
	readonly #logger: Logger;
	readonly #meter: Meter;
	/** the name under which this process holds leases, unique for ever */
	readonly holder: string;
	readonly #held = new Map<string, Entry>();
	#cancelTimer: (() => void) | undefined;

	constructor(store: LeaseStore, holder: Holder, clock: Clock, logger: Logger, meter = noMeter) {
		this.#meter = meter;
		this.#store = store;
		this.#clock = clock;
		this.#logger = logger;
		this.holder = `${holder.process}/${holder.startId}`;
	}

	/** names of the leases held now */
	get names(): string[] {
		return [...this.#held.keys()];
	}

	/** @throws ChannelError `account_in_use` naming the process that holds it */
	async acquire(name: string): Promise<HeldLease> {
		const started = this.#clock.monotonic();
		let answer = await this.#store.acquireLease(name, this.holder, LEASE_MS);
		if (!answer.acquired && this.#store.info.kind !== 'redis' && isDead(answer.holder, this.holder)) {
			await this.#store.breakLease(name, answer.holder);
			answer = await this.#store.acquireLease(name, this.holder, LEASE_MS);
		}
		if (!answer.acquired) throw inUse(answer.holder, answer.expiresAt - this.#clock.now());
		const counted = await this.#countedFrom(started, answer.lease);
		const entry: Entry = { lease: answer.lease, deadline: counted + USABLE_MS, lost: [] };
		this.#held.set(name, entry);
		this.#schedule();
		return {
			name,
			token: entry.lease.token,
			valid: () => this.#held.get(name) === entry && this.#clock.monotonic() < entry.deadline,
			age: () => {
				const now = this.#clock.monotonic();
				return { heldMs: now - counted, leftMs: Math.max(0, entry.deadline - now) };
			},
			onLost: (callback) => void entry.lost.push(callback),
			release: async () => {
				if (this.#held.get(name) !== entry) return;
				this.#held.delete(name);
				await this.#store.releaseLease(entry.lease);
			},
		};
	}

	/** A store that took its time (Redis waits after it lost data): the lease began somewhere in it, so it begins anew. */
	async #countedFrom(asked: number, lease: StoreLease): Promise<number> {
		const now = this.#clock.monotonic();
		if (now - asked < RENEW_MS) return asked;
		const lost = await this.#store.renewLeases([lease], LEASE_MS);
		if (lost.length > 0) throw inUse(this.holder, 0);
		return now;
	}

	stop(): void {
		this.#cancelTimer?.();
		this.#cancelTimer = undefined;
	}

	#schedule(): void {
		this.#cancelTimer ??= this.#clock.after(RENEW_MS, () => {
			this.#cancelTimer = undefined;
			void this.#renew();
		});
	}

	async #renew(): Promise<void> {
		const started = this.#clock.monotonic();
		const entries = [...this.#held.values()];
		try {
			const lost = await this.#store.renewLeases(
				entries.map((entry) => entry.lease),
				LEASE_MS,
			);
			for (const entry of entries) {
				if (lost.includes(entry.lease.name)) this.#lose(entry);
				else entry.deadline = started + USABLE_MS;
			}
		} catch (error) {
			this.#logger.warn('leases could not be renewed', { error: String(error) });
		}
		for (const entry of entries) if (this.#clock.monotonic() >= entry.deadline) this.#lose(entry);
		if (this.#held.size > 0) this.#schedule();
	}

	#lose(entry: Entry): void {
		if (this.#held.get(entry.lease.name) !== entry) return;
		this.#held.delete(entry.lease.name);
		this.#logger.warn('a lease was lost', { lease: entry.lease.name });
		this.#meter.count('messenger_leases_lost_total', { kind: leaseKind(entry.lease.name) });
		for (const callback of entry.lost) callback();
	}
}

/**
 * Only where processes share a file, and so a machine: over Redis two containers may well have one host name and see
 * nothing of each other's processes. Same host, but its process is gone – or has our pid and is not us: a container
 * restarted on the same volume.
 */
function isDead(holder: string, own: string): boolean {
	const [host, pid, , startId] = holder.split('/');
	const [ownHost, ownPid, , ownStartId] = own.split('/');
	if (host !== ownHost || startId === ownStartId) return false;
	return pid === ownPid || !processAlive(Number(pid));
}

function inUse(holder: string, leftMs: number): ChannelError {
	const [host, pid, role] = holder.split('/');
	return new ChannelError(
		'account_in_use',
		`Another process holds this account's connection: ${String(role)} process ${String(pid)} on ${String(host)}`,
		{
			retry: { afterMs: Math.max(1_000, leftMs) },
			hint: 'One session, one connection: stop the other process, or give it an account of its own.',
		},
	);
}
