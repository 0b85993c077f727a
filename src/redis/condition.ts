import type { Clock, Logger, StoreInfo } from '../contract';
import { nextTurn } from '../runtime';

/** That data was lost is shown this long, ms: by then everybody has seen it, or nobody will. */
const LOSS_SHOWN_MS = 86_400_000;

const LOST =
	'Redis came back without its data: triggers go on from now, and what arrived while it was away or within half a ' +
	'minute after may be missing.';
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

export interface ConditionOptions {
	clock: Clock;
	logger: Logger;
	/** of the epoch, ms since 1970 */
	createdAt(): number;
	/** what hinders Redis at this moment: shown, not told, since it passes by itself */
	trouble(): string | null;
}

/** Where the data is and how far it can be trusted; alive. */
export class Condition {
	readonly #options: ConditionOptions;
	readonly #callbacks = new Set<(info: StoreInfo) => void>();
	#facts: ServerFacts = { runId: '', persistent: true, evicting: false };
	#lostAt: number | null = null;

	constructor(options: ConditionOptions) {
		this.#options = options;
	}

	get info(): StoreInfo {
		const lasting = this.#degraded();
		const sentences = [this.#options.trouble(), lasting].filter((sentence) => sentence !== null);
		return this.#describe(lasting === null, sentences.length === 0 ? null : sentences.join(' '));
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
		this.#lostAt = this.#options.clock.now();
		this.#options.logger.error(LOST);
		this.#tell();
	}

	#describe(durable: boolean, degraded: string | null): StoreInfo {
		const createdAt = new Date(this.#options.createdAt()).toISOString();
		return { kind: 'redis', durable, path: null, createdAt, degraded };
	}

	#degraded(): string | null {
		if (this.#lostAt !== null && this.#options.clock.now() - this.#lostAt < LOSS_SHOWN_MS) return LOST;
		if (!this.#facts.persistent) return NOT_DURABLE;
		return this.#facts.evicting ? EVICTING : null;
	}

	/** In a turn of its own: a listener that throws or asks the store must not disturb the connection under way. */
	#tell(): void {
		const degraded = this.#degraded();
		if (degraded === null) return;
		const info = this.#describe(false, degraded);
		for (const callback of this.#callbacks) {
			nextTurn()
				.then(() => callback(info))
				.catch((error: unknown) =>
					this.#options.logger.warn('A listener of the store failed', { error: String(error) }),
				);
		}
	}
}
