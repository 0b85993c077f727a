import { z } from '#lib/zod';
import { command } from '../../shared';
import type { World } from '../core/world';
import { dropMember } from '../handlers/chats';
import { createChat, newMember } from '../state/chats';
import { announce } from '../state/messages';
import { chatOf, chatRef, idText, messageOf, userOf, userRef } from './refs';

/** What other people do to groups and channels. */
export function groupCommands(world: World) {
	return {
		createGroup: command({
			about: 'somebody creates a group or a channel with members',
			input: z.object({
				owner: userRef,
				title: z.string(),
				members: z.array(userRef).default([]),
				type: z.enum(['CHAT', 'CHANNEL']).default('CHAT'),
				publicName: z.string().optional(),
				moderated: z.boolean().default(false),
			}),
			run: ({ owner, title, members, type, publicName, moderated }): { chatId: string; link: string } => {
				const creator = userOf(world, owner);
				const users = members.map((ref) => userOf(world, ref));
				const chat = createChat(world, creator, type, title, users);
				if (publicName !== undefined) Object.assign(chat, { publicName, access: 'PUBLIC' });
				chat.moderated = moderated;
				const userIds = users.map((user) => user.id);
				announce(world, chat, creator, 'new', { chatType: type, title, userIds });
				return {
					chatId: chat.key,
					link:
						publicName === undefined
							? `https://max.ru/join/${chat.inviteHash}`
							: `https://max.ru/${publicName}`,
				};
			},
		}),
		changeChat: command({
			about:
				'somebody renames, adds, removes, leaves, joins or pins: a CONTROL message (128) and the chat (135)',
			input: z.object({
				chatId: chatRef,
				by: userRef,
				action: z.enum(['rename', 'add', 'remove', 'leave', 'join', 'pin']),
				title: z.string().optional(),
				users: z.array(userRef).default([]),
				messageId: idText.optional(),
			}),
			run: (input): void => changeChat(world, input),
		}),
	};
}

interface ChatChange {
	readonly chatId: string;
	readonly by: string;
	readonly action: 'rename' | 'add' | 'remove' | 'leave' | 'join' | 'pin';
	readonly title?: string | undefined;
	readonly users: readonly string[];
	readonly messageId?: string | undefined;
}

/** Another person's deed in a group; rights are not asked, the actor is trusted to have them. */
function changeChat(world: World, { chatId, by, action, title, users, messageId }: ChatChange): void {
	const chat = chatOf(world, chatId);
	const actor = userOf(world, by);
	const others = users.map((ref) => userOf(world, ref));
	const userIds = others.map((user) => user.id);
	switch (action) {
		case 'rename':
			chat.title = title ?? '';
			announce(world, chat, actor, 'title', { title: chat.title, userId: actor.id });
			return;
		case 'add':
			for (const id of userIds) chat.members.set(id, newMember(id, world.now(), { invitedBy: actor.id }));
			announce(world, chat, actor, 'add', { userId: actor.id, userIds, showHistory: true });
			return;
		case 'join':
			chat.members.set(actor.id, newMember(actor.id, world.now()));
			announce(world, chat, actor, 'joinByLink', { userId: actor.id });
			return;
		case 'remove':
			for (const user of others) {
				announce(world, chat, actor, 'remove', { userId: user.id });
				dropMember({ world }, chat, user);
			}
			return;
		case 'leave':
			announce(world, chat, actor, 'leave', { userId: actor.id });
			dropMember({ world }, chat, actor);
			return;
		case 'pin':
			chat.pinned = messageOf(chat, messageId ?? '0').id;
			announce(world, chat, actor, 'pin', { userId: actor.id });
	}
}
