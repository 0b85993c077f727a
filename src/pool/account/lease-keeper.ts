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

/**
 * By both clocks: of a machine that slept, or a virtual one that was paused, the monotonic one may have stood still; the
 * other one may have been set back, or ahead in a second in which a store by that same clock gives the lease away.
 */
interface Moment {
	monotonic: number;
	/** ms since 1970 */
	now: number;
}

interface Entry {
	lease: StoreLease;
	/** from here on it counts */
	asked: Moment;
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
		const started = this.#moment();
		let answer = await this.#store.acquireLease(name, this.holder, LEASE_MS);
		if (!answer.acquired && this.#store.info.kind !== 'redis' && isDead(answer.holder, this.holder)) {
			await this.#store.breakLease(name, answer.holder);
			answer = await this.#store.acquireLease(name, this.holder, LEASE_MS);
		}
		if (!answer.acquired) throw inUse(answer.holder, answer.expiresAt - this.#clock.now());
		const counted = await this.#countedFrom(started, answer.lease);
		const entry: Entry = { lease: answer.lease, asked: counted, lost: [] };
		this.#held.set(name, entry);
		this.#schedule();
		return {
			name,
			token: entry.lease.token,
			valid: () => this.#held.get(name) === entry && this.#leftMs(entry) > 0,
			age: () => {
				const heldMs = this.#clock.monotonic() - counted.monotonic;
				return { heldMs, leftMs: Math.max(0, this.#leftMs(entry)) };
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
	async #countedFrom(asked: Moment, lease: StoreLease): Promise<Moment> {
		const now = this.#moment();
		if (now.monotonic - asked.monotonic < RENEW_MS) return asked;
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
		const started = this.#moment();
		const entries = [...this.#held.values()];
		try {
			const lost = await this.#store.renewLeases(
				entries.map((entry) => entry.lease),
				LEASE_MS,
			);
			for (const entry of entries) {
				if (lost.includes(entry.lease.name)) this.#lose(entry);
				else entry.asked = started;
			}
		} catch (error) {
			this.#logger.warn('leases could not be renewed', { error: String(error) });
		}
		for (const entry of entries) if (this.#leftMs(entry) <= 0) this.#lose(entry);
		if (this.#held.size > 0) this.#schedule();
	}

	#moment(): Moment {
		return { monotonic: this.#clock.monotonic(), now: this.#clock.now() };
	}

	#leftMs({ asked }: Entry): number {
		const { monotonic, now } = this.#moment();
		return USABLE_MS - Math.max(monotonic - asked.monotonic, now - asked.now);
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
