import type { Clock, Logger, StoreInfo } from '../contract';
import { nextTurn } from '../runtime';

/** That data was lost is shown this long, ms: by then everybody has seen it, or nobody will. */
const LOSS_SHOWN_MS = 86_400_000;

const LOST =
	'Redis came back without its data: triggers go on from now, and what arrived while it was away may be missing.';
const NOT_DURABLE =
	'Redis keeps nothing on disk (neither snapshots nor an append-only file): nothing survives its restart.';
const EVICTING =
	'Redis throws keys away when its memory is full: set maxmemory-policy to noeviction, as n8n’s queue needs it too.';

/** What the server says of itself, as far as our data depends on it. */
export interface ServerFacts {
	/** '' when it is a cluster or does not tell */
	runId: string;
	persistent: boolean;
	evicting: boolean;
}

/** Where the data is and how far it can be trusted; alive. */
export class Condition {
	readonly #clock: Clock;
	readonly #logger: Logger;
	readonly #createdAt: () => number;
	readonly #callbacks = new Set<(info: StoreInfo) => void>();
	#facts: ServerFacts = { runId: '', persistent: true, evicting: false };
	#lostAt: number | null = null;

	constructor(clock: Clock, logger: Logger, createdAt: () => number) {
		this.#clock = clock;
		this.#logger = logger;
		this.#createdAt = createdAt;
	}

	get info(): StoreInfo {
		const degraded = this.#degraded();
		return {
			kind: 'redis',
			durable: degraded === null,
			path: null,
			createdAt: new Date(this.#createdAt()).toISOString(),
			degraded,
		};
	}

	onDegraded(callback: (info: StoreInfo) => void): () => void {
		this.#callbacks.add(callback);
		return () => void this.#callbacks.delete(callback);
	}

	learn(facts: ServerFacts): void {
		const before = this.#degraded();
		this.#facts = facts;
		if (this.#degraded() !== before) this.#tell();
	}

	lost(): void {
		this.#lostAt = this.#clock.now();
		this.#logger.error(LOST);
		this.#tell();
	}

	#degraded(): string | null {
		if (this.#lostAt !== null && this.#clock.now() - this.#lostAt < LOSS_SHOWN_MS) return LOST;
		if (!this.#facts.persistent) return NOT_DURABLE;
		return this.#facts.evicting ? EVICTING : null;
	}

	/** In a turn of its own: a listener that throws or asks the store must not disturb the connection under way. */
	#tell(): void {
		const { info } = this;
		if (info.degraded === null) return;
		for (const callback of this.#callbacks) {
			nextTurn()
				.then(() => callback(info))
				.catch((error: unknown) =>
					this.#logger.warn('A listener of the store failed', { error: String(error) }),
				);
		}
	}
}
