import { BoundedMap } from '../../../runtime';
import { timeOfMessage } from '../ids';
import { compareIds, type Position } from './state';

const MAX_CHATS = 5_000;
const LIFE_MS = 7 * 24 * 3_600_000;
/** own sends remembered per account */
const MAX_SENT = 2_000;
/** ms between a message's time and the one in its id within which the id is taken for what clients say it is */
const ID_TIME_MS = 60_000;

/**
 * What a push's `prevMessageId` says about what is known of its chat.
 * - `contiguous`: nothing is missing before it, the chat's position may move over it
 * - `late`: it is not newer than what is proven (reordered, doubled); nothing to move
 * - `gap`: something before it has not been seen; the chat's history tells
 * - `unproven`: nothing suggests a gap, but nothing excludes one (after an own send; no previous message told, as for
 *   the first of a chat)
 */
export type Continuity = 'contiguous' | 'late' | 'gap' | 'unproven';

interface Judged {
	id: string;
	/** ms */
	time: number;
}

/**
 * The newest message of each chat that is proven complete or on its way into the journal, in memory: what a push is
 * compared with. A chat not seen here is as far as the stored position says.
 */
export class Tips {
	readonly #tips = new BoundedMap<string>(MAX_CHATS, LIFE_MS);
	/** sends of this connection: never pushed to it, so their place in the order is not proven */
	readonly #sent = new BoundedMap<true>(MAX_SENT, LIFE_MS);

	set(chatId: string, messageId: string, now: number): void {
		const known = this.#tips.get(chatId, now);
		if (known === undefined || compareIds(messageId, known) > 0) this.#tips.set(chatId, messageId, now);
	}

	/** What was on its way into the journal has not arrived: the stored position counts again. */
	forget(chatId: string): void {
		this.#tips.delete(chatId);
	}

	noteSent(chatId: string, messageId: string, now: number): void {
		this.#sent.set(`${chatId}/${messageId}`, true, now);
	}

	/**
	 * @param previous the id the push names as the chat's message before it; null = it names none
	 * @param stored up to where the journal proves this chat complete; id '0' when only a time is known
	 */
	judge(chatId: string, message: Judged, previous: string | null, stored: Position, now: number): Continuity {
		const tip = this.#tip(chatId, stored, now);
		if (tip !== null && compareIds(message.id, tip) <= 0) return 'late';
		if (previous === null) return 'unproven';
		// Nothing stands between it and a message that is at most the proven one (which may have been deleted since).
		if (tip !== null && compareIds(previous, tip) <= 0) return 'contiguous';
		if (tellsTime(message) && timeOfMessage(previous) < stored.time) return 'contiguous';
		return this.#sent.get(`${chatId}/${previous}`, now) === undefined ? 'gap' : 'unproven';
	}

	#tip(chatId: string, stored: Position, now: number): string | null {
		const known = this.#tips.get(chatId, now) ?? null;
		if (stored.id === '0') return known;
		return known === null || compareIds(stored.id, known) > 0 ? stored.id : known;
	}
}

/** Two clients measured the time in the upper bits of ids; a server that counts otherwise is not believed to do so. */
function tellsTime({ id, time }: Judged): boolean {
	return Math.abs(timeOfMessage(id) - time) < ID_TIME_MS;
}
