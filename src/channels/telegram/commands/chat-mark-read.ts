import { z } from '#lib/zod';
import type { TelegramAccount } from '../account';
import { inputChannel, type Peer } from '../peers/peer';
import { untilDone } from './message-change';
import { chatRef, command, isChannel, messageId, peerOf } from './shared';

/** beyond every message */
const LAST = 2_147_483_647;

/** The whole chat, or up to a message; in a forum also one topic. Mentions and reactions have marks of their own. */
export const chatMarkRead = command({
	permission: 'read',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		upTo: messageId.optional(),
		topicId: messageId.optional(),
		/** also forget that somebody mentioned this account there */
		mentions: z.boolean().default(false),
		/** also forget that somebody reacted to its messages there */
		reactions: z.boolean().default(false),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, upTo, topicId, mentions, reactions }, { signal }) {
		const { peer, input } = await peerOf(account, chatId, { signal });
		if (topicId === undefined) await markRead(account, peer, upTo ?? 0, signal);
		else {
			const place = { peer: input, msg_id: topicId, read_max_id: upTo ?? LAST };
			await account.connection.call({ _: 'messages.readDiscussion', ...place }, { signal });
		}
		const where = { peer: input, ...(topicId === undefined ? {} : { top_msg_id: topicId }) };
		if (mentions) await untilDone(account, { _: 'messages.readMentions', ...where }, signal);
		if (reactions) await untilDone(account, { _: 'messages.readReactions', ...where }, signal);
		return { items: [{ marked_read: true, external_chat_id: peer.id }] };
	},
});

/** The mark on a chat that says "unread" though all is read. */
export const chatMarkUnread = command({
	permission: 'read',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, unread: z.boolean().default(true) }),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, unread }, context) {
		const { peer, input } = await peerOf(account, chatId, context);
		await account.connection.call(
			{
				_: 'messages.markDialogUnread',
				...(unread ? { unread } : {}),
				peer: { _: 'inputDialogPeer', peer: input },
			},
			{ signal: context.signal },
		);
		return { items: [{ marked_unread: unread, external_chat_id: peer.id }] };
	},
});

/** @param upTo 0 = everything */
export async function markRead(
	account: TelegramAccount,
	peer: Peer,
	upTo: number,
	signal: AbortSignal,
): Promise<void> {
	await account.connection.call(
		isChannel(peer)
			? { _: 'channels.readHistory', channel: inputChannel(peer), max_id: upTo }
			: { _: 'messages.readHistory', peer: account.resolver.inputOf(peer.id), max_id: upTo },
		{ signal },
	);
}
