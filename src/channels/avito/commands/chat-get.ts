import { z } from '#lib/zod';
import { getChat } from '../api/chats';
import { PAGE } from '../api/caller';
import { listMessages } from '../api/messages';
import { eventFromMessage, isPlaceholderMessage } from '../events/from-list';
import { command, detail, opaqueId, requestContext } from './shared';
import { chatItem, messageItem } from './shapes';

/** One chat, on request with its last messages (newest first) as `messages`. */
export const chatGet = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		chatId: opaqueId,
		lastMessages: z.number().int().min(0).max(PAGE).default(0),
		...detail,
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const request = requestContext(context);
		const chat = await getChat(account, input.chatId, request);
		const facts = account.enrichment.learn(chat.value);
		const item = chatItem(account, chat, input);
		if (input.lastMessages === 0) return { items: [item] };
		const { messages } = await listMessages(account, input.chatId, { limit: input.lastMessages }, request);
		const events = await Promise.all(
			messages
				.filter(({ value }) => !isPlaceholderMessage(value))
				.map((message) => eventFromMessage(account, input.chatId, message, facts)),
		);
		return { items: [{ ...item, messages: events.map((event) => messageItem(event, input)) }] };
	},
});
