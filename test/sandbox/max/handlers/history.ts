import type { Call, HandlerTable } from '../core/call';
import { push, pushToChat } from '../core/fanout';
import type { Outgoing } from '../codec/wire';
import { badPayload } from '../refusal';
import { chatFor, chatList, lastEventTime, memberOf, partnerOf, visible } from '../state/chats';
import { findMessage, markRead } from '../state/messages';
import type { Chat, Message, User } from '../state/model';
import { pageEnd } from '../state/sync';
import { viewChat, viewMessage } from '../state/views';

/** CHAT_HISTORY: around a time, oldest first, the boundary message always included. */
function history(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const id = body.int('chatId');
	const from = body.number('from');
	const backward = body.maybeNumber('backward') ?? 0;
	const forward = body.maybeNumber('forward') ?? 0;
	const backwardTime = body.maybeNumber('backwardTime') ?? 0;
	const forwardTime = body.maybeNumber('forwardTime') ?? 0;
	const getMessages = body.maybeBoolean('getMessages') ?? true;
	const itemType = body.maybeString('itemType') ?? 'REGULAR';
	if (backward < 0 || forward < 0 || backward > 500 || forward > 500)
		throw badPayload("'backward' out of range");
	// choice: the history of a dialog that was never opened is empty, not an error.
	if (!world.chats.has(id.toString()) && id !== 0n && partnerOf(world, me, id) !== undefined)
		return { messages: [] };
	const chat = chatFor(world, me, id, id === 0n);
	const source = itemType === 'DELAYED' ? chat.delayed.filter((one) => one.author === me.id) : chat.messages;
	const shown = source.filter((one) => visible(chat, me.id, one));
	const before = shown.filter(
		(one) => one.time <= from && (backwardTime === 0 || one.time >= from - backwardTime),
	);
	const inclusive = backward === 0 && world.policy.forwardInclusive;
	const after = shown.filter(
		(one) =>
			(inclusive ? one.time >= from : one.time > from) &&
			(forwardTime === 0 || one.time <= from + forwardTime),
	);
	const most = world.policy.historyMax;
	const page = [
		...before.slice(Math.max(0, before.length - Math.min(backward, most))),
		...after.slice(0, Math.min(forward, most)),
	];
	conn.known.add(chat.key);
	return {
		messages: getMessages ? page.map((one) => viewHistory(call, chat, one)) : undefined,
		chat: body.maybeBoolean('getChat') === true ? viewChat(conn, me, chat) : undefined,
	};
}

function viewHistory({ world, me, conn }: Call, chat: Chat, message: Message): Outgoing {
	return viewMessage(conn, me, chat, message, { reactions: world.policy.reactionsInHistory });
}

const mediaKinds: Readonly<Record<string, string>> = {
	PHOTO: 'PHOTO',
	VIDEO: 'VIDEO',
	AUDIO: 'AUDIO',
	FILE: 'FILE',
	SHARE: 'SHARE',
};

/** CHAT_MEDIA: messages with attachments of some types, around a message. */
function media(call: Call): Outgoing {
	const { world, me, body } = call;
	const chat = chatFor(world, me, body.int('chatId'));
	const types = body.strings('attachTypes').map((type) => mediaKinds[type] ?? type);
	const anchor = body.maybeMessageId('messageId');
	const forward = body.maybeNumber('forward') ?? 0;
	const backward = body.maybeNumber('backward') ?? 0;
	const all = chat.messages.filter(
		(one) => visible(chat, me.id, one) && one.attaches.some((attach) => types.includes(attach.kind)),
	);
	const before = all.filter((one) => anchor === undefined || one.id < anchor);
	const after = anchor === undefined ? [] : all.filter((one) => one.id >= anchor);
	const page = [
		...before.slice(Math.max(0, before.length - backward)),
		...after.slice(0, Math.max(forward, anchor === undefined ? 0 : 1)),
	];
	return { messages: page.map((one) => viewHistory(call, chat, one)), total: all.length };
}

