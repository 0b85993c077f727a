import type { AccountId, DriverServices, EventAccount, JsonObject } from '../../contract';
import type { TelegramConnection } from './client/connection';
import type { MessageChats } from './events/message-chats';
import type { PeerBook } from './peers/peer-book';
import type { PeerResolver } from './peers/resolve';
import type { TelegramSettings } from './settings';
import type { Transcriptions } from './transcriptions';

/** An open Telegram account: what every command runs on. */
export interface TelegramAccount {
	accountId: AccountId;
	/** own user id */
	userId: string;
	/** own number, digits; for masking, never shown */
	phone: string | null;
	account: EventAccount;
	settings: TelegramSettings;
	services: DriverServices;
	connection: TelegramConnection;
	book: PeerBook;
	resolver: PeerResolver;
	messageChats: MessageChats;
	transcriptions: Transcriptions;
}

/** May lists show this chat? The pool refuses commands that name another; lists leave it out. */
export function isAllowedChat({ settings }: TelegramAccount, chatId: string): boolean {
	return settings.allowedChats.length === 0 || settings.allowedChats.includes(chatId);
}

/** `JsonObject` of a value that is JSON by construction but typed more narrowly. */
export function asJson(value: object): JsonObject {
	return value as JsonObject;
}
