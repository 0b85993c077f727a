import type { Call, HandlerTable } from '../core/call';
import { pushMessage } from '../core/fanout';
import type { Outgoing } from '../codec/wire';
import type { Fields } from '../fields';
import { badPayload, Refusal } from '../refusal';
import {
	blockGate,
	chatFor,
	chatKey,
	createChat,
	demand,
	hasRight,
	isAdmin,
	memberOf,
	openDialog,
	partnerOf,
	rights,
} from '../state/chats';
import { appendMessage, scheduleMessage } from '../state/messages';
import type { Chat, Message } from '../state/model';
import { viewChat, viewMessage } from '../state/views';
import { readAttaches, readDelayed, readElements, readLink, readText } from './outgoing';

/** MSG_SEND. Idempotent by `(account, cid)`: a repeat returns the first message. */
function send(call: Call): Outgoing {
	const { world, me, body } = call;
	const message = body.object('message');
	const cid = message.int('cid');
	body.maybeBoolean('notify');
	message.maybeBoolean('detectShare');
	const cidKey = `${me.id}:${cid}`;
	const first = world.sentByCid.get(cidKey);
	if (first !== undefined) return sendReply(call, world.chats.get(first.chatKey) as Chat, first, false);
	if (isNewChat(message)) return createGroup(call, message, cid, cidKey);
	const { chat, opened } = target(call);
	demandPosting(call, chat);
	const text = readText(call, message);
	const draft = {
		text,
		elements: readElements(message, text),
		attaches: readAttaches(call, message, 'attaches'),
		link: readLink(call, message, chat.key),
		cid,
	};
	if (text === '' && draft.attaches.length === 0 && draft.link === undefined)
		throw badPayload('Message is empty');
	if (draft.attaches.length > 0 && call.conn.faulty && world.faults.attachmentNotReady > 0) {
		world.faults.attachmentNotReady -= 1;
		throw new Refusal('attachment.not.ready', { message: 'errors.process.attachment.file.not.processed' });
	}
	const delayed = readDelayed(message);
	if (delayed !== undefined) {
		const waiting = scheduleMessage(world, chat, me, { ...draft, delayed });
		world.sentByCid.set(cidKey, waiting);
		return sendReply(call, chat, waiting, false);
	}
	const sent = appendMessage(world, chat, me, draft);
	world.sentByCid.set(cidKey, sent);
	pushMessage(world, chat, sent, call.conn);
	return sendReply(call, chat, sent, opened);
}

function isNewChat(message: Fields): boolean {
	if (!message.has('attaches')) return false;
	const first = message.objects('attaches')[0];
	return first?.maybeString('_type') === 'CONTROL' && first.maybeString('event') === 'new';
}

/** The chat of a send: by id, or a dialog by user id. A first message to a stranger may be restricted. */
function target(call: Call): { readonly chat: Chat; readonly opened: boolean } {
	const { world, me, body } = call;
	const userId = body.maybeInt('userId');
	if (userId === undefined) body.require('chatId');
	const id = userId === undefined ? body.int('chatId') : userId ^ me.id;
	const existing = world.chats.get(chatKey(me, id));
	const partner = partnerOf(world, me, id);
	const fresh = existing === undefined || (existing.type === 'DIALOG' && existing.messages.length === 0);
	if (fresh && partner !== undefined && partner.id !== me.id && me.restricted) {
		throw new Refusal('error.user.restricted.send', { title: 'Действие ограничено' });
	}
	if (userId !== undefined && partner === undefined) throw new Refusal('not.found');
	const chat =
		existing === undefined && partner !== undefined ? openDialog(world, me, partner) : chatFor(world, me, id);
	return { chat, opened: fresh };
}

function demandPosting({ world, me }: Call, chat: Chat): void {
	memberOf(chat, me);
	if (chat.type === 'CHANNEL')
		demand(isAdmin(chat, me.id) && (hasRight(chat, me.id, rights.post) || chat.owner === me.id));
	if (chat.type === 'DIALOG') blockGate(world, chat, me);
}

function sendReply({ conn, me }: Call, chat: Chat, message: Message, withChat: boolean): Outgoing {
	const member = chat.members.get(me.id);
	conn.known.add(chat.key);
	return {
		chatId: chat.id,
		unread: member?.unread ?? 0,
		mark: member?.readMark,
		chat: withChat ? viewChat(conn, me, chat) : undefined,
		message: viewMessage(conn, me, chat, message),
	};
}

/** A CONTROL `new` instead of a chat id makes a group or a channel. */
function createGroup(call: Call, message: Fields, cid: bigint, cidKey: string): Outgoing {
	const { world, me, conn } = call;
	const control = message.objects('attaches')[0] as Fields;
	const type = control.string('chatType');
	if (type !== 'CHAT' && type !== 'CHANNEL') throw badPayload(`Unknown chatType '${type}'`);
	const title = control.maybeString('title') ?? '';
	if (title.length > 200) throw badPayload('Title is too long');
	const userIds = control.has('userIds') ? control.ints('userIds') : [];
	const users = userIds.map((id) => world.users.get(id)).filter((user) => user !== undefined);
	if (users.length !== userIds.length) throw new Refusal('not.found');
	if (users.some((user) => user.settings['CHATS_INVITE'] === 'NOBODY'))
		throw new Refusal('participants.filter.out');
	const chat = createChat(world, me, type, title, users);
	chat.cid = cid;
	const first = appendMessage(world, chat, me, {
		attaches: [{ kind: 'CONTROL', event: 'new', fields: { chatType: type, title, userIds } }],
		cid,
	});
	world.sentByCid.set(cidKey, first);
	pushMessage(world, chat, first, conn);
	return sendReply(call, chat, first, true);
}

export const sendHandlers: HandlerTable = { 64: send };
