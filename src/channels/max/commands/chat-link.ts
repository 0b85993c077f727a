import { z } from '#lib/zod';
import { ChannelError, type JsonObject } from '../../../contract';
import { joinChat, resolveLink, updateChat } from '../api/chats';
import { peerNotFound } from '../errors';
import { linkField } from '../input-fields';
import { text } from '../json';
import { chatOf, inChat, oneChat } from './one-chat';
import { command, requestOptions } from './shared';
import { chatItem, contactItem } from './shapes';

/** A moderated group takes a request first: then `joined` is false. */
export const chatJoin = command({
	permission: 'send',
	effect: 'change',
	firstContacts: () => 1,
	input: z.strictObject({ link: linkField }),
	async run(account, { link }, context) {
		const raw = await joinChat(account.session, link, requestOptions(context));
		const item = raw === null ? null : chatItem(account, raw, false);
		return item === null
			? {
					items: [{ joined: false, requested: true, link }],
					hints: ['The group decides who joins: the request was sent.'],
				}
			: { items: [{ ...item, joined: item['status'] === 'ACTIVE', requested: false }] };
	},
});

/** What a link leads to: a group, a channel or a person. */
export const chatResolveLink = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({ link: linkField }),
	async run(account, { link }, context) {
		const { chat, user } = await resolveLink(account.session, link, requestOptions(context));
		if (chat !== null) return { items: [{ kind: 'chat', ...chatItem(account, chat, false) }] };
		if (user !== null) return { items: [{ kind: 'user', ...contactItem(account, user, false) }] };
		throw peerNotFound('what this link leads to');
	},
});

/** The link others join by, as the chat shows it. @throws ChannelError `permission_denied`: it shows none */
export const chatGetInviteLink = command({
	...inChat,
	permission: 'read',
	effect: 'read',
	input: oneChat,
	run: async (account, { chatId }, context) => ({
		items: [linkItem(chatId, await chatOf(account, chatId, context.signal))],
	}),
});

/** The old link stops working. */
export const chatRenewInviteLink = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: oneChat,
	async run(account, { chatId }, context) {
		const raw = await updateChat(
			account.session,
			chatId,
			{ revokePrivateLink: true },
			requestOptions(context),
		);
		return {
			items: [
				linkItem(chatId, text(raw['link']) === null ? await chatOf(account, chatId, context.signal) : raw),
			],
		};
	},
});

function linkItem(chatId: string, raw: JsonObject): JsonObject {
	const link = text(raw['link']);
	if (link === null)
		throw new ChannelError('permission_denied', 'The chat shows no invite link', {
			channel: 'max',
			hint: 'Only groups and channels have one, and not all members see it.',
		});
	return { external_chat_id: chatId, link };
}
