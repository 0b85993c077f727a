import { z } from '#lib/zod';
import { ChannelError, invalidParameter, type CommandContext, type JsonObject } from '../../../contract';
import { asJson, type MaxAccount } from '../account';
import { getMessages, readHistory } from '../api/history';
import { updateChat } from '../api/chats';
import {
	deleteMessages,
	editMessage,
	getReactions,
	getReactors,
	markRead,
	markUnread,
	react,
	sendTyping,
	unreact,
} from '../api/messages';
import { messageId as wireMessageId, type OutgoingMap } from '../codec';
import { eventFromMessage, readMessages } from '../events/from-message';
import { chatIdField, detailFields, idField, idsField, textField, wantsRaw } from '../input-fields';
import { id, number, objects, text } from '../json';
import { attachmentFrom } from '../media/upload';
import { FORMATS, formatText } from '../send/markup';
import { splitText } from '../send/split-text';
import type { RequestOptions } from '../session/port';
import { command, MEDIA_TIMEOUT_MS, messageItem, requestOptions } from './shared';
import { reactionItem } from './shapes';

const place = { chatId: chatIdField, messageId: idField };
const inChat = { chats: ({ chatId }: { chatId: string }) => [chatId] };

/** Own messages, within seven days. Media stay unless others are given or *Remove media* is set. */
export const messageEdit = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	timeoutMs: MEDIA_TIMEOUT_MS,
	input: z.strictObject({
		...place,
		text: z.string(),
		format: z.enum(FORMATS).default('none'),
		removeMedia: z.boolean().default(false),
	}),
	async run(account, input, context) {
		const { chatId, messageId } = input;
		const [formatted = { text: '', elements: [] }] = splitText(
			formatText(input.text, input.format),
			'refuse',
		);
		const attachments: OutgoingMap[] = [];
		for (const source of context.media)
			attachments.push((await attachmentFrom(account, source, { as: 'auto' }, context)).attach);
		if (formatted.text === '' && attachments.length === 0 && input.removeMedia)
			throw invalidParameter('text', 'a message cannot be empty');
		const replaced = attachments.length > 0 || input.removeMedia ? { attachments } : {};
		const edited = await editMessage(
			account.session,
			{ chatId, messageId, ...formatted, ...replaced },
			requestOptions(context),
		);
		const at = number(edited['updateTime']) ?? account.serverNow();
		return {
			items: [
				asJson({
					channel: 'max',
					account: account.accountId,
					chat_id: chatId,
					message_id: messageId,
					edited: true,
					date: new Date(at).toISOString(),
				}),
			],
		};
	},
});

/** For everybody (own messages; others' with the right to), or for oneself only. */
export const messageDelete = command({
	...inChat,
	permission: 'delete',
	effect: 'change',
	input: z.strictObject({
		chatId: chatIdField,
		messageIds: idsField,
		forEverybody: z.boolean().default(true),
	}),
	async run(account, { chatId, messageIds, forEverybody }, context) {
		await deleteMessages(account.session, chatId, messageIds, !forEverybody, requestOptions(context));
		return { items: [{ deleted: true }] };
	},
});

/** Groups and channels only: MAX pins nothing in dialogs. */
export const messagePin = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ ...place, notify: z.boolean().default(false) }),
	async run(account, { chatId, messageId, notify }, context) {
		assertGroup(chatId);
		await updateChat(
			account.session,
			chatId,
			{ pinMessageId: wireMessageId(messageId), notifyPin: notify },
			requestOptions(context),
		);
		return { items: [{ pinned: true, external_chat_id: chatId, message_id: messageId }] };
	},
});

export const messageUnpin = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ chatId: chatIdField }),
	async run(account, { chatId }, context) {
		assertGroup(chatId);
		await updateChat(account.session, chatId, { pinMessageId: 0, notifyPin: false }, requestOptions(context));
		return { items: [{ pinned: false, external_chat_id: chatId }] };
	},
});

