import { createHash } from 'node:crypto';
import type { AccountId, Json } from '../../../contract';

/** The same message gives the same id by push, by recovery and by *get since*. */
export function messageEventId(account: AccountId, chatId: string, messageId: string): string {
	return `${account}:${chatId}:${messageId}`;
}

/** Every edit is an event of its own: its time, and a hash of what the message says now. */
export function editEventId(
	account: AccountId,
	chatId: string,
	messageId: string,
	editTime: number | null,
	content: Json,
): string {
	return `${messageEventId(account, chatId, messageId)}:edit:${editTime === null ? '' : String(editTime)}:${shortHash(content)}`;
}

export function deletedEventId(account: AccountId, chatId: string, messageId: string): string {
	return `${messageEventId(account, chatId, messageId)}:deleted`;
}

/** Anything that is no message: what it is about, and a hash of what it says. */
export function otherEventId(account: AccountId, what: string, content: Json): string {
	return `${account}:${what}:${shortHash(content)}`;
}

function shortHash(value: Json): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
