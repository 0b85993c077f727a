/** Pushes held at most; more are dropped unacknowledged, and the comparison that follows finds them. */
const MAX_HELD = 5_000;

/**
 * While a recovery runs, a live message of a chat waits until what was missed in that chat is journalled, so that the
 * order per chat is kept. Chats that missed nothing wait only for the list.
 */
export class RecoveryGate {
	readonly #listed = Promise.withResolvers<void>();
	readonly #chats = new Map<string, PromiseWithResolvers<void>>();
	#held = 0;
	#open = false;

	get isOpen(): boolean {
		return this.#open;
	}

	/** The chats to be filled are known; the others may pass. */
	listed(chatIds: readonly string[]): void {
		for (const chatId of chatIds) this.#chats.set(chatId, Promise.withResolvers());
		this.#listed.resolve();
	}

	filled(chatId: string): void {
		this.#chats.get(chatId)?.resolve();
		this.#chats.delete(chatId);
	}

	/** Everybody may pass: the recovery is over, or has failed and order counts less than arrival. */
	open(): void {
		this.#open = true;
		this.#listed.resolve();
		for (const { resolve } of this.#chats.values()) resolve();
		this.#chats.clear();
	}

	/** @returns false when too many wait already */
	async pass(chatId: string): Promise<boolean> {
		if (this.#open) return true;
		if (this.#held >= MAX_HELD) return false;
		this.#held += 1;
		try {
			await this.#listed.promise;
			await this.#chats.get(chatId)?.promise;
			return true;
		} finally {
			this.#held -= 1;
		}
	}
}
