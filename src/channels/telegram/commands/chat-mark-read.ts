import { z } from '#lib/zod';
import type { TelegramAccount } from '../account';
import { inputChannel, type Peer } from '../peers/peer-book';
import { chatRef, command, isChannel, messageId, peerOf } from './shared';

/** The whole chat, or up to a message. */
export const chatMarkRead = command({
	permission: 'read',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, upTo: messageId.optional() }),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, upTo }, context) {
		const { peer } = await peerOf(account, chatId, context);
		await markRead(account, peer, upTo ?? 0, context.signal);
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
