import { z } from '#lib/zod';
import { invalidParameter, type CallResult, type CommandContext } from '../../../contract';
import type { SendResult } from '../../../contract/schemas';
import { asJson, type MaxAccount } from '../account';
import { markRead, sendTyping, type NewMessage } from '../api/messages';
import { wireId, type OutgoingMap } from '../codec';
import { chatIdField, idField, idsField, textField, timeField } from '../input-fields';
import { locationAttach, type Attachment, type SendAs } from '../media/attachment';
import { attachmentFrom } from '../media/upload';
import { deliverAll, type Delivery } from '../send/deliver';
import { FORMATS, formatText } from '../send/markup';
import {
	recipientChats,
	recipientFields,
	recipientFirstContacts,
	resolveRecipient,
	type Recipient,
	type RecipientInput,
} from '../send/recipient';
import { splitText } from '../send/split-text';
import { command, MEDIA_TIMEOUT_MS, requestOptions, SEND_TIMEOUT_MS } from './shared';

/** MAX shows typing for a few seconds; repeated while it lasts. */
const TYPING_MS = 4_000;

/** What every send may say beside its content. */
const optionFields = {
	replyTo: idField.optional(),
	silent: z.boolean().default(false),
	/** *typing before sending*: seconds, or as long as a person needs for the text */
	typing: z.union([z.number().min(0).max(60), z.literal('length')]).default(0),
	/** *mark read on reply* */
	markRead: z.boolean().default(false),
	/** the service sends it then */
	sendAt: timeField.optional(),
};
const textOptionFields = {
	...optionFields,
	format: z.enum(FORMATS).default('none'),
	splitLongText: z.enum(['refuse', 'split']).default('refuse'),
};
type SendOptions = z.output<z.ZodObject<typeof optionFields>>;
type TextOptions = z.output<z.ZodObject<typeof textOptionFields>>;

/** What a file can be sent as. */
const KINDS = {
	auto: 'auto',
	file: 'file',
	photo: 'photo',
	video: 'video',
	videoNote: 'note',
	voice: 'voice',
} as const satisfies Record<string, SendAs>;

const sends = {
	permission: 'send',
	effect: 'send',
	deduplicated: true,
	chats: recipientChats,
	firstContacts: recipientFirstContacts,
} as const;

/** A text to a chat, a person or a phone number. */
export const messageSend = command({
	...sends,
	timeoutMs: SEND_TIMEOUT_MS,
	input: z.strictObject({ ...recipientFields, text: textField, ...textOptionFields }),
	run: (account, input, context) =>
		sendTo(account, input, context, async () => textMessages(input.text, input)),
});

/** An answer that quotes a message. */
export const messageReply = command({
	permission: 'send',
	effect: 'send',
	deduplicated: true,
	chats: recipientChats,
	timeoutMs: SEND_TIMEOUT_MS,
	input: z.strictObject({ chatId: chatIdField, messageId: idField, text: textField, ...textOptionFields }),
	run: (account, { messageId, ...input }, context) =>
		sendTo(account, input, context, async () => textMessages(input.text, { ...input, replyTo: messageId })),
});

/** Photos, videos, voices and files; several photos and videos are one album, a file is a message of its own. */
export const messageSendMedia = command({
	...sends,
	timeoutMs: MEDIA_TIMEOUT_MS,
	input: z.strictObject({
		...recipientFields,
		kind: z.enum(Object.keys(KINDS) as (keyof typeof KINDS)[]).default('auto'),
		/** caption of the first message */
		text: z.string().default(''),
		/** a voice message must be OGG with Opus: what is not can go as a file instead */
		ifNotVoice: z.enum(['refuse', 'audio']).default('refuse'),
		/** voice: its length */
		durationSeconds: z.number().min(0).optional(),
		...textOptionFields,
	}),
	run(account, input, context) {
		if (context.media.length === 0)
			throw invalidParameter('media', 'no file was given', 'Give a binary field, a URL or a reference.');
		return sendTo(account, input, context, async () => {
			const options = {
				as: KINDS[input.kind],
				otherwiseFile: input.ifNotVoice === 'audio',
				...(input.durationSeconds === undefined
					? {}
					: { durationMs: Math.round(input.durationSeconds * 1000) }),
			};
			const attachments: Attachment[] = [];
			for (const source of context.media)
				attachments.push(await attachmentFrom(account, source, options, context));
			return mediaMessages(attachments, input);
		});
	},
});

/** Messages of any chat the account sees, one by one, as the known clients do. */
export const messageForward = command({
	...sends,
	timeoutMs: SEND_TIMEOUT_MS,
	input: z.strictObject({
		...recipientFields,
		fromChatId: chatIdField,
		messageIds: idsField,
		...optionFields,
	}),
	chats: (input) => [...recipientChats(input), input.fromChatId],
	run: (account, input, context) =>
		sendTo(account, input, context, async () =>
			input.messageIds.map((messageId) => ({
				text: '',
				link: { type: 'FORWARD', chatId: input.fromChatId, messageId },
			})),
		),
});

/** A place on the map. The outgoing form is unverified by captures. */
export const messageSendLocation = command({
	...sends,
	input: z.strictObject({
		...recipientFields,
		latitude: z.number().min(-90).max(90),
		longitude: z.number().min(-180).max(180),
		...optionFields,
	}),
	run: (account, input, context) =>
		sendTo(account, input, context, async () => [
			{ ...quoting(input), text: '', attaches: [locationAttach(input.latitude, input.longitude)] },
		]),
});

