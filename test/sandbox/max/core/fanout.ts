import { MessageId } from '../codec/wire';
import type { Outgoing } from '../codec/wire';
import type { Chat, Message, User } from '../state/model';
import { visible } from '../state/chats';
import { viewChat, viewMessage } from '../state/views';
import type { MessageViewOptions } from '../state/views';
import type { Connection } from './connection';
import type { World } from './world';

/** Server push numbers. */
export const push = {
	ping: 1,
	reconnect: 3,
	logout: 20,
	message: 128,
	typing: 129,
	mark: 130,
	contact: 131,
	presence: 132,
	config: 134,
	chat: 135,
	attach: 136,
	callStart: 137,
	deleteRange: 140,
	deleted: 142,
	callback: 143,
	delayed: 154,
	reactions: 155,
	youReacted: 156,
	profile: 159,
	folders: 277,
	transcription: 293,
} as const;

/** Pushes to every logged-in connection of a user but one. `build` may leave a connection out with undefined. */
export function pushToUser(
	world: World,
	user: User,
	opcode: number,
	build: (conn: Connection) => Outgoing | undefined,
	except?: Connection,
): void {
	for (const conn of world.connectionsOf(user.id)) {
		if (conn === except) continue;
		const payload = build(conn);
		if (payload !== undefined) conn.push(opcode, payload);
	}
}

/** Pushes to every connection of every member but one. */
export function pushToChat(
	world: World,
	chat: Chat,
	opcode: number,
	build: (conn: Connection, user: User) => Outgoing | undefined,
	except?: Connection,
): void {
	for (const userId of chat.members.keys()) {
		const user = world.users.get(userId);
		if (user !== undefined) pushToUser(world, user, opcode, (conn) => build(conn, user), except);
	}
}

/** The payload of push 128 for one connection. */
export function messagePush(
	conn: Connection,
	user: User,
	chat: Chat,
	message: Message,
	options: MessageViewOptions = {},
): Outgoing {
	const member = chat.members.get(user.id);
	const fresh = !conn.known.has(chat.key);
	conn.known.add(chat.key);
	return {
		chatId: chat.id,
		unread: member?.unread,
		mark: member?.readMark,
		ttl: false,
		prevMessageId: message.previous === undefined ? undefined : new MessageId(message.previous),
		message: viewMessage(conn, user, chat, message, options),
		chat: fresh ? viewChat(conn, user, chat) : undefined,
	};
}

/** Push 128 to all members' connections but the one it came from: new, edited or removed. */
export function pushMessage(
	world: World,
	chat: Chat,
	message: Message,
	except?: Connection,
	options: MessageViewOptions = {},
): void {
	pushToChat(
		world,
		chat,
		push.message,
		(conn, user) => {
			if (!visible(chat, user.id, message)) return undefined;
			deliver(conn, user, chat, message, options);
			return undefined;
		},
		except,
	);
}

function deliver(
	conn: Connection,
	user: User,
	chat: Chat,
	message: Message,
	options: MessageViewOptions,
): void {
	const seq = conn.push(push.message, messagePush(conn, user, chat, message, options));
	const { session, world } = conn;
	if (!world.policy.redeliverUnacknowledged || session === undefined) return;
	session.unacknowledged.push({ seq, chatKey: chat.key, messageId: message.id });
	if (session.unacknowledged.length > 1000) session.unacknowledged.shift();
}

/** Sends again, with their old seq, what a session's earlier connection did not acknowledge. */
export function redeliver(conn: Connection, user: User): void {
	for (const { seq, chatKey, messageId } of conn.session?.unacknowledged ?? []) {
		const chat = conn.world.chats.get(chatKey);
		const message = chat?.byId.get(messageId);
		if (chat !== undefined && message !== undefined) {
			conn.push(push.message, messagePush(conn, user, chat, message), seq);
		}
	}
}

/** Push 135 with the chat as each receiver sees it. */
export function pushChatChanged(world: World, chat: Chat, except?: Connection): void {
	pushToChat(
		world,
		chat,
		push.chat,
		(conn, user) => {
			conn.known.add(chat.key);
			return { chat: viewChat(conn, user, chat) };
		},
		except,
	);
}
