import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';
import { PAGE } from '../api/caller';
import { eventFromMessage, isPlaceholderMessage } from '../events/from-list';
import { walkMessages } from '../walk';
import { command, detail, limit, LONG_TIMEOUT_MS, opaqueId, requestContext } from './shared';
import { messageItem } from './shapes';

/** Messages of a chat, newest first as Avito gives them; without a limit all that it shows (1,100). Marks nothing read. */
export const messageGetMany = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ chatId: opaqueId, limit, ...detail }),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const request = requestContext(context);
		const { chatId } = input;
		const chat = await account.enrichment.chat(chatId, request);
		const items: JsonObject[] = [];
		for await (const page of walkMessages(account, chatId, request, Math.min(PAGE, input.limit ?? PAGE))) {
			for (const message of page.members) {
				if (isPlaceholderMessage(message.value)) continue;
				items.push(messageItem(await eventFromMessage(account, chatId, message, chat), input));
				if (items.length === input.limit) return { items };
			}
			if (page.ceiling)
				return { items, hints: ['Avito shows at most 1,100 messages of a chat, and there are more.'] };
		}
		return { items };
	},
});
