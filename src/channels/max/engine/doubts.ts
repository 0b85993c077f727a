import type { Clock } from '../../../contract';
import type { Position } from './state';

/** ms after the first doubt until its chat is looked at: one look serves a whole exchange of messages */
export const DOUBT_MS = 10_000;

/**
 * Chats in which something may be missing although no push says so (an own send stands in between, or the service names
 * no previous message): their history is read a moment later instead of at the next comparison of all chats.
 */
export class Doubts {
	readonly #clock: Clock;
	readonly #look: (chats: ReadonlyMap<string, Position>) => void;
	#chats = new Map<string, Position>();
	#cancel: (() => void) | undefined;

	/** @param look told the chats and their newest message that is known */
	constructor(clock: Clock, look: (chats: ReadonlyMap<string, Position>) => void) {
		this.#clock = clock;
		this.#look = look;
	}

	add(chatId: string, newest: Position): void {
		this.#chats.set(chatId, newest);
		this.#cancel ??= this.#clock.after(DOUBT_MS, () => {
			const chats = this.#chats;
			this.clear();
			this.#look(chats);
		});
	}

	/** A comparison of all chats is due anyway, or nobody listens any more. */
	clear(): void {
		this.#cancel?.();
		this.#cancel = undefined;
		this.#chats = new Map();
	}
}
