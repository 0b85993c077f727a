import { z } from '#lib/zod';
import type { AvitoAccount } from '../account';
import type { RequestContext } from '../api/caller';
import { readChatFacts } from '../events/chat-facts';
import { textOf } from '../events/normalise';
import type { AvitoChat } from '../schemas/chat';
import { CONVERSATIONS, walkMessages } from '../walk';
import { collectChats } from './chat-get-many';
import { command, composed, detail, limit, LONG_TIMEOUT_MS, numericId, requestContext, text } from './shared';

/** Chats about certain ads: Avito's own filter. */
export const chatSearchByItem = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ itemIds: z.array(numericId).min(1, 'is empty'), limit, ...detail }),
	run: (account, input, context) =>
		collectChats(
			account,
			{ chatTypes: CONVERSATIONS, itemIds: input.itemIds },
			{ limit: input.limit, detail: input, context: requestContext(context) },
		),
});

/** Chats by words in client name, ad title and last message, on request in all messages (one request per chat and page). */
export const chatSearchByText = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ query: text, limit, inMessages: z.boolean().default(false), ...detail }),
	async run(account, input, context) {
		const request = requestContext(context);
		const needle = input.query.trim().toLowerCase();
		let looked = 0;
		const result = await collectChats(
			account,
			{ chatTypes: CONVERSATIONS },
			{
				limit: input.limit,
				detail: input,
				context: request,
				async accepts(chat) {
					context.progress(++looked, 'chats searched');
					if (wordsOf(account, chat).some((words) => words.toLowerCase().includes(needle))) return true;
					return input.inMessages && hasMessage(account, chat.id, needle, request);
				},
			},
		);
		const how = input.inMessages
			? 'chats were listed and their messages searched'
			: 'chats were listed and filtered';
		return { ...result, hints: [composed(how), ...(result.hints ?? [])] };
	},
});

function wordsOf(account: AvitoAccount, chat: AvitoChat): string[] {
	const { client, ad } = readChatFacts(chat, account.userId);
	const last = chat.last_message == null ? '' : textOf(chat.last_message.content);
	return [client?.name ?? '', ad?.title ?? '', last];
}

async function hasMessage(
	account: AvitoAccount,
	chatId: string,
	needle: string,
	context: RequestContext,
): Promise<boolean> {
	for await (const page of walkMessages(account, chatId, context)) {
		if (page.members.some(({ value }) => textOf(value.content).toLowerCase().includes(needle))) return true;
	}
	return false;
}
