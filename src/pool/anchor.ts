import type {
	AccountStatus,
	CallOptions,
	CallResult,
	Clock,
	Command,
	JsonObject,
	WaitRecord,
} from '../contract';
import { sharedSlot } from '../runtime';
import type {
	CredentialSource,
	Lease,
	ListenRequest,
	Notes,
	Pool,
	ResumeWait,
	SubscribeRequest,
	Subscription,
	WaitRequest,
} from './types';

/**
 * After an update from n8n's screen two versions of this package share a process: running triggers keep the old code,
 * actions run the new. All of them reach one pool through this anchor on `globalThis`. Plain and versioned: no
 * `instanceof` holds across copies. A change of the `Pool` interface that an older copy could not serve raises it.
 */
const PROTOCOL = 1;

interface Anchor {
	protocol: number;
	/** version of the copy whose pool this is */
	version: string;
	pool: Pool;
	/** what is listening, by the copy that made it: only re-bindable ones move to a newer pool */
	bindings: Set<Rebindable>;
	resume: ResumeWait | null;
	handover: Promise<void> | null;
	/** the newest copy, asked to take over whenever something of older code ends */
	heir: { version: string; takeOver: () => void } | null;
}

interface Rebindable {
	version: string;
	suspend(): void;
	/** nothing, if it is bound */
	bind(pool: Pool): void;
}

/** How often a copy looks whether it is still installed; missing twice in a row, it was uninstalled. ms */
const LOOK_MS = 10_000;

/** How a copy learns that n8n uninstalled it: nothing tells it, neither a trigger nor a process. */
export interface Presence {
	readonly clock: Pick<Clock, 'after'>;
	readonly isInstalled: () => Promise<boolean>;
}

const slot = sharedSlot<Anchor>(`pool.${String(PROTOCOL)}`);

/**
 * This copy's way to the shared pool. While triggers made by older code live, their pool serves everybody; when none is
 * left it is drained, and the newer copy opens the store and re-binds its own.
 */
export class AnchoredPool implements Pool {
	readonly #version: string;
	readonly #create: () => Pool;
	readonly #presence: Presence | null;

	/** @param presence default: this copy cannot be uninstalled */
	constructor(version: string, create: () => Pool, presence: Presence | null = null) {
		this.#version = version;
		this.#create = create;
		this.#presence = presence;
	}

