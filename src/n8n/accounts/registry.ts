import type { Clock } from '../../contract';
import type { Pool } from '../../pool';

/** Shorter than the shortest pause between two looks (5 s): whoever looks in a hurry gets what is true now. */
const SHARED_MS = 4_000;
/** The same pace at which the pool looks at a credential. */
const LOOK_MS = 60_000;

type Seen = (data: unknown) => void;

interface Known {
	last: { at: number; answer: Promise<unknown> } | undefined;
	watchers: Set<Seen>;
	read: (() => Promise<unknown>) | undefined;
	cancel: () => void;
}

/**
 * Reads of credentials that hold many accounts. Each account's own watch reads the credential anew once a minute: a
 * hundred of them share one read, since each read costs n8n an expression isolate. Whoever wants to know which accounts
 * there are is told with every read, whoever made it; and there is one a minute even where no account is left.
 */
export class AccountsRegistry {
	readonly #clock: Clock;
	readonly #known = new Map<string, Known>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** @param id n8n's credential id */
	read(id: string, read: () => Promise<unknown>): Promise<unknown> {
		const known = this.#of(id);
		const now = this.#clock.monotonic();
		if (known.last !== undefined && now - known.last.at < SHARED_MS) return known.last.answer;
		const answer = read();
		const last = { at: now, answer };
		known.last = last;
		// What was read holds secrets: it is kept no longer than it is shared.
		this.#clock.after(SHARED_MS, () => {
			if (known.last === last) known.last = undefined;
			if (known.watchers.size === 0 && known.last === undefined) this.#known.delete(id);
		});
		answer.then(
			(data) => {
				this.seen(id, data);
			},
			// Whoever reads is told; a list that could not be read changes nothing.
			() => undefined,
		);
		return answer;
	}

	/** Every execution's own read counts as one. */
	seen(id: string, data: unknown): void {
		const watchers = this.#known.get(id)?.watchers ?? [];
		for (const watcher of [...watchers]) watcher(data);
	}

	/** @returns ends it */
	watch(id: string, read: () => Promise<unknown>, watcher: Seen): () => void {
		const known = this.#of(id);
		known.watchers.add(watcher);
		known.read = read;
		if (known.watchers.size === 1) this.#schedule(id, known);
		return () => {
			known.watchers.delete(watcher);
			if (known.watchers.size > 0) return;
			known.cancel();
			this.#known.delete(id);
		};
	}

	#of(id: string): Known {
		const known = this.#known.get(id);
		if (known !== undefined) return known;
		const fresh: Known = { last: undefined, watchers: new Set(), read: undefined, cancel: () => undefined };
		this.#known.set(id, fresh);
		return fresh;
	}

	#schedule(id: string, known: Known): void {
		known.cancel = this.#clock.after(LOOK_MS, () => {
			const { read } = known;
			if (read !== undefined) void this.read(id, read).catch(() => undefined);
			if (known.watchers.size > 0) this.#schedule(id, known);
		});
	}
}

const registries = new WeakMap<Pool, AccountsRegistry>();

/** The registry that belongs to a pool: as many as there are pools, which is one in n8n. */
export function accountsRegistry(pool: Pool, clock: Clock): AccountsRegistry {
	const known = registries.get(pool);
	if (known !== undefined) return known;
	const fresh = new AccountsRegistry(clock);
	registries.set(pool, fresh);
	return fresh;
}
