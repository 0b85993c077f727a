import { z } from '#lib/zod';
import { invalidParameter } from '../../../contract';
import { updateChat } from '../api/chats';
import { deleteMessages, sendTyping } from '../api/messages';
import { messageId as wireMessageId } from '../codec';
import { chatIdField, idField, idsField } from '../input-fields';
import { inChat } from './one-chat';
import { command, requestOptions } from './shared';

/** For everybody (own messages; others' with the right to), or for oneself only. */
export const messageDelete = command({
	...inChat,
	permission: 'delete',
	effect: 'change',
	input: z.strictObject({
		chatId: chatIdField,
		messageIds: idsField,
		forEverybody: z.boolean().default(true),
		/** messages that are yet to be sent */
		scheduled: z.boolean().default(false),
	}),
	async run(account, { chatId, messageIds, forEverybody, scheduled }, context) {
		const how = { forMe: !forEverybody, scheduled };
		await deleteMessages(account.session, chatId, messageIds, how, requestOptions(context));
		return { items: [{ deleted: true }] };
	},
});

/** Groups and channels only: MAX pins nothing in dialogs. */
export const messagePin = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ chatId: chatIdField, messageId: idField, notify: z.boolean().default(false) }),
	async run(account, { chatId, messageId, notify }, context) {
		assertGroup(chatId);
		await updateChat(
			account.session,
			chatId,
			{ pinMessageId: wireMessageId(messageId), notifyPin: notify },
			requestOptions(context),
		);
		return { items: [{ pinned: true, chat_id: chatId, message_id: messageId }] };
	},
});

/** Whatever is pinned in the chat is pinned no more. */
export const messageUnpin = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ chatId: chatIdField }),
	async run(account, { chatId }, context) {
		assertGroup(chatId);
		await updateChat(account.session, chatId, { pinMessageId: 0, notifyPin: false }, requestOptions(context));
		return { items: [{ pinned: false, chat_id: chatId }] };
	},
});

function assertGroup(chatId: string): void {
	if (!chatId.startsWith('-'))
		throw invalidParameter('chatId', 'is a dialog', 'MAX pins messages in groups and channels only.');
}

/** *Typing…* and the other activities; shown for a few seconds. */
export const messageSendTyping = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject({
		chatId: chatIdField,
		activity: z.enum(['text', 'voice', 'video', 'photo', 'file', 'sticker']).default('text'),
	}),
	async run(account, { chatId, activity }, context) {
		await sendTyping(
			account.session,
			chatId,
			activity === 'voice' ? 'AUDIO' : activity.toUpperCase(),
			requestOptions(context),
		);
		return { items: [{ shown: true, external_chat_id: chatId, activity }] };
	},
});
