import type { AccountId, Json, JsonObject, SessionKey } from './channel';
import type { ConsumerPosition, ConsumerRecord, IntentRecord, JournalEntry, WaitRecord } from './store';

/** All of one account as one store leaves it to another, but for its entries and ids, which may be many. */
export interface MovedAccount {
	account: AccountId;
	lastSeq: number;
	state: JsonObject | null;
	sessions: SessionKey[];
	/** newest provider time per chat, ms */
	chats: { chatId: string; newestAt: number }[];
	consumers: (ConsumerRecord & { position: ConsumerPosition })[];
	/** what limits took away unread and has not been told yet */
	gaps: { consumer: string; from: number; to: number; count: number }[];
	intents: IntentRecord[];
	waits: WaitRecord[];
}

/** A store nobody uses any more, opened once to be moved into another. Times are ms since 1970. */
export interface MoveSource {
	/** for people: the file's path */
	name: string;
	accounts(): AccountId[];
	account(account: AccountId): MovedAccount;
	/** with seq > after, ascending */
	entries(account: AccountId, after: number, limit: number): JournalEntry[];
	/** event ids known, greater than `after`, ascending */
	seen(account: AccountId, after: string, limit: number): { eventId: string; recordedAt: number }[];
	/** of all owners */
	values(): { owner: string; name: string; value: Json; expiresAt: number | null }[];
	/** sealed, of all owners */
	secrets(): { owner: string; name: string; sealed: string }[];
	/** `moved`: it is not opened for moving again until it has been used anew */
	close(moved: boolean): void;
}
