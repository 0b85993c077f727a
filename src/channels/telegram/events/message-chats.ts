/** messages remembered: deletions outside of channels name ids only */
const MAX = 20_000;

/** In which private chat or basic group a message was seen: Telegram numbers all of them together. In memory. */
export class MessageChats {
	readonly #chats = new Map<number, string>();

	note(messageId: number, chat: string): void {
		this.#chats.set(messageId, chat);
		if (this.#chats.size <= MAX) return;
		const oldest = this.#chats.keys().next().value;
		if (oldest !== undefined) this.#chats.delete(oldest);
	}

	chatOf(messageId: number): string | null {
		return this.#chats.get(messageId) ?? null;
	}
}
