import { z } from '#lib/zod';
import { invalidParameter, type CommandContext, type MediaSource } from '../../../contract';
import type { TelegramAccount } from '../account';
import { albums, settle } from '../send/album';
import {
	mediaFrom,
	MEDIA_KINDS,
	type Existing,
	type InputMedia,
	type MediaOptions,
} from '../send/input-media';
import { captionLimit } from '../send/premium';
import { fit, FORMATS, formatText, toEntities } from '../send/text';
import { child, type TlObject } from '../tl';
import { fetchMessages } from './message-read';
import { mention, sendingFields, sendingFlags, sends, sendTo } from './sending';
import { command, MEDIA_TIMEOUT_MS, messageNotFound, peerOf } from './shared';

/** What may be said of files, beside the files. */
export const mediaFields = {
	kind: z.enum(MEDIA_KINDS).default('auto'),
	/** caption */
	text: z.string().default(''),
	format: z.enum(FORMATS).default('none'),
	captionAbove: z.boolean().default(false),
	/** a voice message must be OGG with Opus: what is not can go as audio instead */
	ifNotVoice: z.enum(['refuse', 'audio']).default('refuse'),
	durationSeconds: z.number().min(0).optional(),
	width: z.number().int().min(1).max(10_000).optional(),
	height: z.number().int().min(1).max(10_000).optional(),
	title: z.string().optional(),
	performer: z.string().optional(),
	emoji: z.string().optional(),
	spoiler: z.boolean().default(false),
	/** the last of the files is the thumbnail of the others */
	hasThumbnail: z.boolean().default(false),
};
type MediaInput = z.output<z.ZodObject<typeof mediaFields>>;

/** Photos, videos, voices, files; several of one kind are an album, the caption goes with the first. */
export const messageSendMedia = command({
	...sends,
	timeoutMs: MEDIA_TIMEOUT_MS,
	input: z.strictObject({ ...mediaFields, asAlbum: z.boolean().default(true), ...sendingFields }),
	async run(account, input, context) {
		const words = await captionOf(account, input, context.signal);
		return sendTo(account, input, context, ACTIONS[input.kind], async (to) => {
			const media = await mediaOf(account, input, context);
			const outgoing = [];
			for (const [index, album] of albums(media, input.asAlbum).entries()) {
				const first = index === 0;
				const common = {
					peer: to.input,
					...sendingFlags(input, first),
					...(input.captionAbove ? { invert_media: true } : {}),
				};
				const caption = first ? words : { message: '' };
				const [only] = album;
				if (album.length === 1 && only !== undefined) {
					outgoing.push({ request: { _: 'messages.sendMedia', ...common, ...caption, media: only } });
					continue;
				}
				const settled: TlObject[] = [];
				for (const one of album) settled.push(await settle(account, to.input, one, context));
				outgoing.push({
					count: album.length,
					request: { _: 'messages.sendMultiMedia', ...common },
					texts: () => Promise.resolve(album.map((_, position) => (position === 0 ? caption.message : ''))),
					randomIds: (ids: readonly string[]) => ({
						_: 'messages.sendMultiMedia',
						...common,
						multi_media: settled.map((one, position) => ({
							_: 'inputSingleMedia',
							media: one,
							random_id: ids[position] ?? '0',
							...(position === 0 ? caption : { message: '' }),
						})),
					}),
				});
			}
			return outgoing;
		});
	},
});

/** What the other side sees while a file is being prepared. */
const ACTIONS: Readonly<Record<MediaInput['kind'], string>> = {
	auto: 'sendMessageUploadDocumentAction',
	file: 'sendMessageUploadDocumentAction',
	photo: 'sendMessageUploadPhotoAction',
	video: 'sendMessageRecordVideoAction',
	animation: 'sendMessageUploadVideoAction',
	videoNote: 'sendMessageRecordRoundAction',
	voice: 'sendMessageRecordAudioAction',
	audio: 'sendMessageUploadAudioAction',
	sticker: 'sendMessageChooseStickerAction',
};

/** The caption as a request carries it. @throws ChannelError `message_too_long` */
export async function captionOf(
	account: TelegramAccount,
	input: Pick<MediaInput, 'text' | 'format'>,
	signal: AbortSignal,
): Promise<{ message: string; entities?: TlObject[] }> {
	const formatted = formatText(input.text, input.format);
	const [caption] = fit(formatted, 'refuse', await captionLimit(account, formatted.text.length, signal));
	const entities = toEntities(caption?.entities ?? [], (id) => mention(account, id));
	return { message: caption?.text ?? '', ...(entities.length === 0 ? {} : { entities }) };
}

/** The files of a call, uploaded or named. @throws ChannelError when none was given */
export async function mediaOf(
	account: TelegramAccount,
	input: MediaInput,
	context: CommandContext,
): Promise<InputMedia[]> {
	const sources: MediaSource[] = [...context.media];
	const thumbnail = input.hasThumbnail ? sources.pop() : undefined;
	if (sources.length === 0)
		throw invalidParameter('media', 'no file was given', 'Give a binary field, a URL or a reference.');
	const { durationSeconds, width, height, title, performer, emoji, spoiler } = input;
	const options: MediaOptions = {
		as: input.kind,
		otherwiseAudio: input.ifNotVoice === 'audio',
		...{ durationSeconds, width, height, title, performer, emoji, spoiler, thumbnail },
	};
	const existing: Existing = (chat, messageId) => existingMedia(account, chat, messageId, context.signal);
	const media: InputMedia[] = [];
	for (const source of sources) media.push(await mediaFrom(account, source, options, existing, context));
	return media;
}

/** A file received earlier, without downloading it: the message is asked for anew, its reference is then fresh. */
async function existingMedia(
	account: TelegramAccount,
	chat: string,
	messageId: number,
	signal: AbortSignal,
): Promise<TlObject> {
	const { peer } = await peerOf(account, chat, { signal }, { field: 'media' });
	const [message] = await fetchMessages(account, peer, [messageId], signal);
	if (message === undefined) throw messageNotFound(messageId);
	const media = child(message, 'media');
	if (media === null) throw invalidParameter('media', 'the message referred to has no file');
	return media;
}
