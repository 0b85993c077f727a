import type { Connection } from '../core/connection';
import { push, pushChatChanged, pushMessage, pushToChat } from '../core/fanout';
import type { World } from '../core/world';
import { MessageId } from '../codec/wire';
import { Refusal } from '../refusal';
import { lastVisible, recount, visible } from './chats';
import type { Attach, Chat, Element, Link, Message, User } from './model';
import { viewChat } from './views';

export interface Draft {
	readonly text?: string;
	readonly elements?: Element[];
	readonly attaches?: Attach[];
	readonly link?: Link | undefined;
	readonly cid?: bigint | undefined;
	readonly delayed?: Message['delayed'];
	/** Provider time for injected history; default now. */
	readonly time?: number | undefined;
}

function build(world: World, chat: Chat, author: User, draft: Draft): Message {
	const past = draft.time !== undefined && draft.time < world.now();
	const id = past
		? world.pastMessageId(draft.time ?? 0, (one) => chat.byId.has(one))
		: world.nextMessageId(chat.messages.at(-1)?.time);
	return {
		id,
		time: Number(id >> 16n),
		chatKey: chat.key,
		author: author.id,
		type: chat.type === 'CHANNEL' ? 'CHANNEL' : 'USER',
		cid: draft.cid,
		text: draft.text ?? '',
		elements: draft.elements ?? [],
		attaches: draft.attaches ?? [],
		link: draft.link,
		edited: undefined,
		reactions: new Map(),
		hiddenFor: new Set(),
		views: 1,
		previous: chat.messages.at(-1)?.id,
		delayed: draft.delayed,
		transcription: undefined,
	};
}

/** Stores a message and moves the members' unread counts and the author's read mark. Pushes nothing. */
export function appendMessage(world: World, chat: Chat, author: User, draft: Draft): Message {
	const message = build(world, chat, author, draft);
	insert(chat, message);
	chat.byId.set(message.id, message);
	chat.modified = Math.max(chat.modified, message.time);
	for (const member of chat.members.values()) {
		member.hidden = false;
		if (member.userId === author.id) {
			member.readMark = Math.max(member.readMark, message.time);
			member.unread = 0;
		} else if (message.time > member.readMark && visible(chat, member.userId, message)) member.unread += 1;
	}
	return message;
}

function insert(chat: Chat, message: Message): void {
	let at = chat.messages.length;
	while (at > 0 && (chat.messages[at - 1]?.id ?? 0n) > message.id) at -= 1;
	chat.messages.splice(at, 0, message);
}

/** Keeps a message for later and lets it fire on the clock. */
export function scheduleMessage(world: World, chat: Chat, author: User, draft: Draft): Message {
	const message = build(world, chat, author, draft);
	chat.delayed.push(message);
	armDelayed(world, chat, author, message);
	return message;
}

/** Arms (again) the firing of a scheduled message; a moved message ignores its older alarm. */
export function armDelayed(world: World, chat: Chat, author: User, message: Message): void {
	const at = message.delayed?.timeToFire ?? 0;
	world.after(Math.max(0, at - world.now()), () => {
		if (message.delayed?.timeToFire !== at || !chat.delayed.includes(message)) return;
		chat.delayed = chat.delayed.filter((one) => one !== message);
		const { text, elements, attaches, link, cid } = message;
		const fired = appendMessage(world, chat, author, { text, elements, attaches, link, cid });
		pushMessage(world, chat, fired);
		for (const conn of world.connectionsOf(author.id)) {
			// choice: the payload of 154 is not published; this names the message that fired and its new id.
			conn.push(push.delayed, {
				chatId: chat.id,
				messageId: new MessageId(message.id),
				firedMessageId: new MessageId(fired.id),
				event: 'FIRED',
			});
		}
	});
}

/** A message the viewer can see, or `not.found`. */
export function findMessage(chat: Chat, viewer: User, id: bigint): Message {
	const message = chat.byId.get(id);
	if (message === undefined || !visible(chat, viewer.id, message)) throw new Refusal('not.found');
	return message;
}

export function editMessage(
	world: World,
	chat: Chat,
	message: Message,
	changes: Pick<Draft, 'text' | 'elements' | 'attaches'>,
	except?: Connection,
): void {
	if (changes.text !== undefined) message.text = changes.text;
	if (changes.elements !== undefined) message.elements = changes.elements;
	if (changes.attaches !== undefined) message.attaches = changes.attaches;
	message.edited = world.now();
	chat.modified = world.now();
	pushMessage(world, chat, message, except, { status: 'EDITED' });
}

/** Removes messages for everybody and tells the members in the form their device understands. */
export function removeMessages(
	world: World,
	chat: Chat,
	messages: readonly Message[],
	except?: Connection,
): void {
	const gone = new Set(messages.map((message) => message.id));
	chat.messages = chat.messages.filter((message) => !gone.has(message.id));
	for (const id of gone) chat.byId.delete(id);
	if (chat.pinned !== undefined && gone.has(chat.pinned)) chat.pinned = undefined;
	chat.modified = world.now();
	for (const member of chat.members.values()) recount(chat, member);
	const { deletePush } = world.policy;
	const ids = messages.map((message) => new MessageId(message.id));
	pushToChat(
		world,
		chat,
		push.deleted,
		(conn, user) => {
			if (deletePush === '142' || (deletePush === 'by-device' && conn.mobile)) {
				return conn.mobile
					? { chatId: chat.id, chat: viewChat(conn, user, chat), messageIds: ids, ttl: false }
					: { chatId: chat.id, messageIds: ids, ttl: false };
			}
			return undefined;
		},
		except,
	);
	for (const message of messages) {
		for (const userId of chat.members.keys()) {
			for (const conn of world.connectionsOf(userId)) {
				if (conn === except || deletePush === '142' || (deletePush === 'by-device' && conn.mobile)) continue;
				conn.push(push.message, {
					chatId: chat.id,
					unread: chat.members.get(userId)?.unread,
					mark: chat.members.get(userId)?.readMark,
					ttl: false,
					// choice: a removed message travels without its text; only id, time and sender are left.
					message: {
						id: new MessageId(message.id),
						time: message.time,
						type: message.type,
						status: 'REMOVED',
						sender: message.type === 'CHANNEL' ? undefined : message.author,
						text: '',
						attaches: [],
					},
				});
			}
		}
	}
}

/** Stores and pushes a CONTROL message of `actor`, then pushes the changed chat (135). */
export function announce(
	world: World,
	chat: Chat,
	actor: User,
	event: string,
	fields: Extract<Attach, { kind: 'CONTROL' }>['fields'],
	except?: Connection,
): Message {
	const message = appendMessage(world, chat, actor, { attaches: [{ kind: 'CONTROL', event, fields }] });
	pushMessage(world, chat, message, except);
	pushChatChanged(world, chat, except);
	return message;
}

/** Moves a read mark; true when anything changed. */
export function markRead(world: World, chat: Chat, userId: bigint, mark: number): boolean {
	const member = chat.members.get(userId);
	if (member === undefined) return false;
	const moved = mark > member.readMark || member.markedUnread;
	member.readMark = Math.max(member.readMark, Math.min(mark, world.serverTime()));
	member.markedUnread = false;
	recount(chat, member);
	return moved;
}

/** The newest message time a viewer sees, 0 in an empty chat. */
export function newestTime(chat: Chat, viewerId: bigint): number {
	return lastVisible(chat, viewerId)?.time ?? 0;
}
