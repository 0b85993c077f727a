import type { JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { readPresence, type ChatFacts } from '../facts';
import { id, number, object, text } from '../json';
import { OP } from '../opcodes';
import { otherEventId } from './event-id';
import { plainEvent } from './normalise';
import { ownerOf } from './owner';
import { iso, type PushEvent, type ReadPush } from './push-event';

/** What is told to those who listen now, and kept for nobody: typing, read marks, presence, reactions. */
export const LIVE_READERS: Readonly<Record<number, ReadPush>> = {
	[OP.notifTyping]: (account, body, at) =>
		inChat(account, body, at, 'typing', { activity: activityOf(text(body['type']) ?? 'TEXT') }),
	[OP.notifMark]: (account, body, at) =>
		inChat(account, body, at, 'read', {
			message_id: null,
			up_to: iso(number(body['mark'])),
			marked_unread: body['setAsUnread'] === true,
			own: id(body['userId']) === account.userId,
		}),
	[OP.notifPresence]: presenceChanged,
	[OP.notifReactionsChanged]: readReaction,
	// The own reaction, made on another device.
	[OP.notifYouReacted]: (account, body, at) => readReaction(account, { ...body, userId: account.userId }, at),
};

/** In the words of *Message: Send Activity*. */
function activityOf(type: string): string {
	return type === 'AUDIO' ? 'voice' : type.toLowerCase();
}

function inChat(
	account: MaxAccount,
	body: JsonObject,
	at: number,
	type: 'typing' | 'read' | 'reaction',
	data: JsonObject,
): PushEvent[] | null {
	const chatId = id(body['chatId']);
	if (chatId === null) return null;
	const userId = id(body['userId']) ?? '';
	const chat = account.directory.knownChat(chatId);
	const event = plainEvent(ownerOf(account), {
		type,
		id: otherEventId(account.accountId, `${type}:${chatId}:${String(at)}`, body),
		at,
		chatId,
		userId,
		...(chat === null ? {} : { chatKind: chat.kind, chatTitle: chat.title }),
		name: account.directory.knownContact(userId)?.name ?? '',
		messageId: id(body['messageId']),
		data,
		raw: body,
	});
	return [{ event, live: true }];
}

/** Of one person, as captures have it; one client reads a map of people. */
function presenceChanged(account: MaxAccount, body: JsonObject, at: number): PushEvent[] | null {
	const presence = object(body['presence']);
	if (presence === null) return null;
	const userId = id(body['userId']);
	if (userId !== null) return [presenceOf(account, userId, presence, body, at)];
	const people = Object.entries(presence).flatMap(([person, one]) => {
		const [personId, shown] = [id(person), object(one)];
		return personId === null || shown === null ? [] : [presenceOf(account, personId, shown, body, at)];
	});
	return people.length === 0 ? null : people;
}

function presenceOf(
	account: MaxAccount,
	userId: string,
	presence: JsonObject,
	raw: JsonObject,
	at: number,
): PushEvent {
	const { online, seenMs } = readPresence(presence);
	const event = plainEvent(ownerOf(account), {
		type: 'presence',
		id: otherEventId(account.accountId, `presence:${userId}:${String(at)}`, raw),
		at,
		userId,
		name: account.directory.knownContact(userId)?.name ?? '',
		data: { online, last_seen: iso(seenMs) },
		raw,
	});
	return { event, live: true };
}

/** 155: counters for all (none when the last reaction is taken off); 156: the own one, flat or inside `reactionInfo`. */
function readReaction(account: MaxAccount, body: JsonObject, at: number): PushEvent[] | null {
	const messageId = id(body['messageId']);
	if (messageId === null) return null;
	const info = object(body['reactionInfo']) ?? body;
	return inChat(account, body, at, 'reaction', countersOf(messageId, info));
}

function countersOf(messageId: string, info: JsonObject): JsonObject {
	const yours = info['yourReaction'];
	return {
		message_id: messageId,
		counters: info['counters'] ?? [],
		total: number(info['totalCount']) ?? 0,
		your_reaction: text(yours) ?? text(object(yours)?.['id']),
	};
}

/** 135 names the newest reaction, and may hold the counters of the newest message. A chat seen for the first time may carry one of long ago. */
export function reactionHint(
	account: MaxAccount,
	before: ChatFacts | null,
	{ id: chatId, reacted }: ChatFacts,
	body: JsonObject,
	at: number,
): PushEvent[] {
	const known = before?.reacted;
	if (before === null || reacted === null) return [];
	if (known?.messageId === reacted.messageId && known.reaction === reacted.reaction) return [];
	const { messageId, reaction } = reacted;
	const last = object(object(body['chat'])?.['lastMessage']);
	const info = id(last?.['id']) === messageId ? object(last?.['reactionInfo']) : null;
	const data = { ...countersOf(messageId, info ?? {}), reaction };
	return (inChat(account, { ...body, chatId, messageId }, at, 'reaction', data) ?? []).map((one) => ({
		...one,
		hint: true,
	}));
}
