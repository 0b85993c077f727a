import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { inputChannel } from '../peers/peer';
import { int, type TlObject } from '../tl';
import { chatRef, command, isChannel, messageId, messageIds, peerOf } from './shared';

/** For everybody (default) or for this account only; of those that are yet to be sent with `scheduled`. */
export const messageDelete = command({
	permission: 'delete',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		messageIds,
		forEveryone: z.boolean().default(true),
		scheduled: z.boolean().default(false),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, messageIds: id, forEveryone, scheduled }, context) {
		const { peer, input } = await peerOf(account, chatId, context);
		await account.connection.call(
			scheduled
				? { _: 'messages.deleteScheduledMessages', peer: input, id }
				: isChannel(peer)
					? { _: 'channels.deleteMessages', channel: inputChannel(peer), id }
					: { _: 'messages.deleteMessages', id, ...(forEveryone ? { revoke: true } : {}) },
			{ signal: context.signal },
		);
		return { items: [{ deleted: true }] };
	},
});

/** Sends now what is scheduled for later. */
export const messageSendScheduled = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, messageIds }),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, messageIds: id }, context) {
		const { peer, input } = await peerOf(account, chatId, context);
		await account.connection.call(
			{ _: 'messages.sendScheduledMessages', peer: input, id },
			{ signal: context.signal },
		);
		return { items: id.map((one) => ({ sent: true, chat_id: peer.id, scheduled_id: String(one) })) };
	},
});

/** For everybody, or in a private chat for this account only. */
export const messagePin = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		messageId,
		pinned: z.boolean().default(true),
		silent: z.boolean().default(true),
		onlyForMe: z.boolean().default(false),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const { peer, input: inputPeer } = await peerOf(account, input.chatId, context);
		await account.connection.call(
			{
				_: 'messages.updatePinnedMessage',
				peer: inputPeer,
				id: input.messageId,
				...(input.silent ? { silent: true } : {}),
				...(input.pinned ? {} : { unpin: true }),
				...(input.onlyForMe ? { pm_oneside: true } : {}),
			},
			{ signal: context.signal },
		);
		return { items: [{ pinned: input.pinned, chat_id: peer.id, message_id: String(input.messageId) }] };
	},
});

/** Takes all pinned messages of a chat, or of one topic, from its top. */
export const messageUnpinAll = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, topicId: messageId.optional() }),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, topicId }, context) {
		const { peer, input } = await peerOf(account, chatId, context);
		await untilDone(
			account,
			{
				_: 'messages.unpinAllMessages',
				peer: input,
				...(topicId === undefined ? {} : { top_msg_id: topicId }),
			},
			context.signal,
		);
		return { items: [{ pinned: false, chat_id: peer.id } satisfies JsonObject] };
	},
});

/** What Telegram does a part at a time: its answer tells how much is left (core.telegram.org/constructor/messages.affectedHistory). */
export async function untilDone(
	account: TelegramAccount,
	request: TlObject,
	signal: AbortSignal,
): Promise<void> {
	for (;;) {
		const affected = await account.connection.object(request, { signal });
		if ((int(affected, 'offset') ?? 0) <= 0) return;
	}
}
