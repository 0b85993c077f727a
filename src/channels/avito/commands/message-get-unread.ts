import { mapConcurrently } from '../../../runtime';
import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';
import { markChatRead } from '../api/chats';
import { eventFromMessage } from '../events/from-list';
import { unreadChats, unreadMessages } from '../unread';
import {
	CEILING_HINT,
	CHATS_AT_ONCE,
	command,
	composed,
	detail,
	limit,
	LONG_TIMEOUT_MS,
	requestContext,
} from './shared';
import { messageItem } from './shapes';

/** All unread messages, chat by chat (last changed first), oldest first within each; several chats at once within the budget. */
export const messageGetUnread = command({
	permission: 'read',
	effect: 'change',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ limit, markRead: z.boolean().default(false), ...detail }),
	async run(account, input, context) {
		const request = requestContext(context);
		const { chats, ceiling } = await unreadChats(account, request);
		let done = 0;
		let found = 0;
		const perChat = await mapConcurrently(
			chats,
			CHATS_AT_ONCE,
			async ({ value: chat }): Promise<JsonObject[]> => {
				// Enough is enough, and a chat whose messages are not returned must not be marked read.
				if (found >= (input.limit ?? Infinity)) return [];
				const facts = account.enrichment.learn(chat);
				const messages = (await unreadMessages(account, chat.id, request)).reverse();
				const rest = Math.max(0, (input.limit ?? Infinity) - found);
				found += messages.length;
				if (input.markRead && messages.length > 0 && messages.length <= rest)
					await markChatRead(account, chat.id, request);
				context.progress(++done, 'chats read', chats.length);
				const events = await Promise.all(
					messages.map((message) => eventFromMessage(account, chat.id, message, facts)),
				);
				return events.map((event) => messageItem(event, input));
			},
		);
		return {
			items: perChat.flat().slice(0, input.limit),
			hints: [
				composed('unread chats were listed and their messages read'),
				...(ceiling ? [CEILING_HINT] : []),
			],
		};
	},
});