	lease(credential: CredentialSource): Lease {
		return new AnchoredLease(() => this.#pool(), credential);
	}

	notes(owner: string): Notes {
		const current = async (): Promise<Notes> => (await this.#pool()).notes(owner);
		return {
			get: async (name) => (await current()).get(name),
			put: async (name, value, ttlMs) => (await current()).put(name, value, ttlMs),
			delete: async (name) => (await current()).delete(name),
			count: async (name, ttlMs) => (await current()).count(name, ttlMs),
		};
	}

	subscribe(request: SubscribeRequest): Subscription {
		return this.#bind((pool) => pool.subscribe(request));
	}

	listen(request: ListenRequest): Subscription {
		return this.#bind((pool) => pool.listen(request));
	}

	handOver(credential: CredentialSource, hint: JsonObject): Promise<boolean> {
		return this.#anchor().pool.handOver(credential, hint);
	}

	async addWait(request: WaitRequest): Promise<void> {
		await (await this.#pool()).addWait(request);
	}

	async setWaitMessage(waitId: string, messageId: string): Promise<void> {
		await (await this.#pool()).setWaitMessage(waitId, messageId);
	}

	onWaitMatched(resume: ResumeWait): void {
		const anchor = this.#anchor();
		anchor.resume = resume;
		anchor.pool.onWaitMatched((wait: WaitRecord, event) => resume(wait, event));
	}

	async test(credential: CredentialSource): Promise<{ ok: boolean; message: string }> {
		return (await this.#pool()).test(credential);
	}

	async statuses(): Promise<AccountStatus[]> {
		return (await this.#pool()).statuses();
	}

	retire(): void {
		slot.get()?.pool.retire();
	}

	/** Ends the shared pool, whoever made it. */
	async shutdown(): Promise<void> {
		const anchor = slot.get();
		if (anchor === undefined) return;
		slot.set(undefined);
		await anchor.pool.shutdown();
	}

	#anchor(): Anchor {
		const known = slot.get();
		if (known !== undefined) {
			if (isNewer(this.#version, known.version)) this.#inherit(known);
			return known;
		}
		const anchor: Anchor = {
			protocol: PROTOCOL,
			version: this.#version,
			pool: this.#create(),
			bindings: new Set(),
			resume: null,
			handover: null,
			heir: null,
		};
		slot.set(anchor);
		this.#watch(anchor);
		return anchor;
	}

	async #pool(): Promise<Pool> {
		const anchor = this.#anchor();
		await anchor.handover;
		return anchor.pool;
	}

	#inherit(anchor: Anchor): void {
		if (anchor.heir === null || isNewer(this.#version, anchor.heir.version)) {
			const takeOver = (): void => {
				this.#takeOver(anchor);
			};
			anchor.heir = { version: this.#version, takeOver };
		}
		this.#takeOver(anchor);
	}

	#takeOver(anchor: Anchor): void {
		if (anchor.handover !== null || !isNewer(this.#version, anchor.version)) return;
		if ([...anchor.bindings].some((binding) => binding.version !== this.#version)) return;
		anchor.version = this.#version;
		void this.#replacePool(anchor).then(() => {
			bindAll(anchor);
			this.#watch(anchor);
		});
	}

	/** Ends the pool with all it has open; the one in its place opens nothing until it is asked. Nothing is bound. */
	#replacePool(anchor: Anchor): Promise<void> {
		const old = anchor.pool;
		for (const binding of anchor.bindings) binding.suspend();
		anchor.handover = old
			.shutdown()
			.catch(() => undefined)
			.then(() => {
				anchor.pool = this.#create();
				if (anchor.resume !== null) anchor.pool.onWaitMatched(anchor.resume);
				anchor.handover = null;
			});
		return anchor.handover;
	}

	/**
	 * While this copy's pool serves, looks whether the package is installed. Uninstalled, it has nothing open; triggers
	 * that n8n left running wait, since each of their executions would fail for want of the node, and go on where they
	 * stopped if the package comes back. With none left, the watch ends too.
	 */
	#watch(anchor: Anchor): void {
		const presence = this.#presence;
		if (presence === null) return;
		let missed = 0;
		const look = async (): Promise<void> => {
			const installed = await presence.isInstalled();
			if (slot.get() !== anchor || anchor.version !== this.#version) return;
			const wasAway = missed >= 2;
			missed = installed ? 0 : missed + 1;
			if (missed === 2) await this.#replacePool(anchor);
			if (wasAway && installed) bindAll(anchor);
			if (missed >= 2 && anchor.bindings.size === 0) await this.shutdown();
			else presence.clock.after(LOOK_MS, () => void look());
		};
		presence.clock.after(LOOK_MS, () => void look());
	}

	#bind(make: (pool: Pool) => Subscription): Subscription {
		const live = Promise.withResolvers<void>();
		let current: Subscription | undefined;
		let ended = false;
		const binding: Rebindable = {
			version: this.#version,
			suspend: () => {
				current?.end();
				current = undefined;
			},
			bind: (pool) => {
				if (ended || current !== undefined) return;
				current = make(pool);
				current.live.then(live.resolve, live.reject);
			},
		};
		const anchor = this.#anchor();
		anchor.bindings.add(binding);
		if (anchor.handover === null) binding.bind(anchor.pool);
		return {
			live: live.promise,
			end: () => {
				ended = true;
				anchor.bindings.delete(binding);
				binding.suspend();
				anchor.heir?.takeOver();
			},
		};
	}
}

function bindAll({ bindings, pool }: Anchor): void {
	for (const binding of bindings) binding.bind(pool);
}

/** A lease that follows the pool when it is handed over between two calls. */
class AnchoredLease implements Lease {
	readonly #pool: () => Promise<Pool>;
	readonly #credential: CredentialSource;
	#held: { pool: Pool; lease: Lease } | undefined;

	constructor(pool: () => Promise<Pool>, credential: CredentialSource) {
		this.#pool = pool;
		this.#credential = credential;
	}

	async call(command: Command, options?: CallOptions): Promise<CallResult> {
		return (await this.#lease()).call(command, options);
	}

	async status(): Promise<AccountStatus> {
		return (await this.#lease()).status();
	}

	async close(): Promise<void> {
		await this.#held?.lease.close();
		this.#held = undefined;
	}

	async #lease(): Promise<Lease> {
		const pool = await this.#pool();
		if (this.#held?.pool !== pool) {
			await this.#held?.lease.close();
			this.#held = { pool, lease: pool.lease(this.#credential) };
		}
		return this.#held.lease;
	}
}

/** Compares `major.minor.patch`; equal or unreadable versions are not newer. */
export function isNewer(version: string, than: string): boolean {
	const numbers = (text: string): number[] => text.split(/[.-]/).slice(0, 3).map(Number);
	const [a, b] = [numbers(version), numbers(than)];
	for (let place = 0; place < 3; place += 1) {
		const difference = (a[place] ?? 0) - (b[place] ?? 0);
		if (difference !== 0) return difference > 0;
	}
	return false;
}
