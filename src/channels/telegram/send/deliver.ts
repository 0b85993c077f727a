import { hash } from 'node:crypto';
import { ChannelError, type CommandContext, type IntentHandle, type Json } from '../../../contract';
import { sendResultSchema, type SendResult } from '../../../contract/schemas';
import { asJson, type TelegramAccount } from '../account';
import { peerOf } from '../peers/marked-id';
import type { Peer } from '../peers/peer';
import { child, children, flag, int, long, text, type TlObject } from '../tl';
import { findSent } from './find-sent';

/** One message on its way out. */
export interface Outgoing {
	peer: Peer;
	looked: boolean;
	/** the request without its random id */
	request: TlObject;
	/** for `sendMultiMedia` and forwards, which carry one id per message */
	randomIds?: (ids: readonly string[]) => TlObject;
	/** how many messages it makes; default 1 */
	count?: number;
	/** the words of each message, to recognise those of an earlier try; default those of the request */
	texts?: () => Promise<readonly string[]>;
}

/**
 * Sends under the command's intent: the random id comes from it, so a repeat of whatever became of the first try is none
 * to Telegram; RANDOM_ID_DUPLICATE says that it had arrived.
 */
export async function deliver(
	account: TelegramAccount,
	outgoing: Outgoing,
	intent: IntentHandle | null,
	context: CommandContext,
): Promise<SendResult[]> {
	const { services, connection } = account;
	const { peer, looked } = outgoing;
	const count = outgoing.count ?? 1;
	const key = intent?.providerKey ?? services.random.hex(8);
	const ids = Array.from({ length: count }, (_, index) => randomId(key, index).toString());
	const request = outgoing.randomIds?.(ids) ?? { ...outgoing.request, random_id: ids[0] ?? '0' };
	await services.budget.take({
		bucket: 'send',
		chatId: peer.id,
		points: count,
		signal: context.signal,
		...(context.options.budgetWaitMs === undefined ? {} : { maxWaitMs: context.options.budgetWaitMs }),
	});
	await intent?.sent();
	const lookFor = async (sinceMs: number): Promise<Sent[]> => {
		const texts = (await outgoing.texts?.()) ?? [text(request, 'message')];
		const since = Math.floor(sinceMs / 1000);
		return findSent(account, { peer, request, texts, since }, context.signal);
	};
	try {
		const result = await connection.object(request, {
			signal: context.signal,
			sentMessage: (short) => rebuilt(account, outgoing, short),
		});
		const sent = ids.map((id, index) => sentIn(result, id, index));
		// Told by an answer without them that there are updates (`updatesTooLong`), one looks.
		const told = sent.some(({ id }) => id !== null) ? sent : await lookFor(services.clock.now());
		return told.map((one) => sendResult(account, peer, looked, one, false));
	} catch (error) {
		if (!ChannelError.is(error) || error.providerCode !== 'RANDOM_ID_DUPLICATE') throw error;
		const found = await lookFor(intent?.since ?? services.clock.now());
		return found.map((one) => sendResult(account, peer, looked, one, true));
	}
}

/** A message under an intent of its own, named within the command's. */
export async function deliverPart(
	account: TelegramAccount,
	outgoing: Outgoing,
	name: string,
	context: CommandContext,
): Promise<SendResult[]> {
	const intent = await context.intent?.part(name);
	if (intent?.done === true) return readResults(intent.result);
	try {
		const results = await deliver(account, outgoing, intent?.handle ?? null, context);
		await intent?.finish(results.map(asJson));
		return results;
	} catch (error) {
		if (isRefusal(error)) await intent?.refused();
		throw error;
	}
}

/** One message goes under the command's own intent; several have an intent each, so that a repeat sends only the rest. */
export async function deliverAll(
	account: TelegramAccount,
	parts: readonly Outgoing[],
	context: CommandContext,
): Promise<SendResult[]> {
	const [only] = parts;
	if (parts.length === 1 && only !== undefined) return deliver(account, only, context.intent, context);
	const results: SendResult[] = [];
	for (const [index, part] of parts.entries()) {
		results.push(...(await deliverPart(account, part, String(index), context)));
		context.progress(index + 1, 'messages sent', parts.length);
	}
	return results;
}

/** Telegram said no: nothing is out. */
function isRefusal(error: unknown): boolean {
	return (
		ChannelError.is(error) &&
		![
			'timeout',
			'unreachable',
			'cancelled',
			'upstream_error',
			'unexpected_answer',
			'account_in_use',
		].includes(error.code)
	);
}

function readResults(stored: Json): SendResult[] {
	return (Array.isArray(stored) ? stored : []).map((entry) => ({
		...sendResultSchema.parse(entry),
		duplicate: true,
	}));
}

/** Where a message lies; `id` is null when Telegram does not tell. */
export interface Sent {
	id: number | null;
	/** unix seconds */
	date: number;
}

function sendResult(
	account: TelegramAccount,
	peer: Peer,
	looked: boolean,
	sent: Sent,
	duplicate: boolean,
): SendResult {
	return {
		channel: 'telegram',
		account: account.accountId,
		chat_id: peer.id,
		message_id: sent.id === null ? '' : String(sent.id),
		date: new Date(sent.date * 1000).toISOString(),
		peer_resolved: looked,
		duplicate,
	};
}

/** `updateMessageID` maps a random id to the message's number; a short answer is about the one message there is. */
function sentIn(result: TlObject, randomIdOf: string, index: number): Sent {
	if (result._ === 'updateShortSentMessage') return { id: int(result, 'id'), date: int(result, 'date') ?? 0 };
	const alone = child(result, 'update');
	const updates = alone === null ? children(result, 'updates') : [alone];
	const mapped = updates.filter(({ _ }) => _ === 'updateMessageID');
	const own = mapped.find((update) => long(update, 'random_id') === randomIdOf) ?? mapped[index];
	const messages = updates.flatMap((update) => child(update, 'message') ?? []);
	const id = own === undefined ? int(messages[index] ?? { _: '' }, 'id') : int(own, 'id');
	const message = messages.find((one) => int(one, 'id') === id);
	return { id, date: int(message ?? result, 'date') ?? int(result, 'date') ?? 0 };
}

/** The message an `updateShortSentMessage` stands for: what was asked, with the number it was given. */
function rebuilt(account: TelegramAccount, { peer, request }: Outgoing, short: TlObject): TlObject {
	return {
		_: 'message',
		out: true,
		id: int(short, 'id') ?? 0,
		date: int(short, 'date') ?? 0,
		from_id: { _: 'peerUser', user_id: account.userId },
		peer_id: peerOf(peer.id),
		message: text(request, 'message'),
		...(flag(request, 'silent') ? { silent: true } : {}),
		...(short['entities'] === undefined ? {} : { entities: short['entities'] }),
		...(short['media'] === undefined ? {} : { media: short['media'] }),
	};
}

/** A signed 64-bit number; the same for the same key and place. Zero would be none. */
export function randomId(key: string, index: number): bigint {
	const hex = index === 0 ? key : hash('sha256', `${key}:${String(index)}`);
	const id = BigInt.asIntN(64, BigInt(`0x${hex.slice(0, 16).padStart(16, '0')}`));
	return id === 0n ? 1n : id;
}
