import { z } from '#lib/zod';
import type { CallResult, CommandContext } from '../../../contract';
import { asJson, type TelegramAccount } from '../account';
import { inputUser, isAddressable, type Peer } from '../peers/peer';
import { deliverAll, type Outgoing } from '../send/deliver';
import { assertMayApproach } from '../send/limited';
import type { TlObject } from '../tl';
import { markRead } from './chat-mark-read';
import { chatRef, messageId, peerOf, phoneContacts, SEND_TIMEOUT_MS, time } from './shared';

/** Telegram shows a typing action for about six seconds. */
const TYPING_MS = 5_000;

/** Telegram's word for "as soon as the person is online" (core.telegram.org/api/scheduled-messages) */
export const WHEN_ONLINE = 0x7ffffffe;

/** Where a send goes, and what every send may say beside its content. */
export const sendingFields = {
	chatId: chatRef,
	replyTo: messageId.optional(),
	/** part of the message replied to */
	quote: z.string().optional(),
	/** topic of a forum */
	topicId: messageId.optional(),
	silent: z.boolean().default(false),
	/** the others cannot forward or save it */
	protect: z.boolean().default(false),
	/** a time, or `online`: as soon as the person is */
	sendAt: z.union([z.literal('online').transform(() => WHEN_ONLINE), time]).optional(),
	typingSeconds: z.number().min(0).max(60).default(0),
	markRead: z.boolean().default(false),
	/** add an unknown phone number to the contacts */
	importContact: z.boolean().default(false),
	/** take a contact that was added for this send out again */
	forgetContact: z.boolean().default(false),
};
export type Sending = z.output<z.ZodObject<typeof sendingFields>>;

/** What every command that sends to one chat has in common. */
export const sends = {
	permission: 'send',
	effect: 'send',
	deduplicated: true,
	timeoutMs: SEND_TIMEOUT_MS,
	chats: ({ chatId }: Pick<Sending, 'chatId'>) => [chatId],
	firstContacts: ({ chatId }: Pick<Sending, 'chatId'>) => phoneContacts(chatId),
} as const;

/** A chat that was found. */
export interface Recipient {
	peer: Peer;
	/** as a request names it */
	input: TlObject;
}

/**
 * To the chat `sending` names: finds it, shows *typing* if wanted, sends what `compose` makes of it in order, marks the
 * chat read if wanted.
 * @param action what is shown before, in Telegram's words
 */
export async function sendTo(
	account: TelegramAccount,
	sending: Sending,
	context: CommandContext,
	action: string,
	compose: (
		to: Recipient,
	) => Omit<Outgoing, 'peer' | 'looked'>[] | Promise<Omit<Outgoing, 'peer' | 'looked'>[]>,
): Promise<CallResult> {
	const to = await peerOf(account, sending.chatId, context, sending);
	await assertMayApproach(account, sending.chatId, to);
	await showAction(
		account,
		to.input,
		{ action, seconds: sending.typingSeconds, topicId: sending.topicId },
		context,
	);
	const outgoing = (await compose(to)).map((one) => ({ ...one, peer: to.peer, looked: to.looked }));
	const items = await deliverAll(account, outgoing, context);
	const hints = [
		...(await markedRead(account, to.peer, sending, context)),
		...(to.imported && sending.forgetContact ? await forgotten(account, to.peer, context) : []),
	];
	return { items: items.map(asJson), ...(hints.length === 0 ? {} : { hints }) };
}

/** Fields of the request that the common options stand for; only the first of several parts replies. */
export function sendingFlags(sending: Sending, first = true): Record<string, TlObject | boolean | number> {
	const { replyTo, topicId, quote } = sending;
	const target = first ? (replyTo ?? topicId) : topicId;
	return {
		...(target === undefined
			? {}
			: {
					reply_to: {
						_: 'inputReplyToMessage',
						reply_to_msg_id: target,
						...(topicId === undefined ? {} : { top_msg_id: topicId }),
						...(quote === undefined || !first ? {} : { quote_text: quote }),
					},
				}),
		...(sending.silent ? { silent: true } : {}),
		...(sending.protect ? { noforwards: true } : {}),
		...(sending.sendAt === undefined ? {} : { schedule_date: sending.sendAt }),
	};
}

/**
 * What this account does, shown in the chat for so long; Telegram forgets it after some seconds, so it is repeated.
 * @param once show it even for no time at all
 */
export async function showAction(
	account: TelegramAccount,
	peer: TlObject,
	{ action, seconds, topicId, once = false }: Shown,
	{ signal }: Pick<CommandContext, 'signal'>,
): Promise<void> {
	const progress = action.startsWith('sendMessageUpload') ? { progress: 0 } : {};
	const request = {
		_: 'messages.setTyping',
		peer,
		action: { _: action, ...progress },
		...(topicId === undefined ? {} : { top_msg_id: topicId }),
	};
	let left = seconds * 1000;
	if (once && left === 0) await account.connection.call(request, { signal });
	for (; left > 0; left -= TYPING_MS) {
		await account.connection.call(request, { signal });
		await account.services.clock.sleep(Math.min(left, TYPING_MS), signal);
	}
}

interface Shown {
	/** `sendMessage…Action` */
	action: string;
	seconds: number;
	topicId?: number | undefined;
	once?: boolean;
}

/** *Mark read on reply*: the message is out, so a failure here is only a hint. */
async function markedRead(
	account: TelegramAccount,
	peer: Peer,
	sending: Sending,
	{ signal }: CommandContext,
): Promise<string[]> {
	if (!sending.markRead) return [];
	try {
		await markRead(account, peer, 0, signal);
		return [];
	} catch (error) {
		return [`The message was sent, but the chat could not be marked read: ${(error as Error).message}`];
	}
}

async function forgotten(
	account: TelegramAccount,
	peer: Peer,
	{ signal }: CommandContext,
): Promise<string[]> {
	try {
		await account.connection.call(
			{ _: 'contacts.deleteContacts', id: [inputUser(peer, account.userId)] },
			{ signal },
		);
		return [];
	} catch (error) {
		return [`The message was sent, but the contact could not be removed: ${(error as Error).message}`];
	}
}

/** A mention by id needs somebody this session has seen; otherwise the name stays plain text. */
export function mention(account: TelegramAccount, id: string): TlObject | null {
	const peer = account.book.get(id);
	return peer === undefined || !isAddressable(peer) ? null : inputUser(peer, account.userId);
}
