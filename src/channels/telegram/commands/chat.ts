import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';
import { isAllowedChat, type TelegramAccount } from '../account';
import { chatTitleOf } from '../events/base';
import { toJson } from '../events/raw';
import { eventOf, walkDialogs, walkHistory, type DialogEntry } from '../history';
import { type Peer } from '../peers/peer';
import { SERVICE_USER } from '../peers/peer-book';
import { flag, int } from '../tl';
import { folderRule } from './chat-folders';
import { dialogOf, fullItem, fullOf } from './chat-full';
import { chatRef, command, detail, limit, LONG_TIMEOUT_MS, messageItem, peerOf, type Detail } from './shared';

const CHAT_TYPES = ['private', 'bot', 'group', 'supergroup', 'channel'] as const;

/** Chats, last changed first; without a limit all of them. */
export const chatGetMany = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		limit,
		unreadOnly: z.boolean().default(false),
		archived: z.boolean().default(false),
		/** name or number of a folder of the account; archived chats count, too, as the folder says */
		folder: z.string().trim().default(''),
		chatTypes: z.array(z.enum(CHAT_TYPES)).default([]),
		includeService: z.boolean().default(false),
		...detail,
	}),
	async run(account, input, context) {
		const items: JsonObject[] = [];
		const inFolder = input.folder === '' ? null : await folderRule(account, input.folder, context.signal);
		for await (const page of pagesOf(account, inFolder === null ? input.archived : 'both', context.signal)) {
			for (const entry of page) {
				const peer = account.book.get(entry.chat);
				if (peer === undefined || !isAllowedChat(account, entry.chat)) continue;
				if (inFolder?.(entry, peer) === false) continue;
				if (!input.includeService && entry.chat === SERVICE_USER) continue;
				if (
					input.unreadOnly &&
					(int(entry.dialog, 'unread_count') ?? 0) === 0 &&
					!flag(entry.dialog, 'unread_mark')
				)
					continue;
				if (input.chatTypes.length > 0 && !input.chatTypes.some((type) => type === peer.chatType)) continue;
				items.push(await dialogItem(account, entry, peer, input));
				if (items.length === input.limit) return { items };
			}
		}
		return { items };
	},
});

async function* pagesOf(
	account: TelegramAccount,
	archived: boolean | 'both',
	signal: AbortSignal,
): AsyncGenerator<DialogEntry[]> {
	if (archived !== true) yield* walkDialogs(account, 0, signal);
	if (archived !== false) yield* walkDialogs(account, 1, signal);
}

/** One chat with what its info page shows, on request with its last messages (newest first) as `messages`. */
export const chatGet = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		chatId: chatRef,
		lastMessages: z.number().int().min(0).max(100).default(0),
		...detail,
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const { peer: found } = await peerOf(account, input.chatId, context);
		const [dialog, { full, answer }] = await Promise.all([
			dialogOf(account, found, context.signal),
			fullOf(account, found, context.signal),
		]);
		// The answers may have told more than was known: a name, whether it is muted.
		const peer = account.book.get(found.id) ?? found;
		const item = {
			...peerItem(account, peer),
			unread_count: dialog === null ? 0 : (int(dialog, 'unread_count') ?? 0),
			is_pinned: dialog !== null && flag(dialog, 'pinned'),
			...fullItem(peer, full),
			...(input.includeRaw ? { raw: toJson(answer) } : {}),
		};
		if (input.lastMessages === 0) return { items: [item] };
		const messages: JsonObject[] = [];
		for await (const page of walkHistory(account, peer.id, {
			signal: context.signal,
			pageSize: input.lastMessages,
		})) {
			for (const message of page) messages.push(messageItem(await eventOf(account, message), input));
			break;
		}
		return { items: [{ ...item, messages }] };
	},
});

/** Chats to choose from: `{ name, value, id, url }`, a page at a time. The filter looks at names. */
export const chatList = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		filter: z.string().default(''),
		page: z.union([z.string(), z.number()]).optional(),
	}),
	async run(account, { filter }, context) {
		const needle = filter.trim().toLowerCase();
		const items: JsonObject[] = [];
		for await (const page of walkDialogs(account, 0, context.signal)) {
			for (const { chat } of page) {
				const peer = account.book.get(chat);
				if (peer === undefined || chat === SERVICE_USER || !isAllowedChat(account, chat)) continue;
				const name = chat === account.userId ? 'Saved Messages' : peer.name || chat;
				const words = [name, chat, peer.username ?? ''];
				if (needle !== '' && !words.some((word) => word.toLowerCase().includes(needle))) continue;
				items.push({
					name,
					value: chat,
					id: chat,
					...(peer.username === null ? {} : { url: `https://t.me/${peer.username}` }),
				});
			}
			if (items.length >= 100) break;
		}
		return { items };
	},
});

export function peerItem(account: TelegramAccount, peer: Peer): JsonObject {
	const { muted, archived } = account.book.flags(peer.id);
	return {
		channel: 'telegram',
		external_chat_id: peer.id,
		external_user_id: peer.type === 'user' ? peer.id : '',
		client_name: peer.type === 'user' ? peer.name : '',
		chat_type: peer.chatType,
		chat_title: chatTitleOf(peer.id, peer, account),
		username: peer.username,
		client_phone: peer.id === account.userId ? '' : (peer.phone ?? ''),
		is_forum: peer.forum,
		is_muted: muted,
		is_archived: archived,
	};
}

async function dialogItem(
	account: TelegramAccount,
	entry: DialogEntry,
	peer: Peer,
	shown: Detail,
): Promise<JsonObject> {
	const raw = toJson(entry.dialog);
	if (!shown.simplify) return { ...(raw as JsonObject), external_chat_id: peer.id };
	const last = entry.message === null ? null : await eventOf(account, entry.message);
	return {
		...peerItem(account, peer),
		unread_count: int(entry.dialog, 'unread_count') ?? 0,
		is_pinned: entry.pinned,
		last_message:
			last === null
				? null
				: {
						id: last.meta.external_message_id,
						text: last.text,
						type: last.meta.original_media_type,
						direction: last.meta.direction,
						timestamp: last.timestamp,
					},
		...(shown.includeRaw ? { raw } : {}),
	};
}
