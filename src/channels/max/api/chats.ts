import type { Json, JsonObject } from '../../../contract';
import { wireId, type OutgoingMap } from '../codec';
import { unexpectedAnswer } from '../errors';
import { number, object, objects } from '../json';
import { OP } from '../opcodes';
import type { RequestOptions } from '../session/port';
import { ask, type Caller } from './caller';

/** CHAT_INFO (48): chats by id; unknown ones are left out. */
export async function getChats(
	caller: Caller,
	chatIds: readonly string[],
	options: RequestOptions,
): Promise<JsonObject[]> {
	return objects((await ask(caller, OP.chatInfo, { chatIds: chatIds.map(wireId) }, options))['chats']);
}

/** CHAT_UPDATE (55): one kind of change per call. The title's member is `theme`. */
export async function updateChat(
	caller: Caller,
	chatId: string,
	change: OutgoingMap,
	options: RequestOptions,
): Promise<JsonObject> {
	return (
		object((await ask(caller, OP.chatUpdate, { chatId: wireId(chatId), ...change }, options))['chat']) ?? {}
	);
}

/** MSG_SEND (64) with a CONTROL attachment and no chat id: makes a group or a channel. */
export async function createChat(
	caller: Caller,
	chat: { cid: string; type: 'CHAT' | 'CHANNEL'; title: string; userIds: readonly string[] },
	options: RequestOptions,
): Promise<JsonObject> {
	const control = {
		_type: 'CONTROL',
		event: 'new',
		chatType: chat.type,
		title: chat.title,
		userIds: chat.userIds.map(wireId),
	};
	const reply = await ask(
		caller,
		OP.msgSend,
		{ notify: true, message: { cid: wireId(chat.cid), attaches: [control] } },
		options,
	);
	const made = object(reply['chat']);
	if (made === null) throw unexpectedAnswer('a new chat is not told');
	return made;
}

/** CHAT_DELETE (52), CHAT_CLEAR (54): `lastEventTime` (ms) from the chat. Of a group `forAll` removed only the caller (measured). */
export async function deleteChat(
	caller: Caller,
	opcode: typeof OP.chatDelete | typeof OP.chatClear,
	chatId: string,
	lastEventTime: number,
	forAll: boolean,
	options: RequestOptions,
): Promise<void> {
	await caller.request(opcode, { chatId: wireId(chatId), lastEventTime, forAll }, options);
}

/** CHAT_LEAVE (58) */
export async function leaveChat(caller: Caller, chatId: string, options: RequestOptions): Promise<void> {
	await caller.request(OP.chatLeave, { chatId: wireId(chatId) }, options);
}

/** CHAT_JOIN (57): a group by `join/<hash>`, a channel by its full address. With moderation on it only asks. */
export async function joinChat(
	caller: Caller,
	link: string,
	options: RequestOptions,
): Promise<JsonObject | null> {
	const hash = /(join\/[^/?#]+)/.exec(link)?.[1];
	return object((await ask(caller, OP.chatJoin, { link: hash ?? link }, options))['chat']);
}

/** LINK_INFO (89): what a link leads to. */
export async function resolveLink(
	caller: Caller,
	link: string,
	options: RequestOptions,
): Promise<{ chat: JsonObject | null; user: JsonObject | null }> {
	const reply = await ask(caller, OP.linkInfo, { link }, options);
	return { chat: object(reply['chat']), user: object(reply['user']) ?? object(reply['contact']) };
}

export type MemberList = 'MEMBER' | 'ADMIN' | 'JOIN_REQUEST';
/** CHAT_MEMBERS (59): one page; `marker` 0 = from the beginning, null in the answer = the end. */
export async function getMembers(
	caller: Caller,
	query: { chatId: string; type: MemberList; marker: number; count: number; query?: string },
	options: RequestOptions,
): Promise<{ members: JsonObject[]; marker: number | null }> {
	const { chatId, ...rest } = query;
	const reply = await ask(caller, OP.chatMembers, { chatId: wireId(chatId), ...rest }, options);
	const marker = number(reply['marker']);
	return { members: objects(reply['members']), marker: marker === 0 ? null : marker };
}

/** CHAT_MEMBERS_UPDATE (77) */
export async function updateMembers(
	caller: Caller,
	chatId: string,
	userIds: readonly string[],
	change: OutgoingMap,
	options: RequestOptions,
): Promise<Json> {
	return (
		(
			await ask(
				caller,
				OP.chatMembersUpdate,
				{ chatId: wireId(chatId), userIds: userIds.map(wireId), ...change },
				options,
			)
		)['chat'] ?? null
	);
}

/** CONFIG (22): -1 for ever, 0 off, or ms until. */
export async function muteChat(
	caller: Caller,
	chatId: string,
	dontDisturbUntil: number,
	options: RequestOptions,
): Promise<void> {
	await caller.request(OP.config, { settings: { chats: { [chatId]: { dontDisturbUntil } } } }, options);
}

/** PUBLIC_SEARCH (60): public groups, channels and bots. */
export async function searchPublic(
	caller: Caller,
	query: string,
	count: number,
	options: RequestOptions,
): Promise<JsonObject[]> {
	return objects((await ask(caller, OP.publicSearch, { query, count }, options))['result']);
}

/** CHAT_SUBSCRIBE (75): typing is pushed only for chats that are open; a tab repeats it every minute. */
export async function setChatOpen(
	caller: Caller,
	chatId: string,
	isOpen: boolean,
	options: RequestOptions,
): Promise<void> {
	await caller.request(OP.chatSubscribe, { chatId: wireId(chatId), subscribe: isOpen }, options);
}
