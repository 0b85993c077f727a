import { z } from '#lib/zod';
import type { CallResult } from '../../../contract';
import { isAllowedChat, type AvitoAccount } from '../account';
import { PAGE, type RequestContext } from '../api/caller';
import { CHAT_TYPES, type ChatQuery } from '../api/chats';
import type { AvitoChat } from '../schemas/chat';
import { CONVERSATIONS, walkChats } from '../walk';
import { tellMissingSubscription } from '../subscription';
import {
	CEILING_HINT,
	command,
	detail,
	limit,
	LONG_TIMEOUT_MS,
	numericId,
	requestContext,
	type Detail,
} from './shared';
import { chatItem } from './shapes';

/** Chats, last changed first; without a limit all that Avito shows (1,100). */
export const chatGetMany = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		limit,
		unreadOnly: z.boolean().default(false),
		chatTypes: z
			.array(z.enum(CHAT_TYPES))
			.default([...CONVERSATIONS])
			.transform((types) => (types.length === 0 ? [...CONVERSATIONS] : types)),
		itemIds: z.array(numericId).default([]),
		...detail,
	}),
	run: (account, input, context) =>
		collectChats(account, input, { limit: input.limit, detail: input, context: requestContext(context) }),
});

/** Walks the list and keeps what `accepts`, until the limit is reached; says so when Avito's ceiling hides the rest. */
export async function collectChats(
	account: AvitoAccount,
	query: Omit<ChatQuery, 'limit' | 'offset'>,
	options: {
		limit: number | undefined;
		detail: Detail;
		context: RequestContext;
		accepts?: (chat: AvitoChat) => boolean | Promise<boolean>;
	},
): Promise<CallResult> {
	const items: CallResult['items'] = [];
	// Small pages fit only where every chat counts: few among many are found in full ones.
	const picky = options.accepts !== undefined || account.settings.allowedChats.length > 0;
	const wanted = picky ? PAGE : (options.limit ?? PAGE);
	for await (const page of walkChats(account, query, options.context, Math.min(PAGE, wanted))) {
		tellMissingSubscription(
			account,
			page.members.map(({ value }) => value),
		);
		for (const chat of page.members) {
			if (!isAllowedChat(account, chat.value.id)) continue;
			if (options.accepts !== undefined && !(await options.accepts(chat.value))) continue;
			items.push(chatItem(account, chat, options.detail));
			if (items.length === options.limit) return { items };
		}
		if (page.ceiling) return { items, hints: [CEILING_HINT] };
	}
	return { items };
}
