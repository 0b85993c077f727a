import { hash } from 'node:crypto';
import { ChannelError, type CommandContext, type IntentHandle, type Json } from '../../../contract';
import { sendResultSchema, type SendResult } from '../../../contract/schemas';
import { asJson, isAllowedChat, type MaxAccount } from '../account';
import { sendMessage, type NewMessage } from '../api/messages';
import { unexpectedAnswer } from '../errors';
import { dialogId } from '../ids';
import { id, number } from '../json';
import { answerTo } from '../refusal';
import type { Recipient } from './recipient';

/** An attachment that is still being processed: asked again with the same cid, as all clients do. */
const NOT_READY_MS = 1_000;
const NOT_READY_TRIES = 30;
/** A repeat answered with a message older than this was sent by the first try. */
const SAME_INSTANT_MS = 1_000;
/** What the gap is counted by where it holds over all chats. */
const ANY_CHAT = 'any chat';

export interface Delivery {
	message: NewMessage;
	silent: boolean;
}

/**
 * Sends one message exactly once: the cid comes from the intent, so a repeat after a broken connection, a time-out or a
 * crash is the same message to the service.
 */
export async function deliver(
	account: MaxAccount,
	to: Recipient,
	delivery: Delivery,
	intent: IntentHandle | null,
	context: CommandContext,
): Promise<SendResult> {
	const { services, session, userId } = account;
	const { signal, options } = context;
	const chatId = 'chatId' in to.target ? to.target.chatId : dialogId(to.target.userId, userId);
	if (!isAllowedChat(account, chatId)) throw chatNotAllowed(chatId);
	const { budgetWaitMs } = options;
	await services.budget.take({
		chatId: account.settings.gapOverChats ? ANY_CHAT : chatId,
		signal,
		...(budgetWaitMs === undefined ? {} : { maxWaitMs: budgetWaitMs }),
	});
	return account.sends.run(chatId, signal, async () => {
		const startedAt = account.serverNow();
		const web = account.settings.device.type === 'WEB';
		const cid = cidOf(intent?.providerKey ?? services.random.hex(8), web);
		for (let tries = 1; ; tries += 1) {
			try {
				const sent = await sendMessage(
					session,
					to.target,
					delivery.message,
					{ cid, silent: delivery.silent, phone: !web },
					{ signal, beforeFirstByte: async () => intent?.sent() },
				);
				const messageId = id(sent.message['id']);
				if (messageId === null) throw unexpectedAnswer('a send tells no message id');
				const time = number(sent.message['time']) ?? startedAt;
				if (delivery.message.timeToFire === undefined) account.sent(sent.chatId, sent.message);
				return {
					channel: 'max',
					account: account.accountId,
					chat_id: sent.chatId,
					message_id: messageId,
					date: new Date(time).toISOString(),
					peer_resolved: to.resolved,
					duplicate: intent?.repeated === true && time < startedAt - SAME_INSTANT_MS,
				};
			} catch (error) {
				if (answerTo(error) !== 'await media' || tries >= NOT_READY_TRIES) throw told(account, error);
				await services.clock.sleep(NOT_READY_MS, signal);
			}
		}
	});
}

/** One message goes under the command's own intent; several have an intent each, so that a repeat sends only the rest. */
export async function deliverAll(
	account: MaxAccount,
	to: Recipient,
	deliveries: readonly Delivery[],
	context: CommandContext,
): Promise<SendResult[]> {
	const [only] = deliveries;
	if (deliveries.length === 1 && only !== undefined)
		return [await deliver(account, to, only, context.intent, context)];
	const results: SendResult[] = [];
	for (const [index, delivery] of deliveries.entries()) {
		results.push(await deliverPart(account, to, delivery, String(index), context));
		context.progress(index + 1, 'messages sent', deliveries.length);
	}
	return results;
}

async function deliverPart(
	account: MaxAccount,
	to: Recipient,
	delivery: Delivery,
	name: string,
	context: CommandContext,
): Promise<SendResult> {
	const part = await context.intent?.part(name);
	if (part?.done === true) return { ...readResult(part.result), duplicate: true };
	try {
		const result = await deliver(account, to, delivery, part?.handle ?? null, context);
		await part?.finish(asJson(result));
		return result;
	} catch (error) {
		if (ChannelError.is(error) && DEFINITE.includes(error.code)) await part?.refused();
		throw error;
	}
}

/** Refusals after which the message is certainly not out. */
const DEFINITE: readonly ChannelError['code'][] = [
	'invalid_parameter',
	'permission_denied',
	'peer_not_found',
	'user_not_found',
	'media_expired',
	'media_not_supported',
	'rate_limited',
	'flood_wait',
	'message_not_found',
	'chat_not_allowed',
];

function readResult(stored: Json): SendResult {
	return sendResultSchema.parse(stored);
}

/** 52 bits of the intent's key: exact in every JSON parser. Negative on the web, positive on phones, as their clients do. */
export function cidOf(providerKey: string, web: boolean): string {
	const bits = BigInt(`0x${hash('sha256', providerKey).slice(0, 13)}`) + 1n;
	return (web ? -bits : bits).toString();
}

/** A restriction of the whole account becomes its state: first contacts stop for a day. */
function told(account: MaxAccount, error: unknown): unknown {
	if (ChannelError.is(error) && error.providerCode === 'error.user.restricted.send') {
		const hint = error.hint === undefined ? {} : { hint: error.hint };
		account.services.accountState({ state: 'limited', reason: error.message, error, ...hint });
	}
	return error;
}

function chatNotAllowed(chatId: string): ChannelError {
	return new ChannelError('chat_not_allowed', `Chat ${chatId} is not among the credential's allowed chats`, {
		channel: 'max',
		hint: 'Add the chat id to Allowed Chats in the credential.',
	});
}
