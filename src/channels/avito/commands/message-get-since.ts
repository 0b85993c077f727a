import { z } from '#lib/zod';
import { invalidParameter, type JsonObject } from '../../../contract';
import type { AvitoAccount } from '../account';
import { eventsSince, type SinceOptions } from '../history';
import { command, detail, LONG_TIMEOUT_MS, opaqueId, requestContext } from './shared';
import { messageItem } from './shapes';

/** What a trigger would have given since a time, or since a message of one chat: same events, same `event_id`. */
export const messageGetSince = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		/** ISO 8601, unix seconds or ms; or the id of a message (or its event_id) with exactly one chat */
		since: z.union([z.string().trim().min(1, 'is missing'), z.number()]),
		chatIds: z.array(opaqueId).optional(),
		direction: z.enum(['in', 'out', 'both']).default('in'),
		...detail,
	}),
	chats: ({ chatIds }) => chatIds ?? [],
	async run(account, input, context) {
		const options: SinceOptions = {
			context: requestContext(context),
			...(input.chatIds === undefined || input.chatIds.length === 0 ? {} : { chatIds: input.chatIds }),
		};
		const start = readStart(account, input.since);
		if ('messageId' in start) {
			if (options.chatIds?.length !== 1) {
				throw invalidParameter(
					'since',
					'a message id needs exactly one chat',
					'Give the chat of that message, or a time.',
				);
			}
			options.afterMessageId = start.messageId;
		}
		const items: JsonObject[] = [];
		for await (const { event } of eventsSince(account, 'seconds' in start ? start.seconds : 0, options)) {
			if (
				event.event_type !== 'gap' &&
				input.direction !== 'both' &&
				event.meta.direction !== input.direction
			)
				continue;
			items.push(messageItem(event, input));
			if (items.length % 50 === 0) context.progress(items.length, 'messages read');
		}
		return { items };
	},
});

function readStart(
	account: AvitoAccount,
	since: string | number,
): { seconds: number } | { messageId: string } {
	if (typeof since === 'string') {
		const plain = since.startsWith(`${account.accountId}:`)
			? since.slice(account.accountId.length + 1)
			: since;
		if (/^[0-9a-f]{32}$/i.test(plain)) return { messageId: plain };
	}
	const number = Number(since);
	// Ten digits are seconds until the year 2286, thirteen are milliseconds.
	const ms = Number.isFinite(number) ? (number < 1e11 ? number * 1000 : number) : Date.parse(String(since));
	if (!Number.isFinite(ms)) throw invalidParameter('since', 'is neither a time nor the id of a message');
	return { seconds: Math.floor(ms / 1000) };
}
