import { BoundedMap } from '../../../runtime';

const MAX_CHATS = 5_000;
const LIFE_MS = 7 * 24 * 3_600_000;
/** own sends remembered per account */
const MAX_SENT = 2_000;

/** What a push's `prevMessageId` says about what is known of its chat. */
export type Continuity = 'contiguous' | 'gap' | 'unproven';

/** The newest message of each chat that is proven complete, in memory: what a push is compared with. */
export class Tips {
	readonly #tips = new BoundedMap<string>(MAX_CHATS, LIFE_MS);
	/** sends of this connection: never pushed to it, so their place in the order is not proven */
	readonly #sent = new BoundedMap<true>(MAX_SENT, LIFE_MS);

	set(chatId: string, messageId: string, now: number): void {
		const known = this.#tips.get(chatId, now);
		if (known === undefined || BigInt(messageId) > BigInt(known)) this.#tips.set(chatId, messageId, now);
	}

	get(chatId: string, now: number): string | null {
		return this.#tips.get(chatId, now) ?? null;
	}

	noteSent(chatId: string, messageId: string, now: number): void {
		this.#sent.set(`${chatId}/${messageId}`, true, now);
	}

	judge(chatId: string, messageId: string, previous: string | null, now: number): Continuity {
		const tip = this.#tips.get(chatId, now);
		if (tip === undefined || previous === null) return 'unproven';
		if (previous === tip) return 'contiguous';
		if (BigInt(messageId) <= BigInt(tip) || BigInt(previous) < BigInt(tip)) return 'unproven';
		return this.#sent.get(`${chatId}/${previous}`, now) === undefined ? 'gap' : 'unproven';
	}
}
