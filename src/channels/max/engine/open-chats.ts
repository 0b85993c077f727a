import type { Clock, JournalWriter, Logger } from '../../../contract';
import { setChatOpen } from '../api/chats';
import type { Caller } from '../api/caller';

/** A browser tab repeats it about so often for the chat it shows (measured), ms. */
const REPEAT_MS = 60_000;
/** ms until a trigger that begins or ends is noticed; asks nothing of the service */
const LOOK_MS = 10_000;
/** Nobody looks at more chats at once; each costs a request a minute. */
const MAX_OPEN = 20;

export interface OpenChatsOptions {
	caller: Caller;
	clock: Clock;
	logger: Logger;
	/** chats in which somebody wants to see typing */
	wanted: NonNullable<JournalWriter['typingChats']>;
}

/**
 * Chats the service is told are open (75), because it pushes *typing* (129) for those only. It marks nothing read and
 * shows nobody online.
 */
export class OpenChats {
	readonly #options: OpenChatsOptions;
	/** chat → monotonic ms when the service was last told */
	#open = new Map<string, number>();
	#working = false;
	#ended = false;
	#cancel: (() => void) | undefined;

	constructor(options: OpenChatsOptions) {
		this.#options = options;
	}

	/** A connection begins; nothing of the one before it counts. */
	connected(): void {
		this.#open = new Map();
		this.#look();
	}

	/** Nobody listens any more; the chats are closed again without waiting for it. */
	end(): void {
		this.#ended = true;
		this.#cancel?.();
		for (const chatId of this.#open.keys()) void this.#tell(chatId, false);
		this.#open = new Map();
	}

	#look(): void {
		this.#cancel?.();
		if (this.#ended) return;
		this.#cancel = this.#options.clock.after(LOOK_MS, () => this.#look());
		if (this.#working) return;
		this.#working = true;
		void this.#update().finally(() => {
			this.#working = false;
		});
	}

	async #update(): Promise<void> {
		const { clock, wanted } = this.#options;
		const open = this.#open;
		const chats = new Set(wanted().slice(0, MAX_OPEN));
		for (const chatId of [...open.keys()].filter((one) => !chats.has(one))) {
			open.delete(chatId);
			await this.#tell(chatId, false);
		}
		for (const chatId of chats) {
			if (this.#ended || open !== this.#open) return;
			if (clock.monotonic() - (open.get(chatId) ?? -Infinity) < REPEAT_MS) continue;
			// Also one that is refused is not asked for again at once.
			open.set(chatId, clock.monotonic());
			await this.#tell(chatId, true);
		}
	}

	async #tell(chatId: string, isOpen: boolean): Promise<void> {
		try {
			await setChatOpen(this.#options.caller, chatId, isOpen, { repeat: false });
		} catch (error) {
			this.#options.logger.debug('max: typing of a chat could not be asked for', {
				chat: chatId,
				error: String(error),
			});
		}
	}
}
