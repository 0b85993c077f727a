import type { KeyedQueue } from '../../runtime';
import type { AccountId, DriverServices, EventAccount, Json, JsonObject } from '../../contract';
import type { Directory } from './directory';
import type { ChatListFacts } from './engine/changed-chats';
import type { FileTransfers } from './http/files';
import type { ReadyWaits } from './media/ready-waits';
import type { Session } from './session/session';
import type { MaxSettings } from './settings';

/** An open MAX account: what every command runs on. */
export interface MaxAccount {
	accountId: AccountId;
	/** decimal; '' while nobody is logged in */
	userId: string;
	/** digits of the own number, to be masked wherever it appears; null when the service does not tell */
	ownPhone: string | null;
	account: EventAccount;
	settings: MaxSettings;
	services: DriverServices;
	session: Session;
	directory: Directory;
	chatList: ChatListFacts;
	/** sends to one chat go out in the order they were asked for */
	sends: KeyedQueue;
	/** uploads that wait for push 136 */
	ready: ReadyWaits;
	/** voices that wait for push 293, by `chat/message` */
	transcriptions: ReadyWaits;
	/** up- and downloads over HTTP */
	files: FileTransfers;
	/** a message this connection sent: the service pushes it to other sessions only */
	sent(chatId: string, message: JsonObject): void;
	/** ms since 1970 by the service's clock */
	serverNow(): number;
}

/** May lists and events show this chat? The pool refuses commands that name another. */
export function isAllowedChat(account: MaxAccount, chatId: string): boolean {
	const { allowedChats } = account.settings;
	return allowedChats.length === 0 || allowedChats.includes(chatId);
}

/** `JsonObject` of a value that is JSON by construction but typed more narrowly. */
export function asJson(value: object): JsonObject {
	return value as Record<string, Json>;
}
