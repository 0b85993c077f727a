import { z } from '#lib/zod';
import type { CallResult, CommandContext, IntentHandle, Json } from '../../../contract';
import { sendResultSchema, type SendResult } from '../../../contract/schemas';
import { asJson, type AvitoAccount } from '../account';
import { markChatRead } from '../api/chats';
import { sendText } from '../api/messages';
import { deliver, type Outgoing } from '../send/deliver';
import { fingerprint } from '../send/fingerprint';
import { prepareText } from '../send/split-text';
import { isDefiniteRefusal } from '../send/refusal';
import { command, composed, opaqueId, requestContext, SEND_TIMEOUT_MS, text } from './shared';

const splitLongText = z.enum(['refuse', 'split']).default('refuse');

/** A text into an existing chat: Avito has no operation that begins a conversation. */
export const messageSend = command({
	permission: 'send',
	effect: 'send',
	timeoutMs: SEND_TIMEOUT_MS,
	input: z.strictObject({ chatId: opaqueId, text, splitLongText, markRead: z.boolean().default(false) }),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const parts = prepareText(input.text, input.splitLongText).map((part) =>
			textMessage(account, input.chatId, part),
		);
		const items = await deliverParts(account, parts, context);
		return { items: items.map(asJson), ...(await markedRead(account, input, context)) };
	},
});

/** A link inside a text; Avito shows a preview of it by itself. */
export const messageSendLink = command({
	permission: 'send',
	effect: 'send',
	timeoutMs: SEND_TIMEOUT_MS,
	input: z.strictObject({
		chatId: opaqueId,
		url: z.url({ protocol: /^https?$/ }),
		text: z.string().default(''),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, url, text: words }, context) {
		const whole = words.trim() === '' ? url : `${words.trim()}\n${url}`;
		const parts = prepareText(whole, 'refuse').map((part) => textMessage(account, chatId, part));
		const items = await deliverParts(account, parts, context);
		return { items: items.map(asJson), hints: [composed('the link was sent as a text')] };
	},
});

export function textMessage(account: AvitoAccount, chatId: string, words: string): Outgoing {
	return {
		chatId,
		print: fingerprint(words),
		post: (context) => sendText(account, chatId, words, context),
	};
}

/** One message goes under the command's own intent; several have an intent each, so that a repeat sends only the rest. */
export async function deliverParts(
	account: AvitoAccount,
	parts: readonly Outgoing[],
	context: CommandContext,
): Promise<SendResult[]> {
	const [only] = parts;
	if (parts.length === 1 && only !== undefined)
		return [await deliver(account, only, context.intent, requestContext(context))];
	const results: SendResult[] = [];
	for (const [index, part] of parts.entries()) {
		results.push(await deliverPart(account, part, String(index), context));
		context.progress(index + 1, 'messages sent', parts.length);
	}
	return results;
}

/** A message under an intent of its own, named within the command's. */
export async function deliverPart(
	account: AvitoAccount,
	part: Outgoing,
	name: string,
	context: CommandContext,
): Promise<SendResult> {
	const intent = await context.intent?.part(name);
	if (intent?.done === true) return { ...readResult(intent.result), duplicate: true };
	const handle: IntentHandle | null = intent?.handle ?? null;
	try {
		const result = await deliver(account, part, handle, requestContext(context));
		await intent?.finish(asJson(result));
		return result;
	} catch (error) {
		if (isDefiniteRefusal(error)) await intent?.refused();
		throw error;
	}
}

function readResult(stored: Json): SendResult {
	return sendResultSchema.parse(stored);
}

/** *Mark read on reply*: the message is out, so a failure here is only a hint. */
export async function markedRead(
	account: AvitoAccount,
	input: { chatId: string; markRead: boolean },
	context: CommandContext,
): Promise<Pick<CallResult, 'hints'>> {
	if (!input.markRead) return {};
	try {
		await markChatRead(account, input.chatId, requestContext(context));
		return {};
	} catch (error) {
		return {
			hints: [`The message was sent, but the chat could not be marked read: ${(error as Error).message}`],
		};
	}
}
