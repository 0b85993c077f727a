import { z } from '#lib/zod';
import { invalidParameter, type CommandContext } from '../../../contract';
import { asJson, type TelegramAccount } from '../account';
import { deliver } from '../send/deliver';
import { fromExisting } from '../send/input-media';
import { assertMayApproach } from '../send/limited';
import { captionLimit } from '../send/premium';
import { fit, FORMATS, formatText, MESSAGE_LENGTH, toEntities } from '../send/text';
import { child, children, int, long, text, type TlObject } from '../tl';
import { fetchMessages } from './message-read';
import { mention, sendingFields, sendingFlags, sends, sendTo } from './sending';
import { chatRef, command, messageId, messageIds, messageNotFound, peerOf } from './shared';

const { chatId, silent, protect, topicId, sendAt } = sendingFields;

/** With the sender's name, or as a copy without it. An album stays one when all of it is named. */
export const messageForward = command({
	...sends,
	input: z.strictObject({
		fromChatId: chatRef,
		messageIds,
		asCopy: z.boolean().default(false),
		withoutCaptions: z.boolean().default(false),
		...{ chatId, silent, protect, topicId, sendAt },
	}),
	chats: (input) => [input.chatId, input.fromChatId],
	async run(account, input, context) {
		const { peer, input: to, looked } = await peerOf(account, input.chatId, context);
		await assertMayApproach(account, input.chatId, { peer, looked });
		const from = await peerOf(account, input.fromChatId, context, { field: 'fromChatId' });
		const ids = [...input.messageIds];
		const request = {
			_: 'messages.forwardMessages',
			from_peer: from.input,
			to_peer: to,
			id: ids,
			...(input.asCopy ? { drop_author: true } : {}),
			...(input.withoutCaptions ? { drop_media_captions: true } : {}),
			...(input.silent ? { silent: true } : {}),
			...(input.protect ? { noforwards: true } : {}),
			...(input.topicId === undefined ? {} : { top_msg_id: input.topicId }),
			...(input.sendAt === undefined ? {} : { schedule_date: input.sendAt }),
		};
		const texts = async (): Promise<string[]> => {
			const originals = await fetchMessages(account, from.peer, ids, context.signal);
			return ids.map((id) => {
				const original = originals.find((one) => int(one, 'id') === id) ?? { _: '' };
				return input.withoutCaptions && child(original, 'media') !== null ? '' : text(original, 'message');
			});
		};
		const items = await deliver(
			account,
			{
				peer,
				looked,
				request,
				count: ids.length,
				randomIds: (randomIds) => ({ ...request, random_id: randomIds }),
				texts,
			},
			context.intent,
			context,
		);
		return { items: items.map(asJson) };
	},
});

/** One message made anew under this account's name, if wanted with other words, as an answer or in a topic. */
export const messageCopy = command({
	...sends,
	input: z.strictObject({
		fromChatId: chatRef,
		messageId,
		/** instead of the message's own; empty: no words */
		text: z.string().optional(),
		format: z.enum(FORMATS).default('none'),
		...sendingFields,
	}),
	chats: (input) => [input.chatId, input.fromChatId],
	async run(account, input, context) {
		const original = await originalOf(account, input, context);
		const media = copied(child(original, 'media'));
		const longest = (length: number): Promise<number> =>
			media === null ? Promise.resolve(MESSAGE_LENGTH) : captionLimit(account, length, context.signal);
		const words = await wordsOf(account, input, original, longest);
		return sendTo(account, input, context, 'sendMessageTypingAction', (to) => {
			const common = { peer: to.input, ...words, ...sendingFlags(input) };
			return [
				{
					request:
						media === null
							? { _: 'messages.sendMessage', ...common }
							: { _: 'messages.sendMedia', ...common, media },
				},
			];
		});
	},
});

async function originalOf(
	account: TelegramAccount,
	{ fromChatId, messageId: id }: { fromChatId: string; messageId: number },
	context: CommandContext,
): Promise<TlObject> {
	const { peer } = await peerOf(account, fromChatId, context, { field: 'fromChatId' });
	const [original] = await fetchMessages(account, peer, [id], context.signal);
	if (original === undefined) throw messageNotFound(id);
	if (original._ !== 'message') throw invalidParameter('messageId', 'a service message cannot be copied');
	return original;
}

async function wordsOf(
	account: TelegramAccount,
	{ text: given, format }: { text?: string | undefined; format: (typeof FORMATS)[number] },
	original: TlObject,
	longest: (length: number) => Promise<number>,
): Promise<{ message: string; entities?: TlObject[] }> {
	if (given === undefined) {
		const entities = children(original, 'entities').flatMap((entity) => asInput(account, entity));
		return { message: text(original, 'message'), ...(entities.length === 0 ? {} : { entities }) };
	}
	const formatted = formatText(given, format);
	const [part] = fit(formatted, 'refuse', await longest(formatted.text.length));
	const entities = toEntities(part?.entities ?? [], (id) => mention(account, id));
	return { message: part?.text ?? '', ...(entities.length === 0 ? {} : { entities }) };
}

/** A name in the text is sent as `InputUser`; of somebody this session has not seen it stays plain text. */
function asInput(account: TelegramAccount, entity: TlObject): TlObject[] {
	if (entity._ !== 'messageEntityMentionName') return [entity];
	const user = mention(account, long(entity, 'user_id') ?? '');
	const { offset, length } = entity;
	return user === null ? [] : [{ _: 'inputMessageEntityMentionName', offset, length, user_id: user }];
}

/**
 * What a message carries as something to send. A preview is made anew by Telegram.
 * @throws ChannelError `media_not_supported` for what cannot be made anew (games, invoices, polls of others)
 */
function copied(media: TlObject | null): TlObject | null {
	if (media === null) return null;
	switch (media._) {
		case 'messageMediaEmpty':
		case 'messageMediaWebPage':
			return null;
		case 'messageMediaGeo':
			return { _: 'inputMediaGeoPoint', geo_point: geoPoint(media) };
		case 'messageMediaVenue': {
			const { title, address, provider, venue_id: venueId, venue_type: venueType } = media;
			const place = { title, address, provider, venue_id: venueId, venue_type: venueType };
			return { _: 'inputMediaVenue', geo_point: geoPoint(media), ...place };
		}
		case 'messageMediaContact': {
			const { phone_number: phone, first_name: first, last_name: last, vcard } = media;
			return {
				_: 'inputMediaContact',
				phone_number: phone,
				first_name: first,
				last_name: last,
				vcard: vcard ?? '',
			};
		}
		case 'messageMediaDice':
			return { _: 'inputMediaDice', emoticon: media['emoticon'] };
		default:
			return fromExisting(media).media;
	}
}

function geoPoint(media: TlObject): TlObject {
	const point = child(media, 'geo') ?? { _: '' };
	return { _: 'inputGeoPoint', lat: point['lat'], long: point['long'] };
}
