/** How control inputs name people, chats and messages: decimal ids, phones for people. */
import { z } from '#lib/zod';
import type { World } from '../core/world';
import { openDialog } from '../state/chats';
import type { Chat, Message, User } from '../state/model';

/** A user id in decimal, or a phone with `+`. */
export const userRef = z.string().min(1);
export const idText = z.string().regex(/^-?\d+$/);
/** Wire id of a chat; `saved:<user id>` for somebody's Saved messages. */
export const chatRef = z.string().min(1);

export function userOf(world: World, ref: string): User {
	const user = ref.startsWith('+') ? world.userByPhone(ref) : world.users.get(BigInt(ref));
	if (user === undefined) throw new Error(`no user ${ref}`);
	return user;
}

export function chatOf(world: World, ref: string): Chat {
	const chat = world.chats.get(ref);
	if (chat === undefined) throw new Error(`no chat ${ref}`);
	return chat;
}

/** The chat a control command means: by id, or the dialog of two users. */
export function chatOrDialog(
	world: World,
	chatId: string | undefined,
	from: User,
	to: string | undefined,
): Chat {
	if (chatId !== undefined) return chatOf(world, chatId);
	if (to === undefined) throw new Error('name chatId or to');
	return openDialog(world, from, userOf(world, to));
}

export function messageOf(chat: Chat, id: string): Message {
	const message = chat.byId.get(BigInt(id));
	if (message === undefined) throw new Error(`no message ${id}`);
	return message;
}
