import { z } from '#lib/zod';
import { ChannelError, invalidParameter } from '../../../contract';
import { asJson, type TelegramAccount } from '../account';
import { documentKind } from '../events/media';
import { deliverAll, type Outgoing } from '../send/deliver';
import { CAPTION_LENGTH, fit, FORMATS, formatText, toEntities } from '../send/text';
import { mediaFrom, MEDIA_KINDS, type InputMedia, type MediaOptions } from '../send/upload';
import { bytes, child, long, type TlObject } from '../tl';
import { markedRead, mention, sendingFields, sendingFlags, showTyping } from './message-send';
import { fetchMessages } from './message-read';
import { chatRef, command, MEDIA_TIMEOUT_MS, messageNotFound, peerOf, phoneContacts } from './shared';

/** Telegram's limit (core.telegram.org/api/files: albums) */
const ALBUM = 10;

/** Photos, videos, voices, files; several of one kind are an album, the caption goes with the first. */
export const messageSendMedia = command({
	permission: 'send',
	effect: 'send',
	timeoutMs: MEDIA_TIMEOUT_MS,
	input: z.strictObject({
		chatId: chatRef,
		kind: z.enum(MEDIA_KINDS).default('auto'),
		/** caption */
		text: z.string().default(''),
		format: z.enum(FORMATS).default('none'),
		/** a voice message must be OGG with Opus: what is not can go as audio instead */
		ifNotVoice: z.enum(['refuse', 'audio']).default('refuse'),
		durationSeconds: z.number().min(0).optional(),
		spoiler: z.boolean().default(false),
		...sendingFields,
	}),
	chats: ({ chatId }) => [chatId],
	firstContacts: ({ chatId }) => phoneContacts(chatId),
	async run(account, input, context) {
		if (context.media.length === 0) {
			throw invalidParameter('media', 'no file was given', 'Give a binary field, a URL or a reference.');
		}
		const [caption] = fit(formatText(input.text, input.format), 'refuse', CAPTION_LENGTH);
		const { peer, input: inputPeer, looked } = await peerOf(account, input.chatId, context, input);
		await showTyping(account, inputPeer, input.typingSeconds, context);
		const options: MediaOptions = {
			as: input.kind,
			otherwiseAudio: input.ifNotVoice === 'audio',
			durationSeconds: input.durationSeconds,
			spoiler: input.spoiler,
		};
		const media: InputMedia[] = [];
		for (const source of context.media) {
			const existing = (chat: string, messageId: number) =>
				existingMedia(account, chat, messageId, context.signal);
			media.push(await mediaFrom(account, source, options, existing, context));
		}
		const entities = toEntities(caption?.entities ?? [], (id) => mention(account, id));
		const outgoing: Outgoing[] = [];
		for (const [index, album] of albums(media).entries()) {
			const first = index === 0;
			const words = {
				message: first ? (caption?.text ?? '') : '',
				...(first && entities.length > 0 ? { entities } : {}),
			};
			const common = { peer: inputPeer, ...sendingFlags(input, first) };
			const [only] = album;
			if (album.length === 1 && only !== undefined) {
				outgoing.push({
					peer,
					looked,
					request: { _: 'messages.sendMedia', ...common, ...words, media: only },
				});
				continue;
			}
			const settled = await Promise.all(album.map((one) => settle(account, inputPeer, one, context.signal)));
			outgoing.push({
				peer,
				looked,
				count: album.length,
				request: { _: 'messages.sendMultiMedia', ...common, ...words },
				randomIds: (ids) => ({
					_: 'messages.sendMultiMedia',
					...common,
					multi_media: settled.map((one, position) => ({
						_: 'inputSingleMedia',
						media: one,
						random_id: ids[position] ?? '0',
						...(position === 0 ? words : { message: '' }),
					})),
				}),
			});
		}
		const items = await deliverAll(account, outgoing, context);
		return { items: items.map(asJson), ...(await markedRead(account, peer, input, context)) };
	},
});

/** Neighbours of one kind travel together, at most ten: Telegram does not mix pictures with files or music. */
function albums(media: readonly InputMedia[]): TlObject[][] {
	const groups: { group: InputMedia['group']; media: TlObject[] }[] = [];
	for (const { media: one, group } of media) {
		const last = groups.at(-1);
		if (last !== undefined && last.group === group && last.media.length < ALBUM) last.media.push(one);
		else groups.push({ group, media: [one] });
	}
	return groups.map((group) => group.media);
}

/** In an album only what Telegram holds already may stand: an uploaded file is made one first. */
async function settle(
	account: TelegramAccount,
	peer: TlObject,
	media: TlObject,
	signal: AbortSignal,
): Promise<TlObject> {
	if (!/Uploaded|External/.test(media._)) return media;
	const kept = await account.connection.object({ _: 'messages.uploadMedia', peer, media }, { signal });
	const spoiler = media['spoiler'] === true ? { spoiler: true } : {};
	return { ...inputOf(kept), ...spoiler };
}

function inputOf(media: TlObject): TlObject {
	const photo = child(media, 'photo');
	const file = photo ?? child(media, 'document');
	if (file === null)
		throw new ChannelError('unexpected_answer', 'Telegram kept no file', { channel: 'telegram' });
	return {
		_: photo === null ? 'inputMediaDocument' : 'inputMediaPhoto',
		id: {
			_: photo === null ? 'inputDocument' : 'inputPhoto',
			id: long(file, 'id') ?? '0',
			access_hash: long(file, 'access_hash') ?? '0',
			file_reference: bytes(file, 'file_reference') ?? Buffer.alloc(0),
		},
	};
}

/** A file received earlier, without downloading it: the message is asked for anew, its reference is then fresh. */
async function existingMedia(
	account: TelegramAccount,
	chat: string,
	messageId: number,
	signal: AbortSignal,
): Promise<InputMedia> {
	const { peer } = await peerOf(account, chat, { signal }, { field: 'media' });
	const [message] = await fetchMessages(account, peer, [messageId], signal);
	if (message === undefined) throw messageNotFound(messageId);
	const media = child(message, 'media');
	if (media === null) throw invalidParameter('media', 'the message referred to has no file');
	const document = child(media, 'document');
	const kind = document === null ? 'photo' : documentKind(document);
	const group = kind === 'photo' || kind === 'video' ? 'visual' : kind === 'audio' ? 'audio' : 'file';
	return { media: inputOf(media), group };
}
