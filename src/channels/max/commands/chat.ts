import { z } from '#lib/zod';
import { invalidParameter, type JsonObject } from '../../../contract';
import { isAllowedChat, type MaxAccount } from '../account';
import { createChat, deleteChat, leaveChat, updateChat } from '../api/chats';
import { changedChats } from '../engine/changed-chats';
import { peerNotFound } from '../errors';
import { eventFromMessage } from '../events/from-message';
import { CHAT_KINDS, readChat, type ChatFacts } from '../facts';
import { dialogId } from '../ids';
import { chatIdField, detailFields, idsField, limitField, textField, wantsRaw } from '../input-fields';
import { number, text } from '../json';
import { uploadPhoto } from '../media/upload';
import { OP } from '../opcodes';
import { cidOf } from '../send/deliver';
import { resolveUser, userFields } from '../send/recipient';
import { walkHistory } from './history-walk';
import { changed, chatOf, inChat, oneChat } from './one-chat';
import { command, LONG_TIMEOUT_MS, MEDIA_TIMEOUT_MS, messageItem, requestOptions } from './shared';
import { chatItem, chatName, present } from './shapes';

/** Chats, last changed first. */
export const chatGetMany = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		limit: limitField,
		unreadOnly: z.boolean().default(false),
		chatTypes: z.array(z.enum(CHAT_KINDS)).optional(),
		includeArchived: z.boolean().default(false),
		...detailFields,
	}),
	async run(account, input, context) {
		const chats: JsonObject[] = [];
		const partners: string[] = [];
		for await (const raw of allChats(account, context.signal)) {
			const chat = readChat(raw, account.userId);
			if (chat === null || !isAllowedChat(account, chat.id)) continue;
			if (input.unreadOnly && chat.unread === 0) continue;
			if (input.chatTypes !== undefined && !input.chatTypes.includes(chat.kind)) continue;
			if (chat.status === 'HIDDEN' && !input.includeArchived) continue;
			if (chat.partnerId !== null) partners.push(chat.partnerId);
			chats.push(raw);
			if (chats.length === input.limit) break;
		}
		await account.directory.meet(partners, context.signal);
		return { items: present(chats.map((raw) => chatItem(account, raw, wantsRaw(input)))) };
	},
});

function allChats(account: MaxAccount, signal: AbortSignal): AsyncGenerator<JsonObject> {
	return changedChats(account, { sinceMs: 0, signal });
}

/** One chat, on request with its last messages (newest first) as `messages`. */
export const chatGet = command({
	...inChat,
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		chatId: chatIdField,
		lastMessages: z.number().int().min(0).max(100).default(0),
		...detailFields,
	}),
	async run(account, input, context) {
		const item = chatItem(account, await chatOf(account, input.chatId, context.signal), wantsRaw(input));
		if (item === null) throw peerNotFound(`chat ${input.chatId}`);
		if (input.lastMessages === 0) return { items: [item] };
		const messages: JsonObject[] = [];
		const range = { chatId: input.chatId, scheduled: false, limit: input.lastMessages };
		for await (const message of walkHistory(account, range, context.signal)) {
			messages.push(
				messageItem(await eventFromMessage(account, message, { signal: context.signal }), wantsRaw(input)),
			);
			if (messages.length >= input.lastMessages) break;
		}
		return { items: [{ ...item, messages }] };
	},
});

/** Chats to choose from: `{ name, value, id, url }`. */
export const chatList = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		filter: z.string().default(''),
		page: z.union([z.string(), z.number()]).optional(),
	}),
	async run(account, { filter }, context) {
		const chats: ChatFacts[] = [];
		for await (const raw of allChats(account, context.signal)) {
			const chat = account.directory.learnChat(raw);
			if (chat !== null && isAllowedChat(account, chat.id)) chats.push(chat);
			if (chats.length >= MAX_CHOICES) break;
		}
		await account.directory.meet(
			chats.flatMap(({ partnerId }) => partnerId ?? []),
			context.signal,
		);
		const needle = filter.trim().toLowerCase();
		return {
			items: chats
				.map((chat) => ({
					name: chatName(account, chat),
					value: chat.id,
					id: chat.id,
					url: `https://web.max.ru/${chat.id}`,
				}))
				.filter(
					({ name, id }) => needle === '' || name.toLowerCase().includes(needle) || id.includes(needle),
				),
		};
	},
});
/** A person scrolls no further; the newest chats come first. */
const MAX_CHOICES = 500;

