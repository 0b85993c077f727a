import { z } from '#lib/zod';
import { ChannelError, invalidParameter, type Json, type JsonObject } from '../../../contract';
import { isAllowedChat, type MaxAccount } from '../account';
import { getMessages } from '../api/history';
import { searchMessages } from '../api/messages';
import { eventFromMessage, readMessages } from '../events/from-message';
import { eventsSince, type Start } from '../history';
import {
	chatIdField,
	detailFields,
	idField,
	idsField,
	limitField,
	textField,
	timeField,
	wantsRaw,
} from '../input-fields';
import { id, objects } from '../json';
import { pace } from '../pace';
import { walkHistory } from './history-walk';
import { inChat } from './one-chat';
import { command, LONG_TIMEOUT_MS, messageItem, requestOptions } from './shared';

/** Messages of MAX itself (login codes) are left out unless asked for. */
const includeService = z.boolean().default(false);

/** Messages of a chat: newest first going back (from `before`), or oldest first going on (from `after`). Marks nothing read. */
export const messageGetMany = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	chats: ({ chatId }) => [chatId],
	input: z.strictObject({
		chatId: chatIdField,
		limit: limitField,
		before: timeField.optional(),
		after: timeField.optional(),
		scheduled: z.boolean().default(false),
		includeService,
		...detailFields,
	}),
	async run(account, input, context) {
		if (input.before !== undefined && input.after !== undefined)
			throw invalidParameter('after', 'give either before or after');
		const items: JsonObject[] = [];
		const limit = input.limit ?? Infinity;
		for await (const message of walkHistory(account, input, context.signal)) {
			const item = await eventFromMessage(account, message, { signal: context.signal });
			if (item.meta.is_service === true && !input.includeService) continue;
			items.push(messageItem(item, wantsRaw(input)));
			if (items.length >= limit) break;
			if (items.length % 100 === 0) context.progress(items.length, 'messages read');
		}
		return { items };
	},
});

/** What a trigger would have given since a time, or since a message of one chat: same events, same `event_id`. */
export const messageGetSince = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		/** ISO 8601, unix seconds or ms; or the id of a message (or its event_id) with exactly one chat */
		since: z.union([z.string().trim().min(1, 'is missing'), z.number()]),
		chatIds: z.array(chatIdField).optional(),
		direction: z.enum(['in', 'out', 'both']).default('in'),
		includeService,
		...detailFields,
	}),
	chats: ({ chatIds }) => chatIds ?? [],
	async run(account, input, context) {
		const start = readStart(account, input.since);
		const chatIds = input.chatIds === undefined || input.chatIds.length === 0 ? undefined : input.chatIds;
		if ('messageId' in start && chatIds?.length !== 1)
			throw invalidParameter('chatIds', 'a message as the start needs exactly one chat');
		const items: JsonObject[] = [];
		for await (const { event } of eventsSince(account, start, {
			...(chatIds === undefined ? {} : { chatIds }),
			signal: context.signal,
		})) {
			if (
				input.direction !== 'both' &&
				event.meta.direction !== input.direction &&
				event.event_type !== 'gap'
			)
				continue;
			if (event.meta.is_service === true && !input.includeService) continue;
			items.push(messageItem(event, wantsRaw(input)));
			if (items.length % 100 === 0) context.progress(items.length, 'messages read');
		}
		return { items };
	},
});

function readStart(account: MaxAccount, since: string | number): Start {
	if (typeof since === 'string') {
		const eventId = new RegExp(`^${account.accountId}:-?\\d+:(\\d+)(?::|$)`).exec(since)?.[1];
		const plain = eventId ?? since;
		// Times in ms have 13 digits, message ids 18.
		if (/^\d{16,20}$/.test(plain)) return { messageId: plain };
	}
	const parsed = timeField.safeParse(since);
	if (!parsed.success) throw invalidParameter('since', 'is neither a time nor the id of a message');
	return { sinceMs: parsed.data };
}

/** Messages that contain the words, in a chat or everywhere. */
export const messageSearch = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		chatId: chatIdField.optional(),
		query: textField,
		limit: limitField,
		includeService,
		...detailFields,
	}),
	chats: ({ chatId }) => (chatId === undefined ? [] : [chatId]),
	async run(account, input, context) {
		const items: JsonObject[] = [];
		const limit = input.limit ?? Infinity;
		const seen = new Set<string>();
		const markers = new Set<Json>();
		let marker: Json = null;
		for (let first = true; items.length < limit; first = false) {
			if (!first) await pace(account.services.clock, account.settings.pageDelayMs, context.signal);
			const query = {
				...(input.chatId === undefined ? {} : { chatId: input.chatId }),
				query: input.query,
				count: 50,
				marker,
			};
			const page = await searchMessages(account.session, query, { signal: context.signal });
			for (const found of page.result) {
				const chatId = input.chatId ?? id(found['chatId']);
				if (chatId === null || found['message'] === undefined || !isAllowedChat(account, chatId)) continue;
				const [message] = await readMessages(account, chatId, [found['message']], context.signal);
				if (message === undefined || seen.has(message.id)) continue;
				seen.add(message.id);
				const event = await eventFromMessage(account, message, { signal: context.signal });
				if (event.meta.is_service === true && !input.includeService) continue;
				items.push(messageItem(event, wantsRaw(input)));
				if (items.length >= limit) break;
			}
			// A marker that comes again would lead round in a circle.
			if (page.result.length === 0 || page.marker === null || page.marker === 0 || markers.has(page.marker))
				break;
			markers.add(page.marker);
			marker = page.marker;
		}
		return { items };
	},
});

/** Messages by id, in the order the service gives them. @throws ChannelError `message_not_found`: none is there */
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
