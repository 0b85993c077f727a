import { z } from '#lib/zod';
import { ChannelError, type IntentHandle, type JsonObject } from '../../../contract';
import type { SendResult } from '../../../contract/schemas';
import { asJson, type AvitoAccount } from '../account';
import type { RequestContext } from '../api/caller';
import { listMessages } from '../api/messages';
import { TransportError } from '../http/failures';
import type { SentMessage } from '../schemas/message';
import { outcomeUnknown, readBack, type SendMark } from './read-back';

/** One message on its way out. */
export interface Outgoing {
	chatId: string;
	/** see `fingerprint`; null = an image */
	print: string | null;
	post(context: RequestContext): Promise<SentMessage>;
}

/** A request that broke off may still be worked on: the chat is read back after the first wait, and again after the second. */
const SETTLE_MS = [1_000, 3_000];

/**
 * Sends a message once. Avito has no idempotency key: after a time-out, a broken connection or a 5xx the chat itself is
 * the only witness. Found there = sent; certainly absent = sent once more; unreadable = `outcome_unknown`.
 * A clear refusal (any 4xx, 429 among them) is an error at once.
 */
export function deliver(
	account: AvitoAccount,
	outgoing: Outgoing,
	intent: IntentHandle | null,
	context: RequestContext,
): Promise<SendResult> {
	return account.sends.run(outgoing.chatId, context.signal, async () => {
		const earlier = intent?.state === 'sent' ? readMark(intent.context) : null;
		if (earlier !== null) {
			const found = await readBack(account, outgoing.chatId, earlier, context.signal);
			if (found !== null) return resultOf(account, outgoing.chatId, found, true);
		}
		const mark = earlier ?? (await makeMark(account, outgoing, context));
		return sendAndVerify(account, outgoing, mark, intent, context, 1);
	});
}

async function sendAndVerify(
	account: AvitoAccount,
	outgoing: Outgoing,
	mark: SendMark,
	intent: IntentHandle | null,
	context: RequestContext,
	repeats: number,
): Promise<SendResult> {
	const { chatId } = outgoing;
	let left = false;
	const beforeFirstByte = async (): Promise<void> => {
		await intent?.sent(asJson({ ...mark }));
		left = true;
	};
	try {
		const sent = await outgoing.post({ ...context, chatId, beforeFirstByte });
		account.lastMessages.note(chatId, sent, account.services.clock.now());
		return resultOf(account, chatId, sent, false);
	} catch (error) {
		if (!left || context.signal.aborted || !isAmbiguous(error)) throw error;
		for (const wait of SETTLE_MS) {
			await account.services.clock.sleep(wait, context.signal);
			const found = await readBack(account, chatId, mark, context.signal);
			if (found !== null) return resultOf(account, chatId, found, false);
		}
		if (repeats === 0) throw error;
		return sendAndVerify(account, outgoing, mark, intent, context, repeats - 1);
	}
}

/** May the message be out in spite of this error? */
function isAmbiguous(error: unknown): boolean {
	if (!ChannelError.is(error)) return true;
	if (error instanceof TransportError) return error.mayHaveLeft;
	// Refused, or sent elsewhere: it was not done.
	if (/^[34]/.test(error.providerCode ?? '')) return false;
	return ['timeout', 'unreachable', 'upstream_error', 'unexpected_answer'].includes(error.code);
}

/** The chat's newest message: known in passing, else one small read. */
async function makeMark(
	account: AvitoAccount,
	outgoing: Outgoing,
	context: RequestContext,
): Promise<SendMark> {
	const { clock } = account.services;
	let last = account.lastMessages.get(outgoing.chatId, clock.now());
	if (last === undefined) {
		const { messages } = await listMessages(account, outgoing.chatId, { limit: 1 }, context);
		last = messages[0]?.value.id ?? '';
		if (messages[0] !== undefined) account.lastMessages.note(outgoing.chatId, messages[0].value, clock.now());
	}
	return { last_message_id: last, sent_text_hash: outgoing.print, started_at: clock.now() };
}

const markSchema = z.object({
	last_message_id: z.string(),
	sent_text_hash: z.string().nullable(),
	started_at: z.number(),
});

/** @throws ChannelError `outcome_unknown` when an earlier try left nothing to look for */
function readMark(context: JsonObject): SendMark {
	const parsed = markSchema.safeParse(context);
	if (!parsed.success) throw outcomeUnknown();
	return parsed.data;
}

function resultOf(
	account: AvitoAccount,
	chatId: string,
	message: { id: string; created: number },
	duplicate: boolean,
): SendResult {
	return {
		channel: 'avito',
		account: account.accountId,
		chat_id: chatId,
		message_id: message.id,
		date: new Date(message.created * 1000).toISOString(),
		peer_resolved: false,
		duplicate,
	};
}
