import type { EngineEvent, JournalWriter } from '../../../contract';
import { applyMoves, formatState, type EngineState, type Move } from './state';

/** Told once: null when durable, else why not. Must not throw. */
export type Settled = (error: Error | null) => void;

interface Queued {
	events: readonly EngineEvent[];
	move: Move | null;
	settled: Settled;
}

/** Events per transaction: a burst must not hold the event loop longer than a few milliseconds at a time. */
const MAX_BATCH = 500;

/**
 * All appends of one engine, one after another: the state written with a batch never speaks of events of another one
 * that may still fail. What comes while one is under way goes together in the next. When a batch fails, what waits
 * behind it fails too: it was judged by what the batch would have proven.
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

	/** Hands over without waiting; what is handed over first is durable first. */
	hand(events: readonly EngineEvent[], move: Move | null, settled: Settled): void {
		this.#queue.push({ events, move, settled });
		this.#running ??= this.#drain();
	}

	/** Resolves when durable. @throws ChannelError `store_unavailable`, `account_in_use`; the state has not moved then */
	append(events: readonly EngineEvent[], move: Move | null = null): Promise<void> {
		return new Promise((resolve, reject) => {
			this.hand(events, move, (error) => {
				if (error === null) resolve();
				else reject(error);
			});
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
			const batch = this.#queue.splice(0, MAX_BATCH);
			try {
				await this.#write(batch);
				for (const { settled } of batch) settled(null);
			} catch (error) {
				for (const { settled } of [...batch, ...this.#queue.splice(0)]) settled(error as Error);
			}
		}
		this.#running = null;
	}

	async #write(batch: readonly Queued[]): Promise<void> {
		const before = this.#state;
		const moves = batch.flatMap(({ move }) => move ?? []);
		const after = before === null ? null : applyMoves(before, moves);
		const moved = after !== null && after !== before;
		const events = batch.flatMap((queued) => queued.events);
		if (events.length === 0 && !moved) return;
		await this.#journal.append(events, moved ? formatState(after) : undefined);
		this.#state = after;
	}
}
