import { z } from '#lib/zod';
import { invalidParameter, type JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { messageEvent } from '../events/normalise';
import { eventOf, eventsSince, type SinceOptions } from '../history';
import { inputChannel, type Peer } from '../peers/peer';
import { SERVICE_USER } from '../peers/peer-book';
import { parseReference } from '../peers/reference';
import { children, int, type TlObject } from '../tl';
import { walkMessages } from '../walk';
import { WHEN_ONLINE } from './sending';
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
	time,
	type Detail,
} from './shared';

/** Messages of a chat: newest first going back, or oldest first going on from a time or message. Marks nothing read. */
export const messageGetMany = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		chatId: chatRef,
		limit,
		before: time.optional(),
		beforeId: messageId.optional(),
		/** with one of these the walk goes on instead of back */
		after: time.optional(),
		afterId: messageId.optional(),
		/** a forum topic, or the post whose comments are read */
		topicId: messageId.optional(),
		/** those that are yet to be sent */
		scheduled: z.boolean().default(false),
		...detail,
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const { peer, input: inputPeer } = await peerOf(account, input.chatId, context);
		if (input.scheduled) return { items: await scheduledItems(account, inputPeer, input, context.signal) };
		const items: JsonObject[] = [];
		for await (const page of walkMessages(
			account,
			peer,
			{ ...input, pageSize: input.limit },
			context.signal,
		)) {
			for (const message of page) {
				items.push(messageItem(await eventOf(account, message), input));
				if (items.length === input.limit) return { items };
			}
			context.progress(items.length, 'messages read');
		}
		return { items };
	},
});

/** Next to be sent first. Their numbers are of their own kind and are no numbers of the chat. */
async function scheduledItems(
	account: TelegramAccount,
	peer: TlObject,
	wanted: Detail & { limit?: number | undefined },
	signal: AbortSignal,
): Promise<JsonObject[]> {
	const answer = await account.connection.object(
		{ _: 'messages.getScheduledHistory', peer, hash: '0' },
		{ signal },
	);
	const messages = children(answer, 'messages')
		.filter(({ _ }) => _ !== 'messageEmpty')
		.toSorted((a, b) => (int(a, 'date') ?? 0) - (int(b, 'date') ?? 0));
	return messages.slice(0, wanted.limit).map((message) => {
		const event = messageEvent(message, false, false, account);
		const id = event.meta.external_message_id ?? '';
		const own = {
			...event,
			event_type: 'scheduled' as const,
			event_id: `${account.accountId}:scheduled:${event.external_chat_id}:${id}`,
			data: { when_online: int(message, 'date') === WHEN_ONLINE },
		};
		return messageItem(own, wanted);
	});
}

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

/** Messages by their links (`t.me/name/123`, `t.me/c/…/123`). */
export const messageGetByLink = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({ links: z.array(z.string().trim()).min(1, 'is empty').max(100), ...detail }),
	chats: ({ links }) => links.map((link) => chatOfLink(link)),
	async run(account, input, context) {
		const items: JsonObject[] = [];
		for (const link of input.links) {
			const reference = parseReference(link);
			const id = reference !== null && 'messageId' in reference ? reference.messageId : undefined;
			if (id === undefined) {
				throw invalidParameter(
					'links',
					`"${link}" is not the link of a message`,
					'It looks like https://t.me/name/123 or https://t.me/c/1234567890/123.',
				);
			}
			const { peer } = await peerOf(account, link, context, { field: 'links' });
			const [message] = await fetchMessages(account, peer, [id], context.signal);
			if (message === undefined) throw messageNotFound(id);
			items.push(messageItem(await eventOf(account, message), input));
		}
		return { items };
	},
});

/** For *Allowed chats*: the id where the link holds it, else the link, which no list of ids allows. */
function chatOfLink(link: string): string {
	const reference = parseReference(link);
	return reference !== null && 'id' in reference ? reference.id : link;
}

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
