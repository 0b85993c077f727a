import { z } from '#lib/zod';
import { invalidParameter, type JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { eventOf, eventsSince, walkHistory, type SinceOptions } from '../history';
import { inputChannel, SERVICE_USER, type Peer } from '../peers/peer-book';
import { children, int, type TlObject } from '../tl';
import {
	chatRef,
	command,
	detail,
	isChannel,
	limit,
	LONG_TIMEOUT_MS,
	messageId,
	messageIds,
	messageItem,
	messageNotFound,
	peerOf,
} from './shared';

/** Messages of a chat, newest first. Marks nothing read. */
export const messageGetMany = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ chatId: chatRef, limit, beforeId: messageId.optional(), ...detail }),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const items: JsonObject[] = [];
		const options = {
			signal: context.signal,
			...(input.limit === undefined ? {} : { pageSize: input.limit }),
			...(input.beforeId === undefined ? {} : { beforeId: input.beforeId }),
		};
		for await (const page of walkHistory(account, input.chatId, options)) {
			for (const message of page) {
				items.push(messageItem(await eventOf(account, message), input));
				if (items.length === input.limit) return { items };
			}
			context.progress(items.length, 'messages read');
		}
		return { items };
	},
});

/** Messages by their numbers. */
export const messageGet = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({ chatId: chatRef, messageIds, ...detail }),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const { peer } = await peerOf(account, input.chatId, context);
		const found = await fetchMessages(account, peer, input.messageIds, context.signal);
		const items: JsonObject[] = [];
		for (const id of input.messageIds) {
			const message = found.find((one) => int(one, 'id') === id);
			if (message === undefined) throw messageNotFound(id);
			items.push(messageItem(await eventOf(account, message), input));
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
		/** ISO 8601, unix seconds or ms; or the number of a message with exactly one chat, as `#123` or its event_id */
		since: z.union([z.string().trim().min(1, 'is missing'), z.number()]),
		chatIds: z.array(chatRef).optional(),
		direction: z.enum(['in', 'out', 'both']).default('in'),
		includeService: z.boolean().default(false),
		...detail,
	}),
	chats: ({ chatIds }) => chatIds ?? [],
	async run(account, input, context) {
		const chats = input.chatIds ?? [];
		const start = readStart(account, input.since);
		if ('afterMessageId' in start && chats.length !== 1) {
			throw invalidParameter(
				'since',
				'a message needs exactly one chat',
				'Give the chat of that message, or a time.',
			);
		}
		const options: SinceOptions = {
			signal: context.signal,
			...(chats.length === 0 ? {} : { chatIds: chats }),
			...('afterMessageId' in start ? start : {}),
		};
		const items: JsonObject[] = [];
		for await (const { event } of eventsSince(account, 'seconds' in start ? start.seconds : 0, options)) {
			if (input.direction !== 'both' && event.meta.direction !== input.direction) continue;
			if (!input.includeService && event.external_chat_id === SERVICE_USER) continue;
			items.push(messageItem(event, input));
			if (items.length % 50 === 0) context.progress(items.length, 'messages read');
		}
		return { items };
	},
});

/** In one chat, or in all of them. */
export const messageSearch = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		query: z.string().trim().min(1, 'is missing'),
		chatId: chatRef.optional(),
		limit: z.number().int().min(1).max(1000).default(50),
		includeService: z.boolean().default(false),
		...detail,
	}),
	chats: ({ chatId }) => (chatId === undefined ? [] : [chatId]),
	async run(account, input, context) {
		const where = input.chatId === undefined ? null : (await peerOf(account, input.chatId, context)).input;
		const items: JsonObject[] = [];
		let offset: { id: number; rate: number; peer: TlObject } = {
			id: 0,
			rate: 0,
			peer: { _: 'inputPeerEmpty' },
		};
		for (;;) {
			const size = Math.min(100, input.limit - items.length);
			const range = {
				q: input.query,
				filter: { _: 'inputMessagesFilterEmpty' },
				min_date: 0,
				max_date: 0,
				limit: size,
			};
			const page = await account.connection.object(
				where === null
					? {
							_: 'messages.searchGlobal',
							...range,
							offset_rate: offset.rate,
							offset_peer: offset.peer,
							offset_id: offset.id,
						}
					: {
							_: 'messages.search',
							...range,
							peer: where,
							offset_id: offset.id,
							add_offset: 0,
							max_id: 0,
							min_id: 0,
							hash: '0',
						},
				{ signal: context.signal },
			);
			const messages = children(page, 'messages').filter(({ _ }) => _ !== 'messageEmpty');
			for (const message of messages) {
				const event = await eventOf(account, message);
				if (!input.includeService && event.external_chat_id === SERVICE_USER) continue;
				items.push(messageItem(event, input));
				if (items.length === input.limit) return { items };
			}
			const last = messages.at(-1);
			const lastId = last === undefined ? null : int(last, 'id');
			if (last === undefined || lastId === null || lastId === offset.id || messages.length < size)
				return { items };
			const chat = (await eventOf(account, last)).external_chat_id;
			offset = { id: lastId, rate: int(page, 'next_rate') ?? 0, peer: account.resolver.inputOf(chat) };
		}
	},
});

/** Those that exist. */
export async function fetchMessages(
	account: TelegramAccount,
	peer: Peer,
	ids: readonly number[],
	signal: AbortSignal,
): Promise<TlObject[]> {
	const id = ids.map((one) => ({ _: 'inputMessageID', id: one }));
	const answer = await account.connection.object(
		isChannel(peer)
			? { _: 'channels.getMessages', channel: inputChannel(peer), id }
			: { _: 'messages.getMessages', id },
		{ signal },
	);
	return children(answer, 'messages').filter(({ _ }) => _ !== 'messageEmpty');
}

function readStart(
	account: TelegramAccount,
	since: string | number,
): { seconds: number } | { afterMessageId: number } {
	const given = String(since);
	const eventId = given.startsWith(`${account.accountId}:`)
		? /:(\d+)(?::|$)/.exec(given.slice(account.accountId.length + 1))
		: null;
	const message = eventId?.[1] ?? /^#(\d+)$/.exec(given)?.[1];
	if (message !== undefined) return { afterMessageId: Number(message) };
	const number = Number(since);
	const ms = Number.isFinite(number) ? (number < 1e11 ? number * 1000 : number) : Date.parse(given);
	if (!Number.isFinite(ms)) throw invalidParameter('since', 'is neither a time nor a message');
	return { seconds: Math.floor(ms / 1000) };
}
