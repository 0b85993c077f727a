import type { Json, JsonObject } from '../../../contract';
import { messageId, wireId, type Outgoing, type OutgoingMap } from '../codec';
import { unexpectedAnswer } from '../errors';
import { id, messageIn, number, object, objects } from '../json';
import { OP } from '../opcodes';
import type { RequestOptions } from '../session/port';
import { ask, type Caller } from './caller';

/** What a new message is made of. */
export interface NewMessage {
	text?: string;
	elements?: readonly OutgoingMap[];
	attaches?: readonly OutgoingMap[];
	link?: { type: 'REPLY'; messageId: string } | { type: 'FORWARD'; chatId: string; messageId: string };
	/** ms; the service sends it then */
	timeToFire?: number;
}
/** An existing chat, or the dialog with a person and the id that dialog has. */
export type Target = { chatId: string } | { userId: string; dialogId: string };

/**
 * MSG_SEND (64). `cid` is the idempotency key: the same one gives the same message, even from another connection.
 * The reply carries the message with the service's id and time; the chat's id beside it is not always there.
 * @param phone as the official Android app has it: both flags are always there (decompiled)
 */
export async function sendMessage(
	caller: Caller,
	target: Target,
	message: NewMessage,
	{ cid, silent, phone }: { cid: string; silent: boolean; phone: boolean },
	options: RequestOptions,
): Promise<{ chatId: string; message: JsonObject }> {
	const { link } = message;
	const payload = {
		...('chatId' in target ? { chatId: wireId(target.chatId) } : { userId: wireId(target.userId) }),
		notify: !silent,
		message: {
			cid: wireId(cid),
			...(message.text === undefined ? {} : { text: message.text }),
			...(phone ? { detectShare: false, isLive: false } : {}),
			elements: message.elements ?? [],
			attaches: message.attaches ?? [],
			...(link === undefined
				? {}
				: {
						link: {
							...link,
							messageId: messageId(link.messageId),
							...('chatId' in link ? { chatId: wireId(link.chatId) } : {}),
						},
					}),
			...(message.timeToFire === undefined
				? {}
				: {
						delayedAttributes: { timeToFire: message.timeToFire, notifySender: true, notifyOpponents: true },
					}),
		},
	};
	const reply = await ask(caller, OP.msgSend, payload, options);
	const sent = messageIn(reply);
	if (sent === null) throw unexpectedAnswer('a send tells no message');
	const asked = 'chatId' in target ? target.chatId : target.dialogId;
	return { chatId: id(reply['chatId']) ?? id(object(reply['chat'])?.['id']) ?? asked, message: sent };
}

/** MSG_EDIT (67): own messages within seven days. The member is `attachments` here, `[]` = none; what its absence does is not known. */
export async function editMessage(
	caller: Caller,
	edit: {
		chatId: string;
		messageId: string;
		text: string;
		elements: readonly OutgoingMap[];
		attachments?: readonly OutgoingMap[];
	},
	options: RequestOptions,
): Promise<JsonObject> {
	const reply = await ask(
		caller,
		OP.msgEdit,
		{
			chatId: wireId(edit.chatId),
			messageId: messageId(edit.messageId),
			text: edit.text,
			elements: edit.elements,
			...(edit.attachments === undefined ? {} : { attachments: edit.attachments }),
		},
		options,
	);
	return object(reply['message']) ?? {};
}

/** MSG_DELETE (66): for oneself or for everybody; `scheduled`: messages that are yet to be sent, which then never are. */
export async function deleteMessages(
	caller: Caller,
	chatId: string,
	messageIds: readonly string[],
	how: { forMe: boolean; scheduled: boolean },
	options: RequestOptions,
): Promise<void> {
	const payload = {
		chatId: wireId(chatId),
		messageIds: messageIds.map(messageId),
		forMe: how.forMe,
		...(how.scheduled ? { itemType: 'DELAYED' } : {}),
	};
	await caller.request(OP.msgDelete, payload, options);
}

