import { mapConcurrently } from '../../../runtime';
import { unreadChats, unreadMessages } from '../unread';
import {
	CEILING_HINT,
	CHATS_AT_ONCE,
	command,
	composed,
	LONG_TIMEOUT_MS,
	nothing,
	requestContext,
} from './shared';

/** `{ chats, messages }`: Avito has no counter, so unread chats are listed and their messages counted. */
export const chatUnreadCount = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: nothing,
	async run(account, _input, context) {
		const request = requestContext(context);
		const { chats, ceiling } = await unreadChats(account, request);
		let done = 0;
		const counts = await mapConcurrently(chats, CHATS_AT_ONCE, async ({ value }) => {
			const messages = await unreadMessages(account, value.id, request);
			context.progress(++done, 'chats counted', chats.length);
			return messages.length;
		});
		return {
			items: [
				{ chats: chats.length, messages: counts.reduce((sum, count) => sum + count, 0), composed: true },
			],
			hints: [
				composed('unread chats were listed and their messages counted'),
				...(ceiling ? [CEILING_HINT] : []),
			],
		};
	},
});
