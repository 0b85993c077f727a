import { BoundedMap } from '../../runtime';

/** Older knowledge would let a read-back mistake something typed meanwhile for our own message. */
const LIFE_MS = 10 * 60_000;
const MAX_CHATS = 10_000;

/**
 * The newest message known of each chat, gathered in passing (webhooks, lists, own sends). A send notes it before the
 * first byte leaves, so that a read-back knows where to stop looking.
 */
export class LastMessages {
	readonly #known = new BoundedMap<{ id: string; created: number }>(MAX_CHATS, LIFE_MS);

	note(chatId: string, message: { id: string; created: number }, now: number): void {
		const known = this.#known.get(chatId, now);
		if (known !== undefined && known.created > message.created) return;
		this.#known.set(chatId, { id: message.id, created: message.created }, now);
	}

	get(chatId: string, now: number): string | undefined {
		return this.#known.get(chatId, now)?.id;
	}
}
