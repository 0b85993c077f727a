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
		const read = await mapConcurrently(chats, CHATS_AT_ONCE, async ({ value: chat }): Promise<ChatItems> => {
			if (found >= (input.limit ?? Infinity)) return { chatId: chat.id, items: [] };
			const facts = account.enrichment.learn(chat);
			const messages = (await unreadMessages(account, chat.id, request)).reverse();
			found += messages.length;
			context.progress(++done, 'chats read', chats.length);
			const events = await Promise.all(
				messages.map((message) => eventFromMessage(account, chat.id, message, facts)),
			);
			return { chatId: chat.id, items: events.map((event) => messageItem(event, input)) };
		});
		const { items, whole } = upTo(input.limit ?? Infinity, read);
		const unmarked = input.markRead
			? await mapConcurrently(whole, CHATS_AT_ONCE, (chatId) =>
					markChatRead(account, chatId, request).then(() => null, reasonOf),
				)
			: [];
		return {
			items,
			hints: [
				...unmarked.filter((reason) => reason !== null).slice(0, 1),
				composed('unread chats were listed and their messages read'),
				...(ceiling ? [CEILING_HINT] : []),
			],
		};
	},
});

/** The messages are here, and those of other chats marked read: a failure now would take them from the workflow. */
function reasonOf(error: unknown): string {
	return `The messages are returned, but not every chat could be marked read: ${(error as Error).message}`;
}

interface ChatItems {
	chatId: string;
	items: JsonObject[];
}

/** A chat whose messages are not all returned must not be marked read, whichever chat was read first. */
function upTo(limit: number, chats: readonly ChatItems[]): { items: JsonObject[]; whole: string[] } {
	const items: JsonObject[] = [];
	const whole: string[] = [];
	for (const chat of chats) {
		const kept = chat.items.slice(0, limit - items.length);
		items.push(...kept);
		if (kept.length > 0 && kept.length === chat.items.length) whole.push(chat.chatId);
	}
	return { items, whole };
}
