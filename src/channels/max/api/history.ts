import type { Json, JsonObject } from '../../../contract';
import { messageId, wireId } from '../codec';
import { array, number, object, objects } from '../json';
import { OP } from '../opcodes';
import type { RequestOptions } from '../session/port';
import { ask, type Caller } from './caller';

export interface HistoryQuery {
	chatId: string;
	/** ms; inclusive when paging back: the boundary message comes again (measured) */
	from: number;
	/** messages at or before `from` */
	backward?: number;
	/** messages after it; some servers give the boundary again */
	forward?: number;
	/** scheduled messages instead of sent ones */
	delayed?: boolean;
}

/** CHAT_HISTORY (49): messages oldest first, whichever way round they come; deleted ones are absent. Marks nothing read. */
export async function readHistory(
	caller: Caller,
	query: HistoryQuery,
	options: RequestOptions = {},
): Promise<Json[]> {
	const reply = await ask(
		caller,
		OP.chatHistory,
		{
			chatId: wireId(query.chatId),
			from: Math.max(0, Math.floor(query.from)),
			forward: query.forward ?? 0,
			backward: query.backward ?? 0,
			getMessages: true,
			...(query.delayed === true ? { itemType: 'DELAYED' } : {}),
		},
		options,
	);
	return oldestFirst(array(reply['messages']));
}

/** One reimplemented server gives the newest first. */
function oldestFirst(messages: Json[]): Json[] {
	const timeOf = (message: Json | undefined): number => number(object(message ?? null)?.['time']) ?? 0;
	return timeOf(messages[0]) > timeOf(messages.at(-1)) ? messages.toReversed() : messages;
}

/** MSG_GET (71): messages by id; unknown ones are left out. */
export async function getMessages(
	caller: Caller,
	chatId: string,
	messageIds: readonly string[],
	options: RequestOptions = {},
): Promise<Json[]> {
	const reply = await ask(
		caller,
		OP.msgGet,
		{ chatId: wireId(chatId), messageIds: messageIds.map(messageId) },
		options,
	);
	return array(reply['messages']);
}

export interface ChatPage {
	chats: JsonObject[];
	/** ms; null = the list is complete */
	marker: number | null;
}

/** CHATS_LIST (53): chats whose last event is older than `marker` (ms), newest first. */
export async function listChats(
	caller: Caller,
	marker: number,
	count: number,
	options: RequestOptions = {},
): Promise<ChatPage> {
	const reply = await ask(caller, OP.chatsList, { marker: Math.floor(marker), count }, options);
	const next = number(reply['marker']);
	return { chats: objects(reply['chats']), marker: next === null || next <= 0 ? null : next };
}