function assertGroup(chatId: string): void {
	if (!chatId.startsWith('-'))
		throw invalidParameter('chatId', 'is a dialog', 'MAX pins messages in groups and channels only.');
}

export const messageReact = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ ...place, emoji: textField }),
	async run(account, { chatId, messageId, emoji }, context) {
		return {
			items: [
				reactionItem(
					chatId,
					messageId,
					await react(account.session, chatId, messageId, emoji, requestOptions(context)),
				),
			],
		};
	},
});

export const messageUnreact = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject(place),
	async run(account, { chatId, messageId }, context) {
		return {
			items: [
				reactionItem(
					chatId,
					messageId,
					await unreact(account.session, chatId, messageId, requestOptions(context)),
				),
			],
		};
	},
});

export const messageGetReactions = command({
	...inChat,
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		chatId: chatIdField,
		messageId: idField.optional(),
		messageIds: idsField.optional(),
		/** who reacted with what: one more request per message */
		includeUsers: z.boolean().default(false),
	}),
	async run(account, { chatId, includeUsers, ...which }, context) {
		const messageIds = [
			...(which.messageIds ?? []),
			...(which.messageId === undefined ? [] : [which.messageId]),
		];
		const infos = await getReactions(account.session, chatId, messageIds, requestOptions(context));
		const items: JsonObject[] = [];
		for (const messageId of messageIds) {
			const item = reactionItem(chatId, messageId, infos[messageId] ?? null);
			if (!includeUsers) items.push(item);
			else items.push({ ...item, users: await reactorsOf(account, chatId, messageId, context) });
		}
		return { items };
	},
});

/** people per message asked for; the service's own client asks for 40 */
const MAX_REACTORS = 100;

async function reactorsOf(
	account: MaxAccount,
	chatId: string,
	messageId: string,
	context: CommandContext,
): Promise<JsonObject[]> {
	const found = await getReactors(account.session, chatId, messageId, MAX_REACTORS, requestOptions(context));
	const reactors = found.flatMap((one) => {
		const userId = id(one['userId']);
		return userId === null ? [] : [{ userId, reaction: text(one['reaction']) }];
	});
	await account.directory.meet(
		reactors.map(({ userId }) => userId),
		context.signal,
	);
	return reactors.map(({ userId, reaction }) => ({
		external_user_id: userId,
		name: account.directory.knownContact(userId)?.name ?? '',
		reaction,
	}));
}

/** Everything up to a message; without one, the whole chat. */
export const messageMarkRead = command({
	...inChat,
	permission: 'read',
	effect: 'change',
	input: z.strictObject({ chatId: chatIdField, messageId: idField.optional() }),
	async run(account, { chatId, messageId }, context) {
		const upTo = await readUpTo(account, chatId, messageId, requestOptions(context));
		const unread = await markRead(account.session, chatId, upTo, requestOptions(context));
		return { items: [{ marked_read: true, external_chat_id: chatId, unread }] };
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
		return { items: [{ sent: true, external_chat_id: chatId, activity }] };
	},
});

export const messageGet = command({
	...inChat,
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		chatId: chatIdField,
		messageIds: idsField.optional(),
		messageId: idField.optional(),
		...detailFields,
	}),
	async run(account, input, context) {
		const wanted = [...(input.messageIds ?? []), ...(input.messageId === undefined ? [] : [input.messageId])];
		if (wanted.length === 0) throw invalidParameter('messageId', 'is missing');
		const found = await getMessages(account.session, input.chatId, wanted, requestOptions(context));
		const facts = await readMessages(account, input.chatId, objects(found), context.signal);
		if (facts.length === 0)
			throw new ChannelError('message_not_found', `Message ${wanted.join(', ')} is not in this chat`, {
				channel: 'max',
				hint: 'It was deleted, or the id belongs to another chat.',
			});
		const items = [];
		for (const message of facts)
			items.push(
				messageItem(await eventFromMessage(account, message, { signal: context.signal }), wantsRaw(input)),
			);
		return { items };
	},
});
