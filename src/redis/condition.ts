import type { Clock, Logger, StoreInfo } from '../contract';
import { nextTurn } from '../runtime';

/** That data was lost is shown this long, ms: by then everybody has seen it, or nobody will. */
const LOSS_SHOWN_MS = 86_400_000;

/** A write that was refused is shown this long, unless one succeeds, ms: leases alone are written every five seconds. */
const REFUSAL_SHOWN_MS = 60_000;

const EMPTY = 'Redis came back without its data:';
const OLDER = 'Redis has lost a part of its data:';
const LOST =
	'unless another process had a copy of it, triggers go on from now, and what arrived while it was away or within half a ' +
	'minute after may be missing.';
const LOST_LAST =
	'unless another process had a copy of them, triggers go on from where they were then, and a send that is repeated with ' +
	'its old key may be sent again.';
const BEING_PUT_BACK = 'what this process has a copy of is being put back.';
const PUT_BACK =
	'positions, unread messages, pending questions, remembered sends and limits were put back from a copy.';
const NOT_DURABLE =
	'Redis keeps nothing on disk (neither snapshots nor an append-only file): nothing survives its restart.';
const COPIED_ONLY =
	'Redis keeps nothing on disk (neither snapshots nor an append-only file): after its restart the copy of this process ' +
	'is put back.';
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
	/** is there a second copy of the data? */
	isCopied(): boolean;
	/** has some process put back what was lost? */
	isRestored(): boolean;
	/** it has data, from before its last writes */
	isOlder(): boolean;
}

/** Where the data is and how far it can be trusted; alive. */
export class Condition {
	readonly #options: ConditionOptions;
	readonly #callbacks = new Set<(info: StoreInfo) => void>();
	#facts: ServerFacts = { runId: '', persistent: true, evicting: false };
	#lostAt: number | null = null;
	#restored: string | null = null;
	#refusal: { said: string; at: number } | null = null;
	/** as text: every call asks for it */
	#created = { at: NaN, text: '' };

	constructor(options: ConditionOptions) {
		this.#options = options;
	}

	get info(): StoreInfo {
		const lasting = this.#degraded();
		const passing = this.#options.trouble() ?? this.#refused();
		const sentences = [passing, lasting].filter((sentence) => sentence !== null);
		const info = this.#describe(lasting === null, sentences.length === 0 ? null : sentences.join(' '));
		return lasting === null && info.degraded !== null ? { ...info, passing: true } : info;
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

	/** Redis has taken a write. */
	wrote(): void {
		this.#refusal = null;
	}

	/** Redis is there and takes no write: it is full, cannot write to its disk, or has too few replicas. */
	refused(said: string): void {
		this.#refusal = { said, at: this.#options.clock.now() };
	}

	#refused(): string | null {
		if (this.#refusal === null) return null;
		const { said, at } = this.#refusal;
		return this.#options.clock.now() - at < REFUSAL_SHOWN_MS ? said : null;
	}

	lost(): void {
		this.#lostAt = this.#options.clock.now();
		this.#restored = null;
		this.#options.logger.error(this.#loss());
		// What came of it is told in its place.
		if (!this.#options.isCopied()) this.#tell();
	}

	/** @param gaps accounts for which somebody has read before, without what was put back */
	restored({ accounts, gaps }: { accounts: number; gaps: number }): void {
		this.#lostAt = this.#options.clock.now();
		this.#restored =
			gaps === 0
				? PUT_BACK
				: `${PUT_BACK} For some accounts (${gaps}) somebody had read before: what came in between may be missing.`;
		this.#options.logger.warn(this.#loss(), { accounts });
		this.#tell();
	}

	#loss(): string {
		const [what, otherwise] = this.#options.isOlder() ? [OLDER, LOST_LAST] : [EMPTY, LOST];
		return `${what} ${this.#restored ?? this.#copy() ?? otherwise}`;
	}

	#copy(): string | null {
		if (this.#options.isCopied()) return BEING_PUT_BACK;
		return this.#options.isRestored() ? PUT_BACK : null;
	}

	#describe(durable: boolean, degraded: string | null): StoreInfo {
		const at = this.#options.createdAt();
		if (at !== this.#created.at) this.#created = { at, text: new Date(at).toISOString() };
		return { kind: 'redis', durable, path: null, createdAt: this.#created.text, degraded };
	}

	#degraded(): string | null {
		if (this.#lostAt !== null && this.#options.clock.now() - this.#lostAt < LOSS_SHOWN_MS)
			return this.#facts.evicting ? `${this.#loss()} ${EVICTING}` : this.#loss();
		if (!this.#facts.persistent) return this.#options.isCopied() ? COPIED_ONLY : NOT_DURABLE;
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