/** The dialog with a person: its id is the XOR of both, also before anything was written. */
export const chatGetDialog = command({
	permission: 'read',
	effect: 'read',
	firstContacts: ({ userId }) => (userId === undefined ? 1 : 0),
	input: z.strictObject(userFields),
	async run(account, input, context) {
		const userId = await resolveUser(account, input, requestOptions(context));
		await account.directory.meet([userId], context.signal);
		const contact = account.directory.knownContact(userId);
		return {
			items: [
				{
					external_chat_id: dialogId(account.userId, userId),
					external_user_id: userId,
					client_name: contact?.name ?? '',
					chat_type: 'private',
				},
			],
		};
	},
});

/** A group or a channel of this account; the people in it are first contacts. Titles up to 200 characters. */
export const chatCreate = command({
	permission: 'send',
	effect: 'send',
	firstContacts: ({ userIds }) => userIds.length,
	input: z.strictObject({
		kind: z.enum(['group', 'channel']).default('group'),
		title: textField.pipe(z.string().max(200)),
		userIds: z
			.array(idsField)
			.default([])
			.transform((lists) => lists.flat()),
	}),
	async run(account, { kind, title, userIds }, context) {
		const { intent } = context;
		const cid = cidOf(
			intent?.providerKey ?? account.services.random.hex(8),
			account.settings.device.type === 'WEB',
		);
		await account.services.budget.take({ signal: context.signal });
		const raw = await createChat(
			account.session,
			{ cid, type: kind === 'group' ? 'CHAT' : 'CHANNEL', title, userIds },
			{ ...requestOptions(context), beforeFirstByte: async () => intent?.sent() },
		);
		return changed(account, raw);
	},
});

/** Title and description are two kinds of change, one call each. */
export const chatUpdate = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject({
		chatId: chatIdField,
		title: textField.pipe(z.string().max(200)).optional(),
		description: z.string().max(400).optional(),
	}),
	async run(account, { chatId, title, description }, context) {
		const options = requestOptions(context);
		let raw: JsonObject | null = null;
		if (title !== undefined) raw = await updateChat(account.session, chatId, { theme: title }, options);
		if (description !== undefined) {
			const theme = title ?? text((await chatOf(account, chatId, context.signal))['title']) ?? '';
			raw = await updateChat(account.session, chatId, { theme, description }, options);
		}
		if (raw === null) throw invalidParameter('title', 'nothing to change is given');
		return changed(account, raw);
	},
});

/** The first file given becomes the picture of a group or channel. */
export const chatSetPhoto = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	timeoutMs: MEDIA_TIMEOUT_MS,
	input: oneChat,
	async run(account, { chatId }, context) {
		const [source] = context.media;
		if (source === undefined) throw invalidParameter('media', 'no image was given');
		const photoToken = await uploadPhoto(account, source, false, context);
		return changed(
			account,
			await updateChat(account.session, chatId, { photoToken }, requestOptions(context)),
		);
	},
});

/** Groups are only left by this (measured); dialogs can be deleted for both. */
export const chatDelete = remover(OP.chatDelete, 'deleted');
/** The history goes, the chat stays. */
export const chatClear = remover(OP.chatClear, 'cleared');

function remover(opcode: typeof OP.chatDelete | typeof OP.chatClear, word: 'deleted' | 'cleared') {
	return command({
		...inChat,
		permission: 'delete',
		effect: 'change',
		input: z.strictObject({ chatId: chatIdField, forEverybody: z.boolean().default(false) }),
		async run(account, { chatId, forEverybody }, context) {
			const chat = await chatOf(account, chatId, context.signal);
			await deleteChat(
				account.session,
				opcode,
				chatId,
				number(chat['lastEventTime']) ?? account.serverNow(),
				forEverybody,
				requestOptions(context),
			);
			return {
				items: [word === 'deleted' ? { deleted: true } : { cleared: true, external_chat_id: chatId }],
			};
		},
	});
}

/** The account is a member no more; its messages stay. */
export const chatLeave = command({
	...inChat,
	permission: 'delete',
	effect: 'change',
	input: oneChat,
	async run(account, { chatId }, context) {
		await leaveChat(account.session, chatId, requestOptions(context));
		return { items: [{ left: true, external_chat_id: chatId }] };
	},
});
