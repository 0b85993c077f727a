import { z } from '#lib/zod';
import { ChannelError, type JsonObject } from '../../../contract';
import { asJson } from '../account';
import { fingerprint } from '../send/fingerprint';
import { prepareText } from '../send/split-text';
import { deliverPart, textMessage } from './message-send';
import { command, composed, LONG_TIMEOUT_MS, opaqueId, text } from './shared';

/**
 * Texts to many existing chats, one after another within the budget, each under an intent of its own. One item per
 * message, in order: the send's result, or `{ chat_id, error }`, or `{ chat_id, skipped }`.
 */
export const messageSendMany = command({
	permission: 'send',
	effect: 'send',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		messages: z.array(z.strictObject({ chatId: opaqueId, text })).min(1, 'is empty'),
		splitLongText: z.enum(['refuse', 'split']).default('refuse'),
		stopOnError: z.boolean().default(false),
		/** the same text to the same chat again, within this list */
		skipDuplicates: z.boolean().default(false),
	}),
	chats: ({ messages }) => [...new Set(messages.map(({ chatId }) => chatId))],
	async run(account, input, context) {
		// Everything that can be refused beforehand is, so that a mistake in the last line does not follow half a list.
		const prepared = input.messages.map((message, index) => ({
			...message,
			parts: prepareText(message.text, input.splitLongText, `messages.${index}.text`),
		}));
		const met = new Set<string>();
		const items: JsonObject[] = [];
		let failed = false;
		for (const [index, { chatId, text: whole, parts }] of prepared.entries()) {
			const same = `${chatId} ${fingerprint(whole)}`;
			if (failed && input.stopOnError) items.push({ chat_id: chatId, skipped: 'an earlier message failed' });
			else if (input.skipDuplicates && met.has(same))
				items.push({ chat_id: chatId, skipped: 'duplicate in this list' });
			else {
				try {
					for (const [part, words] of parts.entries()) {
						const result = await deliverPart(
							account,
							textMessage(account, chatId, words),
							`${index}.${part}`,
							context,
						);
						items.push(asJson(result));
					}
					met.add(same);
				} catch (error) {
					if (context.signal.aborted || !ChannelError.is(error)) throw error;
					failed = true;
					items.push({ chat_id: chatId, error: asJson(error.toItem()) });
				}
			}
			context.progress(index + 1, 'messages handled', prepared.length);
		}
		return { items, hints: [composed('the messages were sent one after another')] };
	},
});
