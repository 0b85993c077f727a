import type { Call, HandlerTable } from '../core/call';
import { push, pushToChat, pushToUser } from '../core/fanout';
import { MessageId } from '../codec/wire';
import type { Outgoing } from '../codec/wire';
import { Refusal } from '../refusal';
import { chatFor, chatKey, demand, hasRight, rights, visible } from '../state/chats';
import { armDelayed, editMessage, findMessage, removeMessages } from '../state/messages';
import type { Chat, Message, User } from '../state/model';
import { viewMessage } from '../state/views';
import { readAttaches, readDelayed, readElements, readText } from './outgoing';

/** MSG_EDIT: own messages, for seven days; the member is `attachments` here. */
function edit(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const chat = chatFor(world, me, body.int('chatId'));
	const id = body.messageId('messageId');
	const waiting = chat.delayed.find((one) => one.id === id && one.author === me.id);
	const message = waiting ?? findMessage(chat, me, id);
	demand(message.author === me.id || (chat.type === 'CHANNEL' && hasRight(chat, me.id, rights.edit)));
	if (waiting === undefined && world.now() - message.time > world.policy.editWindowMs) {
		// choice: the key of an edit that comes too late is not published.
		throw new Refusal('error.message.invalid', { message: 'Too late to edit' });
	}
	const text = readText(call, body);
	const { editWithoutAttachments } = world.policy;
	if (editWithoutAttachments === 'refuse') body.require('attachments');
	const changes = {
		text,
		elements: readElements(body, text),
		...(body.has('attachments') || editWithoutAttachments === 'remove'
			? { attaches: readAttaches(call, body, 'attachments') }
			: {}),
	};
	if (waiting !== undefined) {
		Object.assign(waiting, changes);
		waiting.delayed = readDelayed(body) ?? waiting.delayed;
		armDelayed(world, chat, me, waiting);
	} else editMessage(world, chat, message, changes, conn);
	return { chatId: chat.id, message: viewMessage(conn, me, chat, message, { status: 'EDITED' }) };
}

/** MSG_DELETE: for oneself or for everybody; `itemType: DELAYED` removes scheduled ones. */
function remove(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const chat = chatFor(world, me, body.int('chatId'));
	const ids = body.messageIds('messageIds');
	const forMe = body.maybeBoolean('forMe') ?? false;
	if (body.maybeString('itemType') === 'DELAYED') {
		chat.delayed = chat.delayed.filter((one) => one.author !== me.id || !ids.includes(one.id));
		return { chatId: chat.id, messageIds: ids.map((id) => new MessageId(id)) };
	}
	const messages = ids
		.map((id) => chat.byId.get(id))
		.filter((one) => one !== undefined && visible(chat, me.id, one));
	const known = messages as Message[];
	if (known.length === 0) throw new Refusal('not.found');
	if (forMe) {
		for (const message of known) message.hiddenFor.add(me.id);
		toOwnSessions(call, chat, known);
	} else {
		const allowed = (message: Message): boolean =>
			message.author === me.id || (chat.type !== 'DIALOG' && hasRight(chat, me.id, rights.deleteOthers));
		demand(known.every(allowed));
		removeMessages(world, chat, known, conn);
	}
	return { chatId: chat.id, messageIds: known.map((message) => new MessageId(message.id)) };
}

/** What one deletes for oneself disappears on one's other devices too. */
function toOwnSessions({ world, me, conn }: Call, chat: Chat, messages: readonly Message[]): void {
	const ids = messages.map((message) => new MessageId(message.id));
	pushToUser(world, me, push.deleted, () => ({ chatId: chat.id, messageIds: ids, ttl: false }), conn);
}

/** MSG_DELETE_RANGE: everything between two times, for everybody. */
function removeRange(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const chat = chatFor(world, me, body.int('chatId'));
	const [from, to] = [body.number('startTime'), body.number('endTime')];
	const own = chat.messages.filter((one) => one.time >= from && one.time <= to);
	demand(own.every((one) => one.author === me.id || hasRight(chat, me.id, rights.deleteOthers)));
	const gone = new Set(own);
	chat.messages = chat.messages.filter((one) => !gone.has(one));
	for (const message of own) chat.byId.delete(message.id);
	chat.modified = world.now();
	pushToChat(world, chat, push.deleteRange, () => ({ chatId: chat.id, startTime: from, endTime: to }), conn);
	return {};
}

/** MSG_DELETE_USER: everything one member wrote, for everybody. */
function removeOfUser({ world, me, body, conn }: Call): Outgoing {
	const chat = chatFor(world, me, body.int('chatId'));
	const userId = body.int('userId');
	demand(chat.type !== 'DIALOG' && hasRight(chat, me.id, rights.deleteOthers));
	const own = chat.messages.filter((one) => one.author === userId);
	if (own.length > 0) removeMessages(world, chat, own, conn);
	return {};
}

