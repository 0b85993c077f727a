import type { EngineEvent, JournalWriter } from '../../../contract';
import { formatState, type EngineState } from './state';

/** Changes the state from what is durable to what will be. */
export type Move = (state: EngineState) => EngineState;

interface Queued {
	events: EngineEvent[];
	move: Move | null;
	resolve: () => void;
	reject: (error: unknown) => void;
}

/**
 * All appends of one engine, one after another: the state written with a batch never speaks of events of another one
 * that may still fail. What comes while one is under way goes together in the next.
 */
export class Appender {
	readonly #journal: JournalWriter;
	#state: EngineState | null;
	#queue: Queued[] = [];
	#running: Promise<void> | null = null;

	constructor(journal: JournalWriter, state: EngineState | null) {
		this.#journal = journal;
		this.#state = state;
	}

	/** the durable state; null until a start is known */
	get state(): EngineState | null {
		return this.#state;
	}

	/** Resolves when durable. @throws ChannelError `store_unavailable`, `account_in_use`; the state has not moved then */
	append(events: EngineEvent[], move: Move | null = null): Promise<void> {
		return new Promise((resolve, reject) => {
			this.#queue.push({ events, move, resolve, reject });
			this.#running ??= this.#drain();
		});
	}

	/** The first state of an engine that starts at now. */
	async begin(state: EngineState): Promise<void> {
		await this.#running;
		await this.#journal.append([], formatState(state));
		this.#state = state;
	}

	async idle(): Promise<void> {
		await this.#running;
	}

	async #drain(): Promise<void> {
		// The first batch, too, takes what this turn of the event loop brings together.
		await Promise.resolve();
		while (this.#queue.length > 0) {
			const batch = this.#queue;
			this.#queue = [];
			try {
				await this.#write(batch);
				for (const { resolve } of batch) resolve();
			} catch (error) {
				for (const { reject } of batch) reject(error);
			}
		}
		this.#running = null;
	}

	async #write(batch: readonly Queued[]): Promise<void> {
		const before = this.#state;
		const after = before === null ? null : batch.reduce((state, { move }) => move?.(state) ?? state, before);
		const moved = after !== null && after !== before;
		const events = batch.flatMap((queued) => queued.events);
		if (events.length === 0 && !moved) return;
		await this.#journal.append(events, moved ? formatState(after) : undefined);
		this.#state = after;
	}
}