/** A person's card. */
export const messageSendContact = command({
	...sends,
	input: z.strictObject({ ...recipientFields, contactId: idField, ...optionFields }),
	run: (account, input, context) =>
		sendTo(account, input, context, async () => [
			{ ...quoting(input), text: '', attaches: [{ _type: 'CONTACT', contactId: wireId(input.contactId) }] },
		]),
});

/** A sticker by its id. */
export const messageSendSticker = command({
	...sends,
	input: z.strictObject({ ...recipientFields, stickerId: idField, ...optionFields }),
	run: (account, input, context) =>
		sendTo(account, input, context, async () => [
			{ ...quoting(input), text: '', attaches: [{ _type: 'STICKER', stickerId: wireId(input.stickerId) }] },
		]),
});

/** Bits of `settings`: 1 anonymous (one source), 2 several answers (two sources). */
const ANONYMOUS = 1;
const MULTIPLE = 2;
/** A question with two to twenty answers. */
export const messageSendPoll = command({
	...sends,
	input: z.strictObject({
		...recipientFields,
		question: textField,
		answers: z.array(textField).min(2).max(20),
		anonymous: z.boolean().default(true),
		multiple: z.boolean().default(false),
		...optionFields,
	}),
	run(account, input, context) {
		const settings = (input.anonymous ? ANONYMOUS : 0) + (input.multiple ? MULTIPLE : 0);
		const poll = {
			_type: 'POLL',
			title: input.question,
			answers: input.answers.map((text) => ({ text })),
			settings,
		};
		return sendTo(account, input, context, async () => [{ ...quoting(input), text: '', attaches: [poll] }]);
	},
});

async function sendTo(
	account: MaxAccount,
	input: SendOptions & RecipientInput,
	context: CommandContext,
	compose: () => Promise<NewMessage[]>,
): Promise<CallResult> {
	const recipient = await resolveRecipient(account, input, requestOptions(context));
	const messages = await compose();
	await type(account, recipient, typingSeconds(input.typing, messages), context);
	const deliveries: Delivery[] = messages.map((message) => ({
		silent: input.silent,
		message: { ...message, ...(input.sendAt === undefined ? {} : { timeToFire: input.sendAt }) },
	}));
	const results = await deliverAll(account, recipient, deliveries, context);
	return { items: results.map(asJson), ...(await markedRead(account, results, input.markRead, context)) };
}

/** The quote of a reply. */
function quoting({ replyTo }: SendOptions): Pick<NewMessage, 'link'> {
	return replyTo === undefined ? {} : { link: { type: 'REPLY', messageId: replyTo } };
}

/** Twelve characters a second, between one and fifteen seconds. */
function typingSeconds(typing: number | 'length', messages: readonly NewMessage[]): number {
	return typing === 'length' ? Math.min(15, Math.max(1, (messages[0]?.text ?? '').length / 12)) : typing;
}

function textMessages(source: string, options: TextOptions): NewMessage[] {
	return splitText(formatText(source, options.format), options.splitLongText).map(
		({ text, elements }, index) => ({
			text,
			elements,
			attaches: [],
			// The quote stands at the beginning of a long answer only.
			...(index > 0 ? {} : quoting(options)),
		}),
	);
}

/** The caption goes with the first message; what is too long for it follows as text. */
function mediaMessages(
	attachments: readonly Attachment[],
	options: TextOptions & { text: string },
): NewMessage[] {
	const groups: OutgoingMap[][] = [];
	const album = attachments
		.filter(({ kind }) => kind === 'photo' || kind === 'video')
		.map(({ attach }) => attach);
	if (album.length > 0) groups.push(album);
	for (const { kind, attach } of attachments) if (kind !== 'photo' && kind !== 'video') groups.push([attach]);
	const [first, ...rest] = options.text.trim() === '' ? [] : textMessages(options.text, options);
	const messages = groups.map((attaches, index): NewMessage => ({
		text: '',
		elements: [],
		...(index === 0 ? (first ?? quoting(options)) : {}),
		attaches,
	}));
	return [...messages, ...rest];
}

/** Only for show: a message does not stay unsent because this failed. */
async function type(
	account: MaxAccount,
	{ target }: Recipient,
	seconds: number,
	context: CommandContext,
): Promise<void> {
	if (!('chatId' in target)) return;
	const options = { ...requestOptions(context), repeat: false };
	for (let left = seconds * 1000; left > 0; left -= TYPING_MS) {
		try {
			await sendTyping(account.session, target.chatId, 'TEXT', options);
		} catch (error) {
			context.signal.throwIfAborted();
			account.services.logger.debug('max: typing was not shown', { error: String(error) });
			return;
		}
		await account.services.clock.sleep(Math.min(left, TYPING_MS), context.signal);
	}
}

/** The message is out, so a failure here is only a hint. */
async function markedRead(
	account: MaxAccount,
	results: readonly SendResult[],
	wanted: boolean,
	context: CommandContext,
): Promise<Pick<CallResult, 'hints'>> {
	const last = results.at(-1);
	if (!wanted || last === undefined) return {};
	try {
		await markRead(
			account.session,
			last.chat_id,
			{ messageId: last.message_id, time: Date.parse(last.date) },
			requestOptions(context),
		);
		return {};
	} catch (error) {
		return {
			hints: [`The message was sent, but the chat could not be marked read: ${(error as Error).message}`],
		};
	}
}
