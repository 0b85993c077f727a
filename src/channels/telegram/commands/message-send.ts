import { z } from '#lib/zod';
import type { CallResult, CommandContext } from '../../../contract';
import { asJson, type TelegramAccount } from '../account';
import { ENTITY_TYPES, type Entity } from '../formatting';
import { inputUser, type Peer } from '../peers/peer-book';
import { deliverAll, type Outgoing } from '../send/deliver';
import { fit, FORMATS, formatText, toEntities } from '../send/text';
import type { TlObject } from '../tl';
import { markRead } from './chat-mark-read';
import { chatRef, command, messageId, peerOf, phoneContacts, SEND_TIMEOUT_MS, text, time } from './shared';

/** Telegram shows a typing action for about six seconds. */
const TYPING_MS = 5_000;

const entity = z.strictObject({
	type: z.enum(ENTITY_TYPES),
	offset: z.number().int().min(0),
	length: z.number().int().min(1),
	url: z.string().optional(),
	userId: z.string().optional(),
	language: z.string().optional(),
	emojiId: z.string().optional(),
});

/** What every send may say beside its content. */
export const sendingFields = {
	replyTo: messageId.optional(),
	/** part of the message replied to */
	quote: z.string().optional(),
	/** topic of a forum */
	topicId: messageId.optional(),
	silent: z.boolean().default(false),
	/** the others cannot forward or save it */
	protect: z.boolean().default(false),
	sendAt: time.optional(),
	typingSeconds: z.number().min(0).max(60).default(0),
	markRead: z.boolean().default(false),
	/** add an unknown phone number to the contacts */
	importContact: z.boolean().default(false),
};
export type Sending = z.output<z.ZodObject<typeof sendingFields>>;

/** A text to a chat, a person, a phone number. */
export const messageSend = command({
	permission: 'send',
	effect: 'send',
	timeoutMs: SEND_TIMEOUT_MS,
	input: z.strictObject({
		chatId: chatRef,
		text,
		format: z.enum(FORMATS).default('none'),
		/** with `format` none */
		entities: z.array(entity).default([]),
		linkPreview: z.boolean().default(true),
		splitLongText: z.enum(['refuse', 'split']).default('refuse'),
		...sendingFields,
	}),
	chats: ({ chatId }) => [chatId],
	firstContacts: ({ chatId }) => phoneContacts(chatId),
	async run(account, input, context) {
		const parts = fit(
			formatText(input.text, input.format, input.entities.map(definedOnly)),
			input.splitLongText,
		);
		const { peer, input: inputPeer, looked } = await peerOf(account, input.chatId, context, input);
		await showTyping(account, inputPeer, input.typingSeconds, context);
		const outgoing = parts.map((part, index): Outgoing => {
			const entities = toEntities(part.entities, (id) => mention(account, id));
			return {
				peer,
				looked,
				request: {
					_: 'messages.sendMessage',
					peer: inputPeer,
					message: part.text,
					...(entities.length === 0 ? {} : { entities }),
					...(input.linkPreview ? {} : { no_webpage: true }),
					...sendingFlags(input, index === 0),
				},
			};
		});
		const items = await deliverAll(account, outgoing, context);
		return { items: items.map(asJson), ...(await markedRead(account, peer, input, context)) };
	},
});

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

export async function showTyping(
	account: TelegramAccount,
	peer: TlObject,
	seconds: number,
	{ signal }: CommandContext,
	action = 'sendMessageTypingAction',
): Promise<void> {
	for (let left = seconds * 1000; left > 0; left -= TYPING_MS) {
		await account.connection.call({ _: 'messages.setTyping', peer, action: { _: action } }, { signal });
		await account.services.clock.sleep(Math.min(left, TYPING_MS), signal);
	}
}

/** *Mark read on reply*: the message is out, so a failure here is only a hint. */
export async function markedRead(
	account: TelegramAccount,
	peer: Peer,
	sending: Sending,
	context: CommandContext,
): Promise<Pick<CallResult, 'hints'>> {
	if (!sending.markRead) return {};
	try {
		await markRead(account, peer, 0, context.signal);
		return {};
	} catch (error) {
		return {
			hints: [`The message was sent, but the chat could not be marked read: ${(error as Error).message}`],
		};
	}
}

/** A mention by id needs somebody this session has seen; otherwise the name stays plain text. */
export function mention(account: TelegramAccount, id: string): TlObject | null {
	const peer = account.book.get(id);
	return peer?.accessHash == null ? null : inputUser(peer, account.userId);
}

function definedOnly(given: z.output<typeof entity>): Entity {
	return Object.fromEntries(
		Object.entries(given).filter(([, value]) => value !== undefined),
	) as unknown as Entity;
}