/** MSG_TYPING: goes to connections that have the chat open; always answered OK. */
function typing(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const id = body.int('chatId');
	const type = body.maybeString('type') ?? 'TEXT';
	const chat = world.chats.get(chatKey(me, id));
	if (chat !== undefined && chat.members.has(me.id)) typingPush(world, chat, me, type, conn);
	return null;
}

export function typingPush(
	world: Call['world'],
	chat: Chat,
	user: User,
	type: string,
	except?: Call['conn'],
): void {
	pushToChat(
		world,
		chat,
		push.typing,
		(other, member) =>
			member.id !== user.id && other.subscribed.has(chat.key)
				? { chatId: chat.id, userId: user.id, type }
				: undefined,
		except,
	);
}

/** MSG_GET: messages by id; unknown ones are left out. */
function get({ world, me, body, conn }: Call): Outgoing {
	const chat = chatFor(world, me, body.int('chatId'));
	const found = body.messageIds('messageIds').map((id) => chat.byId.get(id));
	const shown = found.filter((one): one is Message => one !== undefined && visible(chat, me.id, one));
	return {
		messages: shown.map((message) =>
			viewMessage(conn, me, chat, message, { reactions: world.policy.reactionsInHistory }),
		),
	};
}

function stats({ world, me, body }: Call): Outgoing {
	const chat = chatFor(world, me, body.int('chatId'));
	const found = body.someMessageIds().map((id) => findMessage(chat, me, id));
	return { stats: Object.fromEntries(found.map((one) => [one.id.toString(), { views: one.views }])) };
}

/** MSG_SHARE_PREVIEW: the link attachment a text would get. */
function sharePreview({ body }: Call): Outgoing {
	const url = /https?:\/\/\S+/.exec(body.string('text'))?.[0];
	if (url === undefined) return { attaches: [] };
	return { attaches: [{ _type: 'SHARE', url, title: new URL(url).hostname, description: '' }] };
}

/**
 * MSG_SEND_CALLBACK: presses a button; both published forms are taken. The bot's answer is push 143; the reply has what
 * a public client insists on.
 */
function pressButton(call: Call): Outgoing {
	const { world, me, body } = call;
	if (!body.has('callbackId')) body.require('chatId', 'messageId');
	const callbackId = body.maybeString('callbackId');
	world.log.presses.push({ user: me.id, callbackId, payload: body.maybeString('payload') });
	const chat = body.has('chatId') ? chatFor(world, me, body.int('chatId')) : chatOfButton(call, callbackId);
	const member = chat?.members.get(me.id);
	return { success: true, unread: member?.unread ?? 0, mark: member?.readMark ?? 0 };
}

function chatOfButton({ world, me }: Call, callbackId: string | undefined): Chat | undefined {
	return [...world.chats.values()].find(
		(chat) =>
			chat.members.has(me.id) &&
			chat.messages.some(({ attaches }) =>
				attaches.some((one) => one.kind === 'INLINE_KEYBOARD' && one.callbackId === callbackId),
			),
	);
}

/** TRANSCRIBE_MEDIA: the text comes as push 293. */
function transcribe(call: Call): Outgoing {
	const { world, me, body } = call;
	const chat = chatFor(world, me, body.int('chatId'));
	const message = findMessage(chat, me, body.messageId('messageId'));
	const audio = message.attaches.find((one) => one.kind === 'AUDIO');
	if (audio === undefined) throw new Refusal('not.found');
	const text = message.transcription ?? 'transcribed by the sandbox';
	world.after(world.policy.processingMs, () => {
		pushToUser(world, me, push.transcription, () => ({
			chatId: chat.id,
			messageId: new MessageId(message.id),
			mediaId: audio.kind === 'AUDIO' ? audio.mediaId : undefined,
			transcriptionStatus: 'SUCCESS',
			transcription: text,
		}));
	});
	return {};
}

/** The acknowledgement of a push, sent as a request by one older client. */
function acknowledgeRequest({ session, body }: Call): Outgoing {
	const messageId = body.messageId('messageId');
	session.unacknowledged = session.unacknowledged.filter((one) => one.messageId !== messageId);
	return null;
}

export const messageHandlers: HandlerTable = {
	65: typing,
	66: remove,
	67: edit,
	70: sharePreview,
	71: get,
	74: stats,
	92: removeRange,
	94: removeOfUser,
	118: pressButton,
	128: acknowledgeRequest,
	202: transcribe,
};
