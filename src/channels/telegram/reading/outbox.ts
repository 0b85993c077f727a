import {
	ChannelError,
	type Clock,
	type EngineEvent,
	type JournalWriter,
	type JsonObject,
	type Logger,
	type Random,
} from '../../../contract';
import { isLiveOnly } from '../../../contract/schemas';
import { backoffMs, type Scope } from '../../../runtime';
import { mergeAlbum } from '../events/album';
import type { Draft } from '../events/applied';
import { Lanes } from './lanes';

const APPEND_RETRY = { firstMs: 500, maxMs: 30_000 };
/** Telegram's own clients send an album in one request, which arrives within a moment. */
export const ALBUM_MS = 700;

export interface OutboxOptions {
	journal: JournalWriter;
	clock: Clock;
	random: Random;
	logger: Logger;
	scope: Scope;
	/** what the engine would store now; null = nothing yet */
	take(): JsonObject | null;
	/** Has the engine asked for everything it missed, and applied it? */
	caughtUp(): boolean;
	/** told once: caught up, and what that brought is durable */
	wentLive(): void;
}

/** A state that may be written once nothing older than `upTo` is held any more. */
interface Candidate {
	state: JsonObject | null;
	upTo: number;
}

/**
 * Brings events into the journal, in the order of their chats, as many at once as have come together. The engine's state
 * goes with them, but never one that speaks of an event still held here: after a crash that event must come again.
 */
export class Outbox {
	readonly #options: OutboxOptions;
	readonly #lanes = new Lanes<EngineEvent>({ albumMs: ALBUM_MS, merge: mergeAlbum });
	#moved = false;
	#live = false;
	#candidate: Candidate | null = null;
	#scheduled = false;
	/** an append was given up: what comes after it must not be written, its state speaks of what was lost with it */
	#gaveUp = false;
	#writing: Promise<void> = Promise.resolve();
	#cancelTimer: (() => void) | null = null;

	constructor(options: OutboxOptions) {
		this.#options = options;
	}

	/** @param moved the engine's state has changed, too */
	put(drafts: readonly Draft[], moved: boolean): void {
		const now = this.#options.clock.now();
		for (const { chat, album, told } of drafts) {
			if (!(told instanceof Promise)) {
				this.#lanes.add(chat, told, album, now);
				continue;
			}
			const settle = this.#lanes.add(chat, null, album, now);
			void told.then((event) => {
				settle(event);
				if (!this.#options.scope.ended) this.#schedule();
			});
		}
		this.#moved ||= moved;
		if (drafts.length > 0 || moved) this.#schedule();
	}

	/** Waits for the append under way. What is held is left to the next recovery: the stored state is before it. */
	async stop(): Promise<void> {
		this.#cancelTimer?.();
		await this.#writing;
	}

	#schedule(): void {
		if (this.#scheduled) return;
		this.#scheduled = true;
		this.#writing = this.#writing.then(async () => {
			this.#scheduled = false;
			await this.#write();
		});
	}

	/** The state is taken with what is ready: it says no more than what this append, and those before it, hold. */
	async #write(): Promise<void> {
		if (this.#gaveUp) return;
		const { journal, clock, caughtUp, wentLive } = this.#options;
		const stored: EngineEvent[] = [];
		for (const told of this.#lanes.take(clock.now())) {
			if (isLiveOnly(told.event.event_type)) journal.live(told.event);
			else stored.push(told);
		}
		const state = this.#stateToWrite();
		const live = !this.#live && caughtUp();
		this.#arm();
		if (stored.length > 0 || state !== null) await this.#append(stored, state ?? undefined);
		if (!live || this.#gaveUp) return;
		this.#live = true;
		wentLive();
	}

	#stateToWrite(): JsonObject | null {
		const { oldestHeld, lastNumber } = this.#lanes;
		const { take } = this.#options;
		if (oldestHeld === null) {
			this.#candidate = null;
			if (!this.#moved) return null;
			this.#moved = false;
			return take();
		}
		const due = this.#candidate !== null && oldestHeld > this.#candidate.upTo ? this.#candidate.state : null;
		if (due !== null) this.#candidate = null;
		this.#candidate ??= { state: take(), upTo: lastNumber };
		return due;
	}

	#arm(): void {
		this.#cancelTimer?.();
		this.#cancelTimer = null;
		const { clock, scope } = this.#options;
		const { nextAt } = this.#lanes;
		if (nextAt === null || scope.ended) return;
		this.#cancelTimer = clock.after(Math.max(0, nextAt - clock.now()), () => this.#schedule());
	}

	async #append(events: EngineEvent[], state: JsonObject | undefined): Promise<void> {
		const { clock, random, logger, journal, scope } = this.#options;
		for (let failures = 1; !scope.ended || failures === 1; failures += 1) {
			try {
				await journal.append(events, state);
				return;
			} catch (error) {
				if (ChannelError.is(error) && error.code === 'account_in_use') {
					// Another reader has taken over: it reads on from the stored state.
					void scope.end(error);
					break;
				}
				logger.warn('telegram: events could not be journalled', { error: String(error) });
				if (scope.ended) break;
				await clock.sleep(backoffMs(failures, APPEND_RETRY, random), scope.signal).catch(() => undefined);
			}
		}
		this.#gaveUp = true;
	}
}
