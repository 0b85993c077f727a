import { z } from '#lib/zod';
import { ChannelError } from '../../../contract';
import type { MaxAccount } from '../account';
import { getMessages, readHistory } from '../api/history';
import { markRead, markUnread } from '../api/messages';
import { readMessages } from '../events/from-message';
import { chatIdField, idField } from '../input-fields';
import type { RequestOptions } from '../session/port';
import { inChat } from './one-chat';
import { command, requestOptions } from './shared';

/** Everything up to a message; without one, the whole chat. */
export const messageMarkRead = command({
	...inChat,
	permission: 'read',
	effect: 'change',
	input: z.strictObject({ chatId: chatIdField, messageId: idField.optional() }),
	async run(account, { chatId, messageId }, context) {
		const upTo = await readUpTo(account, chatId, messageId, requestOptions(context));
		const unread = await markRead(account.session, chatId, upTo, requestOptions(context));
		return { items: [{ marked_read: true, external_chat_id: chatId, unread_count: unread }] };
	},
});

async function readUpTo(
	account: MaxAccount,
	chatId: string,
	messageId: string | undefined,
	options: RequestOptions,
): Promise<{ messageId: string; time: number }> {
	if (messageId !== undefined) {
		const [message] = await readMessages(
			account,
			chatId,
			await getMessages(account.session, chatId, [messageId], options),
			options.signal,
		);
		if (message === undefined)
			throw new ChannelError('message_not_found', `Message ${messageId} is not in this chat`, {
				channel: 'max',
				field: 'messageId',
			});
		return { messageId, time: message.time };
	}
	const last = await lastMessage(account, chatId, options);
	if (last === null)
		throw new ChannelError('message_not_found', 'The chat has no messages', { channel: 'max' });
	return last;
}

async function lastMessage(
	account: MaxAccount,
	chatId: string,
	options: RequestOptions,
): Promise<{ messageId: string; time: number } | null> {
	const [last] = await readMessages(
		account,
		chatId,
		await readHistory(account.session, { chatId, from: account.serverNow() + 60_000, backward: 1 }, options),
		options.signal,
	);
	return last === undefined ? null : { messageId: last.id, time: last.time };
}

/** The chat is flagged as one with something new; what was read stays read. */
export const messageMarkUnread = command({
	...inChat,
	permission: 'read',
	effect: 'change',
	input: z.strictObject({ chatId: chatIdField }),
	async run(account, { chatId }, context) {
		const options = requestOptions(context);
		await markUnread(account.session, chatId, await lastMessage(account, chatId, options), options);
		return { items: [{ marked_unread: true, external_chat_id: chatId }] };
	},
});
