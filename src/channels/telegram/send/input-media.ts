import { ChannelError, invalidParameter, type CommandContext, type MediaSource } from '../../../contract';
import type { TelegramAccount } from '../account';
import { documentKind } from '../events/media';
import { parseRef } from '../events/media-ref';
import { bytes, child, long, type TlObject } from '../tl';
import { Mp4Shape, type VideoShape } from './mp4';
import { isOggOpus, OggLength } from './ogg';
import { abandon, begin, upload, type Begun } from './upload';
import { OpusWaveform } from './waveform';

export const MEDIA_KINDS = [
	'auto',
	'file',
	'photo',
	'video',
	'videoNote',
	'animation',
	'voice',
	'audio',
	'sticker',
] as const;
export type SendAs = (typeof MEDIA_KINDS)[number];

/** Telegram's limit for what is sent as a photo (core.telegram.org/bots/api#sendphoto) */
const PHOTO_BYTES = 10 * 1024 * 1024;

/** What a sender may say of a file; what is not said is read out of it where its format is known. */
export interface MediaOptions {
	as: SendAs;
	/** a voice message that is no OGG/Opus goes as a music file instead of being refused */
	otherwiseAudio: boolean;
	durationSeconds?: number | undefined;
	width?: number | undefined;
	height?: number | undefined;
	/** of a piece of music */
	title?: string | undefined;
	performer?: string | undefined;
	/** the emoji a sticker stands for */
	emoji?: string | undefined;
	spoiler: boolean;
	/** a small JPEG shown until the file is there */
	thumbnail?: MediaSource | undefined;
}

/** What a message carries, and with what it may share an album; `single` travels alone. */
export interface InputMedia {
	media: TlObject;
	group: 'visual' | 'audio' | 'file' | 'single';
}

/** The media of a message that exists. */
export type Existing = (chat: string, messageId: number) => Promise<TlObject>;

/** Any source → `InputMedia`. */
export async function mediaFrom(
	account: TelegramAccount,
	source: MediaSource,
	options: MediaOptions,
	existing: Existing,
	context: CommandContext,
): Promise<InputMedia> {
	if (source.kind === 'ref') {
		const ref = parseRef(source.ref);
		if (ref === null) throw invalidParameter('media', 'the reference is not a file of Telegram');
		return fromExisting(await existing(ref.chat, ref.messageId));
	}
	const spoiler = options.spoiler ? { spoiler: true } : {};
	if (source.kind === 'url') return fromUrl(source.url, options.as, spoiler);
	const begun = await begin(source);
	const as = await kindOf(begun, options);
	const [ogg, waveform, mp4] = [new OggLength(), new OpusWaveform(), new Mp4Shape()];
	const moving = as === 'video' || as === 'videoNote' || as === 'animation';
	const file = await upload(account, begun, context, (chunk) => {
		if (as === 'voice') {
			ogg.feed(chunk);
			waveform.feed(chunk);
		} else if (moving) mp4.feed(chunk);
	});
	if (as === 'photo') return { media: { _: 'inputMediaUploadedPhoto', file, ...spoiler }, group: 'visual' };
	const thumb = await thumbnailOf(account, options, context);
	return {
		media: {
			_: 'inputMediaUploadedDocument',
			file,
			mime_type: mimeTypeOf(as, source.mimeType),
			attributes: [
				...attributesOf(as, options, { seconds: ogg.seconds(), waveform: waveform.bytes() }, mp4.shape()),
				{ _: 'documentAttributeFilename', file_name: source.fileName },
			],
			...(as === 'file' ? { force_file: true } : {}),
			// Without this Telegram turns a video without sound into an animation.
			...(as === 'video' ? { nosound_video: true } : {}),
			...(thumb === null ? {} : { thumb }),
			...spoiler,
		},
		group: GROUPS[as],
	};
}

type Known = Exclude<SendAs, 'auto'>;

/** Telegram's apps and server take photos and videos, music, or documents together, nothing else (core.telegram.org/api/files). */
const GROUPS: Readonly<Record<Known, InputMedia['group']>> = {
	photo: 'visual',
	video: 'visual',
	audio: 'audio',
	file: 'file',
	animation: 'single',
	voice: 'single',
	videoNote: 'single',
	sticker: 'single',
};

