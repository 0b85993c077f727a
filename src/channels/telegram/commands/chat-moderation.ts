import { z } from '#lib/zod';
import type { CommandContext, JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { inputChannel, type Peer } from '../peers/peer';
import { int, type TlObject } from '../tl';
import {
	bareId,
	basicGroup,
	channelOf,
	FOREVER,
	groupOf,
	inOneChat,
	inputUserOf,
	personById,
	userRefs,
	usersOf,
} from './chat-people';
import {
	ADMIN_RIGHTS,
	adminRights,
	bannedRights,
	bannedWholly,
	MEMBER_RIGHTS,
	UNBANNED,
} from './chat-rights';
import { chatRef, command, isChannel, time } from './shared';

/** Out of the chat, but not banned: they may come back. */
export const chatRemoveMembers = command({
	...inOneChat,
	permission: 'delete',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, userIds: userRefs, deleteMessages: z.boolean().default(false) }),
	async run(account, { chatId, userIds, deleteMessages }, context) {
		const peer = await groupOf(account, chatId, context);
		return eachMember(account, peer, userIds, context, 'removed', async (person) => {
			if (!isChannel(peer)) {
				await account.connection.call(
					{
						_: 'messages.deleteChatUser',
						chat_id: bareId(peer),
						user_id: inputUserOf(account, person),
						...(deleteMessages ? { revoke_history: true } : {}),
					},
					{ signal: context.signal },
				);
				return;
			}
			// Telegram knows no "remove": it is a ban that is lifted at once.
			await setRights(account, peer, person, bannedWholly(0), context);
			await setRights(account, peer, person, UNBANNED, context);
			if (deleteMessages) await deleteMessagesOf(account, peer, person, context);
		});
	},
});

/** Out of a supergroup or channel, and not let in again, for ever or until a time. */
export const chatBanMembers = command({
	...inOneChat,
	permission: 'delete',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		userIds: userRefs,
		until: time.optional(),
		deleteMessages: z.boolean().default(false),
	}),
	async run(account, { chatId, userIds, until, deleteMessages }, context) {
		const peer = await channelOf(account, chatId, context);
		return eachMember(account, peer, userIds, context, 'banned', async (person) => {
			await setRights(account, peer, person, bannedWholly(until ?? 0), context);
			if (deleteMessages) await deleteMessagesOf(account, peer, person, context);
		});
	},
});

/** Lifts a ban or a restriction. Nobody is added by it. */
export const chatUnbanMembers = command({
	...inOneChat,
	permission: 'delete',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, userIds: userRefs }),
	async run(account, { chatId, userIds }, context) {
		const peer = await channelOf(account, chatId, context);
		return eachMember(account, peer, userIds, context, 'unbanned', (person) =>
			setRights(account, peer, person, UNBANNED, context),
		);
	},
});

/** Leaves members of a supergroup only what is listed, for ever or until a time. */
export const chatRestrictMembers = command({
	...inOneChat,
	permission: 'delete',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		userIds: userRefs,
		permissions: z.array(z.enum(MEMBER_RIGHTS)),
		until: time.optional(),
	}),
	async run(account, { chatId, userIds, permissions, until }, context) {
		const peer = await channelOf(account, chatId, context);
		const rights = bannedRights(permissions, until === undefined || until >= FOREVER ? 0 : until);
		return eachMember(account, peer, userIds, context, 'restricted', (person) =>
			setRights(account, peer, person, rights, context),
		);
	},
});

/** Makes members administrators, or changes what administrators may do. In a basic group every one may everything. */
export const chatPromote = command({
	...inOneChat,
	permission: 'account',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		userIds: userRefs,
		permissions: z.array(z.enum(ADMIN_RIGHTS)).min(1, 'is empty'),
		/** shown beside the name; up to 16 characters */
		title: z.string().trim().max(16).default(''),
	}),
	async run(account, { chatId, userIds, permissions, title }, context) {
		const peer = await groupOf(account, chatId, context);
		return eachMember(account, peer, userIds, context, 'promoted', (person) =>
			setAdmin(account, peer, person, { rights: adminRights(permissions), title }, context),
		);
	},
});

export const chatDemote = command({
	...inOneChat,
	permission: 'account',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, userIds: userRefs }),
	async run(account, { chatId, userIds }, context) {
		const peer = await groupOf(account, chatId, context);
		return eachMember(account, peer, userIds, context, 'demoted', (person) =>
			setAdmin(account, peer, person, null, context),
		);
	},
});

async function eachMember(
	account: TelegramAccount,
	peer: Peer,
	userIds: readonly string[],
	context: CommandContext,
	done: string,
	run: (person: Peer) => Promise<void>,
): Promise<{ items: JsonObject[] }> {
	const people = await usersOf(account, userIds, context);
	for (const person of people) await run(person);
	return {
		items: people.map((person) => ({
			...personById(account, person.id),
			external_chat_id: peer.id,
			[done]: true,
		})),
	};
}

async function setRights(
	account: TelegramAccount,
	peer: Peer,
	person: Peer,
	banned_rights: TlObject,
	{ signal }: CommandContext,
): Promise<void> {
	await account.connection.call(
		{
			_: 'channels.editBanned',
			channel: inputChannel(peer),
			participant: account.resolver.inputOf(person.id),
			banned_rights,
		},
		{ signal },
	);
}

async function setAdmin(
	account: TelegramAccount,
	peer: Peer,
	person: Peer,
	as: { rights: TlObject; title: string } | null,
	{ signal }: CommandContext,
): Promise<void> {
	const user_id = inputUserOf(account, person);
	if (!isChannel(peer)) {
		if (as !== null && as.title !== '') throw basicGroup();
		await account.connection.call(
			{ _: 'messages.editChatAdmin', chat_id: bareId(peer), user_id, is_admin: as !== null },
			{ signal },
		);
		return;
	}
	await account.connection.call(
		{
			_: 'channels.editAdmin',
			channel: inputChannel(peer),
			user_id,
			admin_rights: as?.rights ?? adminRights([]),
			rank: as?.title ?? '',
		},
		{ signal },
	);
}

/** All their messages, for everybody; the server does it in portions and says when it is done. */
async function deleteMessagesOf(
	account: TelegramAccount,
	peer: Peer,
	person: Peer,
	{ signal }: CommandContext,
): Promise<void> {
	for (;;) {
		const affected = await account.connection.object(
			{
				_: 'channels.deleteParticipantHistory',
				channel: inputChannel(peer),
				participant: account.resolver.inputOf(person.id),
			},
			{ signal },
		);
		if ((int(affected, 'offset') ?? 0) <= 0) return;
	}
}