/** CHAT_MARK: everything up to a time becomes read, or the chat is flagged unread. */
function mark(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	// One client sends `setAsUnread` or nothing instead of the type.
	const unread = body.maybeBoolean('setAsUnread') ?? false;
	const type = body.maybeString('type') ?? (unread ? 'SET_AS_UNREAD' : 'READ_MESSAGE');
	const chat = chatFor(world, me, body.int('chatId'));
	const member = memberOf(chat, me);
	const messageId = body.maybeMessageId('messageId');
	const time =
		body.maybeNumber('mark') ?? (messageId === undefined ? undefined : findMessage(chat, me, messageId).time);
	if (type === 'SET_AS_UNREAD') {
		member.markedUnread = true;
		readPush(world, chat, me, true, conn);
	} else if (type === 'READ_MESSAGE') {
		if (time === undefined) throw badPayload("Missing field 'mark'");
		if (markRead(world, chat, me.id, time)) readPush(world, chat, me, false, conn);
	} else if (type !== 'READ_REACTION' && type !== 'READ_MENTION') throw badPayload(`Unknown type '${type}'`);
	return { unread: member.unread, mark: member.readMark };
}

/** Push 130: to the others (unless the reader hides read marks) and to the reader's other sessions. */
export function readPush(
	world: Call['world'],
	chat: Chat,
	reader: User,
	setAsUnread: boolean,
	except?: Call['conn'],
): void {
	const mark = chat.members.get(reader.id)?.readMark ?? 0;
	pushToChat(
		world,
		chat,
		push.mark,
		(_conn, user) => {
			const own = user.id === reader.id;
			if (own && !world.policy.ownReadPush) return undefined;
			if (!own && (setAsUnread || reader.settings['SHOW_READ_MARK'] === false)) return undefined;
			return { chatId: chat.id, userId: reader.id, mark, setAsUnread };
		},
		except,
	);
}

/** CHATS_LIST: chats older than a time, newest first; marker 0 at the end. */
function list({ world, me, body, conn }: Call): Outgoing {
	const marker = body.maybeNumber('marker') ?? world.serverTime() + 1;
	const count = Math.min(50, Math.max(1, body.maybeNumber('count') ?? 50));
	const older = chatList(world, me).filter((chat) => lastEventTime(chat, me.id) < marker);
	const page = older.slice(0, pageEnd(world, me, older, count));
	const last = page.at(-1);
	for (const chat of page) conn.known.add(chat.key);
	return {
		chats: page.map((chat) => viewChat(conn, me, chat)),
		marker: last !== undefined && page.length < older.length ? lastEventTime(last, me.id) : 0,
	};
}

/** CHAT_INFO: chats by id; unknown ones are left out. */
function info({ world, me, body, conn }: Call): Outgoing {
	const chats = body.ints('chatIds').flatMap((id) => {
		const chat = world.chats.get(id === 0n ? `saved:${me.id}` : id.toString());
		return chat !== undefined && (chat.members.has(me.id) || chat.access === 'PUBLIC') ? [chat] : [];
	});
	for (const chat of chats) conn.known.add(chat.key);
	return { chats: chats.map((chat) => viewChat(conn, me, chat)) };
}

/** CHAT_SUBSCRIBE: typing comes only for chats that are open. */
function subscribe({ world, me, body, conn }: Call): Outgoing {
	const chat = chatFor(world, me, body.int('chatId'), true);
	// One client leaves the flag out when it opens a chat.
	if (body.maybeBoolean('subscribe') ?? true) conn.subscribed.add(chat.key);
	else conn.subscribed.delete(chat.key);
	return null;
}

export const historyHandlers: HandlerTable = {
	48: info,
	49: history,
	50: mark,
	51: media,
	53: list,
	75: subscribe,
};