/** MSG_TYPING (65): shown for a few seconds; always answered OK. */
export async function sendTyping(
	caller: Caller,
	chatId: string,
	type: string,
	options: RequestOptions,
): Promise<void> {
	await caller.request(OP.msgTyping, { chatId: wireId(chatId), type }, options);
}

/** CHAT_MARK (50): everything up to `mark` (ms) becomes read. */
export async function markRead(
	caller: Caller,
	chatId: string,
	upTo: { messageId: string; time: number },
	options: RequestOptions,
): Promise<number> {
	const payload = {
		type: 'READ_MESSAGE',
		chatId: wireId(chatId),
		messageId: messageId(upTo.messageId),
		mark: upTo.time,
	};
	return number((await ask(caller, OP.chatMark, payload, options))['unread']) ?? 0;
}

/**
 * CHAT_MARK (50) with SET_AS_UNREAD: flags the chat. Which members it needs beside the chat is not known: with the last
 * message it has those of READ_MESSAGE, so that a service which insists on them understands it.
 */
export async function markUnread(
	caller: Caller,
	chatId: string,
	last: { messageId: string; time: number } | null,
	options: RequestOptions,
): Promise<void> {
	const payload = {
		type: 'SET_AS_UNREAD',
		chatId: wireId(chatId),
		...(last === null ? {} : { messageId: messageId(last.messageId), mark: last.time }),
	};
	await caller.request(OP.chatMark, payload, options);
}

/** MSG_REACTION (178): one per user and message, a new one replaces the old. */
export async function react(
	caller: Caller,
	chatId: string,
	message: string,
	reaction: string,
	options: RequestOptions,
): Promise<Json> {
	const payload = {
		chatId: wireId(chatId),
		messageId: messageId(message),
		reaction: { reactionType: 'EMOJI', id: reaction },
	};
	return (await ask(caller, OP.msgReaction, payload, options))['reactionInfo'] ?? null;
}

/** MSG_CANCEL_REACTION (179) */
export async function unreact(
	caller: Caller,
	chatId: string,
	message: string,
	options: RequestOptions,
): Promise<Json> {
	return (
		(
			await ask(
				caller,
				OP.msgCancelReaction,
				{ chatId: wireId(chatId), messageId: messageId(message) },
				options,
			)
		)['reactionInfo'] ?? null
	);
}

/** MSG_GET_REACTIONS (180): reaction info by message id. */
export async function getReactions(
	caller: Caller,
	chatId: string,
	messageIds: readonly string[],
	options: RequestOptions,
): Promise<JsonObject> {
	const reply = await ask(
		caller,
		OP.msgGetReactions,
		{ chatId: wireId(chatId), messageIds: messageIds.map(messageId) },
		options,
	);
	return object(reply['messagesReactions']) ?? {};
}

/** One page of a search; the marker's form is not published, so it goes back as it came. */
export interface SearchPage {
	result: JsonObject[];
	marker: Json;
}
/** MSG_SEARCH (73) in a chat, CHAT_SEARCH (68) everywhere. */
export async function searchMessages(
	caller: Caller,
	query: { chatId?: string; query: string; count: number; marker: Json },
	options: RequestOptions,
): Promise<SearchPage> {
	const marker: Outgoing =
		typeof query.marker === 'number' || typeof query.marker === 'string' ? query.marker : undefined;
	const common = { query: query.query, count: query.count, ...(marker === undefined ? {} : { marker }) };
	const reply =
		query.chatId === undefined
			? await ask(caller, OP.chatSearch, common, options)
			: await ask(caller, OP.msgSearch, { chatId: wireId(query.chatId), ...common }, options);
	return { result: objects(reply['result']), marker: reply['marker'] ?? null };
}

/** MSG_GET_DETAILED_REACTIONS (181): who reacted with what, the first `count`. */
export async function getReactors(
	caller: Caller,
	chatId: string,
	about: string,
	count: number,
	options: RequestOptions,
): Promise<JsonObject[]> {
	const reply = await ask(
		caller,
		OP.msgGetDetailedReactions,
		{ chatId: wireId(chatId), messageId: messageId(about), count },
		options,
	);
	return objects(reply['reactions']);
}
