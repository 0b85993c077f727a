import { z } from '#lib/zod';
import { ACTIVITIES, type Activity } from '../events/activity';
import { inputChannel } from '../peers/peer';
import { showAction } from './sending';
import { chatRef, command, isChannel, LONG_TIMEOUT_MS, messageId, messageIds, peerOf } from './shared';

/** Shows in a chat that this account is typing, recording, sending …; once, or for so long. */
export const messageSendTyping = command({
	permission: 'send',
	effect: 'change',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		chatId: chatRef,
		activity: z.enum(Object.keys(ACTIVITIES) as Activity[]).default('text'),
		/** 0 = once, which the others see for some six seconds */
		seconds: z.number().min(0).max(600).default(0),
		topicId: messageId.optional(),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, activity, seconds, topicId }, context) {
		const { peer, input } = await peerOf(account, chatId, context);
		await showAction(account, input, { action: ACTIVITIES[activity], seconds, topicId, once: true }, context);
		return { items: [{ shown: activity !== 'cancel', external_chat_id: peer.id, activity }] };
	},
});

/** Voices and video notes as listened to; the sender sees it. */
export const messageMarkPlayed = command({
	permission: 'read',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, messageIds }),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, messageIds: id }, { signal }) {
		const { peer } = await peerOf(account, chatId, { signal });
		await account.connection.call(
			isChannel(peer)
				? { _: 'channels.readMessageContents', channel: inputChannel(peer), id }
				: { _: 'messages.readMessageContents', id },
			{ signal },
		);
		return { items: [{ marked_played: true, external_chat_id: peer.id }] };
	},
});