/** Telegram's servers fetch it: this machine never opens the address, and cannot say what it is. */
function fromUrl(url: string, as: SendAs, spoiler: { spoiler?: boolean }): InputMedia {
	if (as === 'voice' || as === 'videoNote' || as === 'sticker') {
		throw new ChannelError('media_not_supported', `Telegram does not fetch a ${WORDS[as]} from an address`, {
			channel: 'telegram',
			field: 'mediaUrl',
			hint: 'Download the file with an HTTP Request node and send its binary field.',
		});
	}
	const photo = as === 'photo' || (as === 'auto' && /\.(jpe?g|png|webp)([?#]|$)/i.test(url));
	return photo
		? { media: { _: 'inputMediaPhotoExternal', url, ...spoiler }, group: 'visual' }
		: { media: { _: 'inputMediaDocumentExternal', url, ...spoiler }, group: 'single' };
}

const WORDS = { voice: 'voice message', videoNote: 'video note', sticker: 'sticker' } as const;

/** A file that Telegram has: named, not uploaded again. Also what is no file, as a place or a contact, is made anew. */
export function fromExisting(media: TlObject): InputMedia {
	const document = child(media, 'document');
	const kind = document === null ? 'photo' : documentKind(document);
	const group =
		kind === 'photo' || kind === 'video'
			? 'visual'
			: kind === 'audio'
				? 'audio'
				: kind === 'document'
					? 'file'
					: 'single';
	return { media: inputOf(media), group };
}

/** @throws ChannelError `media_not_supported` for media that is no file */
export function inputOf(media: TlObject): TlObject {
	const photo = child(media, 'photo');
	const file = photo ?? child(media, 'document');
	if (file === null) {
		throw new ChannelError('media_not_supported', 'The message referred to has no file', {
			channel: 'telegram',
			field: 'media',
		});
	}
	return {
		_: photo === null ? 'inputMediaDocument' : 'inputMediaPhoto',
		id: {
			_: photo === null ? 'inputDocument' : 'inputPhoto',
			id: long(file, 'id') ?? '0',
			access_hash: long(file, 'access_hash') ?? '0',
			file_reference: bytes(file, 'file_reference') ?? Buffer.alloc(0),
		},
		...(media['spoiler'] === true ? { spoiler: true } : {}),
	};
}

async function kindOf(begun: Begun, { as, otherwiseAudio }: MediaOptions): Promise<Known> {
	const { mimeType } = begun.source;
	if (as === 'voice' && !isOggOpus(begun.head)) {
		if (otherwiseAudio) return 'audio';
		await abandon(begun);
		throw new ChannelError('media_not_supported', 'A voice message must be OGG with Opus', {
			channel: 'telegram',
			field: 'media',
			hint: 'Convert it, or let it be sent as audio.',
		});
	}
	const large = (begun.source.size ?? 0) > PHOTO_BYTES;
	if (as === 'photo' && large) {
		await abandon(begun);
		throw new ChannelError('file_too_large', 'Telegram takes photos up to 10 MB', {
			channel: 'telegram',
			field: 'media',
			hint: 'Send it as a file.',
		});
	}
	if (as !== 'auto') return as;
	if (large && mimeType.startsWith('image/')) return 'file';
	if (/^image\/(jpeg|png|webp)$/.test(mimeType)) return 'photo';
	if (mimeType === 'video/mp4') return 'video';
	if (mimeType === 'image/gif') return 'animation';
	return mimeType.startsWith('audio/') ? 'audio' : 'file';
}

function mimeTypeOf(as: Known, given: string): string {
	if (as === 'voice') return 'audio/ogg';
	if (as === 'sticker' && !/^(image\/webp|video\/webm|application\/x-tgsticker)$/.test(given))
		return 'image/webp';
	return given || 'application/octet-stream';
}

function attributesOf(
	as: Known,
	options: MediaOptions,
	heard: { seconds: number | null; waveform: Buffer | null },
	seen: VideoShape | null,
): TlObject[] {
	const duration = Math.round(options.durationSeconds ?? heard.seconds ?? 0);
	const video = (fallback: number): Record<string, number> => ({
		duration: options.durationSeconds ?? seen?.duration ?? 0,
		w: options.width ?? seen?.width ?? fallback,
		h: options.height ?? seen?.height ?? fallback,
	});
	switch (as) {
		case 'voice':
			return [
				{
					_: 'documentAttributeAudio',
					voice: true,
					duration,
					...(heard.waveform === null ? {} : { waveform: heard.waveform }),
				},
			];
		case 'audio':
			return [
				{
					_: 'documentAttributeAudio',
					duration,
					...(options.title === undefined ? {} : { title: options.title }),
					...(options.performer === undefined ? {} : { performer: options.performer }),
				},
			];
		case 'video':
			return [{ _: 'documentAttributeVideo', supports_streaming: true, ...video(0) }];
		case 'videoNote':
			// Round ones are 384 by 384 in Telegram's own apps.
			return [{ _: 'documentAttributeVideo', round_message: true, ...video(384) }];
		case 'animation':
			return [
				...(seen === null ? [] : [{ _: 'documentAttributeVideo', supports_streaming: true, ...video(0) }]),
				{ _: 'documentAttributeAnimated' },
			];
		case 'sticker':
			return [
				{ _: 'documentAttributeImageSize', w: options.width ?? 512, h: options.height ?? 512 },
				{
					_: 'documentAttributeSticker',
					alt: options.emoji ?? '',
					stickerset: { _: 'inputStickerSetEmpty' },
				},
			];
		default:
			return [];
	}
}

async function thumbnailOf(
	account: TelegramAccount,
	{ thumbnail }: MediaOptions,
	context: CommandContext,
): Promise<TlObject | null> {
	if (thumbnail === undefined) return null;
	if (thumbnail.kind !== 'stream') throw invalidParameter('thumbnail', 'must be a binary field');
	return upload(account, await begin(thumbnail), { signal: context.signal, progress: () => undefined });
}
