import { z } from '#lib/zod';
import { BLOCK_REASONS, blockUser, markChatRead } from '../api/chats';
import { command, numericId, opaqueId, requestContext } from './shared';

/** The whole chat; Avito counts it among reading (scope messenger:read). */
export const chatMarkRead = command({
	permission: 'read',
	effect: 'change',
	input: z.strictObject({ chatId: opaqueId }),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId }, context) {
		await markChatRead(account, chatId, requestContext(context));
		return { items: [{ marked_read: true, external_chat_id: chatId }] };
	},
});

/** Avito lists and removes no entries: only a person can unblock, in Avito's own pages. */
export const chatBlockUser = command({
	permission: 'account',
	effect: 'change',
	input: z.strictObject({
		userId: numericId,
		itemId: numericId.optional(),
		reason: z.enum(Object.keys(BLOCK_REASONS) as (keyof typeof BLOCK_REASONS)[]).default('other'),
	}),
	async run(account, input, context) {
		await blockUser(account, input, requestContext(context));
		return {
			items: [{ blocked: true, external_user_id: input.userId }],
			hints: ['Avito offers no way to unblock by API: use its own pages.'],
		};
	},
});
