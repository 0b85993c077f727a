import { z } from '#lib/zod';
import { ChannelError, invalidParameter, type CallResult, type CommandContext } from '../../../contract';
import type { TelegramAccount } from '../account';
import { fit, FORMATS, formatText, toEntities } from '../send/text';
import { child, children, int, type TlObject } from '../tl';
import { captionOf, mediaFields, mediaOf } from './message-send-media';
import { mention } from './sending';
import { chatRef, command, MEDIA_TIMEOUT_MS, messageId, messageNotFound, peerOf, time } from './shared';

/** Text or caption of an own message; of one that is scheduled also its time. An edit that changes nothing is a success. */
export const messageEdit = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		messageId,
		/** empty takes a caption away; a message without a file cannot be empty */
		text: z.string(),
		format: z.enum(FORMATS).default('none'),
		linkPreview: z.boolean().default(true),
		/** `messageId` is the number of a scheduled message */
		scheduled: z.boolean().default(false),
		/** new time of a scheduled message */
		sendAt: time.optional(),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		if (input.sendAt !== undefined && !input.scheduled)
			throw invalidParameter('sendAt', 'only a scheduled message has a time');
		const [part] = fit(formatText(input.text, input.format), 'refuse');
		const entities = toEntities(part?.entities ?? [], (id) => mention(account, id));
		return edit(account, input, context, async (peer) => ({
			message: part?.text ?? '',
			...(entities.length === 0 ? {} : { entities }),
			...(input.linkPreview ? {} : { no_webpage: true }),
			...(input.scheduled ? { schedule_date: await scheduleOf(account, peer, input, context) } : {}),
		}));
	},
});

/** Another file in the place of an own message's, with a new caption. */
export const messageEditMedia = command({
	permission: 'send',
	effect: 'change',
	timeoutMs: MEDIA_TIMEOUT_MS,
	input: z.strictObject({ chatId: chatRef, messageId, ...mediaFields }),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const caption = await captionOf(account, input, context.signal);
		const files = context.media.length - (input.hasThumbnail ? 1 : 0);
		if (files > 1) throw invalidParameter('media', 'a message has one file, and several were given');
		return edit(account, input, context, async () => {
			const [one] = await mediaOf(account, input, context);
			return {
				...caption,
				...(one === undefined ? {} : { media: one.media }),
				...(input.captionAbove ? { invert_media: true } : {}),
			};
		});
	},
});

/** @param fields of `messages.editMessage`, made once the chat is found */
export async function edit(
	account: TelegramAccount,
	{ chatId, messageId: id }: { chatId: string; messageId: number },
	context: CommandContext,
	fields: (peer: TlObject) => Promise<Record<string, TlObject[string]>>,
): Promise<CallResult> {
	const { peer, input } = await peerOf(account, chatId, context);
	const changes = await fields(input);
	let changed = true;
	let at: number | null = null;
	try {
		const answer = await account.connection.object(
			{ ...changes, _: 'messages.editMessage', peer: input, id },
			{ signal: context.signal },
		);
		at = editedAt(answer);
	} catch (error) {
		if (!ChannelError.is(error) || error.providerCode !== 'MESSAGE_NOT_MODIFIED') throw error;
		changed = false;
	}
	return {
		items: [
			{
				channel: 'telegram',
				account: account.accountId,
				chat_id: peer.id,
				message_id: String(id),
				edited: true,
				changed,
				date: new Date(at === null ? account.services.clock.now() : at * 1000).toISOString(),
			},
		],
	};
}

/** Unix seconds of the edit, as the answer shows the message; null where it does not. */
function editedAt(answer: TlObject): number | null {
	const [message] = children(answer, 'updates').flatMap((update) => child(update, 'message') ?? []);
	return message === undefined ? null : int(message, 'edit_date');
}

/** Telegram tells a scheduled message from a sent one by the time given with the edit: the old one, or a new. */
async function scheduleOf(
	account: TelegramAccount,
	peer: TlObject,
	{ messageId: id, sendAt }: { messageId: number; sendAt?: number | undefined },
	{ signal }: CommandContext,
): Promise<number> {
	if (sendAt !== undefined) return sendAt;
	const answer = await account.connection.object(
		{ _: 'messages.getScheduledMessages', peer, id: [id] },
		{ signal },
	);
	const date = int(children(answer, 'messages')[0] ?? { _: '' }, 'date');
	if (date === null) throw messageNotFound(id);
	return date;
}
