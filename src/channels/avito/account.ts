import type { AccountId, DriverServices, EventAccount, JsonObject } from '../../contract';
import type { Caller } from './api/caller';
import type { KeyedQueue } from '../../runtime';
import type { Enrichment } from './enrich';
import type { LastMessages } from './last-messages';
import type { AvitoSettings } from './settings';

/** An open Avito account: what every command runs on. */
export interface AvitoAccount extends Caller {
	accountId: AccountId;
	account: EventAccount;
	settings: AvitoSettings;
	services: DriverServices;
	enrichment: Enrichment;
	lastMessages: LastMessages;
	/** sends to one chat go out in the order they were asked for */
	sends: KeyedQueue;
}

/** May lists show this chat? The pool refuses commands that name another; lists leave it out. */
export function isAllowedChat(account: AvitoAccount, chatId: string): boolean {
	const { allowedChats } = account.settings;
	return allowedChats.length === 0 || allowedChats.includes(chatId);
}

/** `JsonObject` of a value that is JSON by construction but typed more narrowly. */
export function asJson(value: object): JsonObject {
	return value as JsonObject;
}
