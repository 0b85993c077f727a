import type { Readable } from 'node:stream';
import { ChannelError, invalidParameter, type CommandContext, type MediaSource } from '../../../contract';
import type { TelegramAccount } from '../account';
import { parseRef } from '../events/media-ref';
import type { TlObject } from '../tl';

/** Telegram's advice for every file; parts but the last are equal (core.telegram.org/api/files). */
const PART = 512 * 1024;
const BIG = 10 * 1024 * 1024;
/** 2 GB without Premium */
const MAX_PARTS = 4000;
const AT_ONCE = 3;
const PART_MS = 60_000;

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

export interface MediaOptions {
	as: SendAs;
	/** a voice message that is not OGG goes as a music file instead of being refused */
	otherwiseAudio: boolean;
	durationSeconds?: number | undefined;
	spoiler: boolean;
}

/** What a message carries, and with what it may share an album. */
export interface InputMedia {
	media: TlObject;
	group: 'visual' | 'audio' | 'file';
}

/** Any source → `InputMedia`. A file is uploaded over the main connection, part by part as it is read. */
export async function mediaFrom(
	account: TelegramAccount,
	source: MediaSource,
	options: MediaOptions,
	existing: (chat: string, messageId: number) => Promise<InputMedia>,
	context: CommandContext,
): Promise<InputMedia> {
	if (source.kind === 'ref') {
		const ref = parseRef(source.ref);
		if (ref === null) throw invalidParameter('media', 'the reference is not a file of Telegram');
		return existing(ref.chat, ref.messageId);
	}
	const spoiler = options.spoiler ? { spoiler: true } : {};
	if (source.kind === 'url') {
		// Telegram's servers fetch it: this machine never opens the address.
		const photo =
			options.as === 'photo' || (options.as === 'auto' && /\.(jpe?g|png|webp)(\?|$)/i.test(source.url));
		return photo
			? { media: { _: 'inputMediaPhotoExternal', url: source.url, ...spoiler }, group: 'visual' }
			: { media: { _: 'inputMediaDocumentExternal', url: source.url, ...spoiler }, group: 'file' };
	}
	const stream = await source.open();
	const first = await firstBytes(stream);
	const as = kindOf(options, source.mimeType, first.bytes);
	const file = await upload(account, first, source, context);
	if (as === 'photo') return { media: { _: 'inputMediaUploadedPhoto', file, ...spoiler }, group: 'visual' };
	return {
		media: {
			_: 'inputMediaUploadedDocument',
			file,
			mime_type: as === 'voice' ? 'audio/ogg' : source.mimeType || 'application/octet-stream',
			attributes: [
				...attributesOf(as, options),
				{ _: 'documentAttributeFilename', file_name: source.fileName },
			],
			...(as === 'file' ? { force_file: true } : {}),
			...spoiler,
		},
		group: as === 'video' ? 'visual' : as === 'audio' ? 'audio' : 'file',
	};
}

type Known = Exclude<SendAs, 'auto'>;

function kindOf({ as, otherwiseAudio }: MediaOptions, mimeType: string, first: Buffer): Known {
	if (as === 'voice' && first.toString('latin1', 0, 4) !== 'OggS') {
		if (otherwiseAudio) return 'audio';
		throw new ChannelError('media_not_supported', 'A voice message must be OGG with Opus', {
			channel: 'telegram',
			field: 'media',
			hint: 'Convert it, or let it be sent as audio.',
		});
	}
	if (as !== 'auto') return as;
	if (/^image\/(jpeg|png|webp)$/.test(mimeType)) return 'photo';
	if (mimeType === 'video/mp4') return 'video';
	return mimeType.startsWith('audio/') ? 'audio' : 'file';
}

function attributesOf(as: Known, { durationSeconds }: MediaOptions): TlObject[] {
	const duration = Math.round(durationSeconds ?? 0);
	switch (as) {
		case 'voice':
			return [{ _: 'documentAttributeAudio', voice: true, duration }];
		case 'audio':
			return [{ _: 'documentAttributeAudio', duration }];
		case 'video':
			return [{ _: 'documentAttributeVideo', supports_streaming: true, duration, w: 0, h: 0 }];
		case 'videoNote':
			return [{ _: 'documentAttributeVideo', round_message: true, duration, w: 384, h: 384 }];
		case 'animation':
			return [{ _: 'documentAttributeAnimated' }];
		case 'sticker':
			return [{ _: 'documentAttributeSticker', alt: '', stickerset: { _: 'inputStickerSetEmpty' } }];
		default:
			return [];
	}
}

interface Begun {
	bytes: Buffer;
	rest: AsyncIterator<Buffer>;
}

async function firstBytes(stream: Readable): Promise<Begun> {
	const rest = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
	return { bytes: (await nextOf(rest)) ?? Buffer.alloc(0), rest };
}

async function nextOf(stream: AsyncIterator<Buffer>): Promise<Buffer | null> {
	const next = await stream.next();
	return next.done === true ? null : next.value;
}

async function upload(
	account: TelegramAccount,
	begun: Begun,
	source: Extract<MediaSource, { kind: 'stream' }>,
	context: CommandContext,
): Promise<TlObject> {
	const id = BigInt.asIntN(64, BigInt(`0x${account.services.random.hex(8)}`)).toString();
	const { size } = source;
	const big = size === undefined || size > BIG;
	const total = size === undefined ? null : Math.max(1, Math.ceil(size / PART));
	if (total !== null && total > MAX_PARTS) throw tooLarge();
	const running = new Set<Promise<unknown>>();
	let count = 0;
	let done = 0;
	const send = async (bytes: Buffer, last: boolean): Promise<void> => {
		const part = count;
		count += 1;
		if (count > MAX_PARTS) throw tooLarge();
		while (running.size >= AT_ONCE) await Promise.race(running);
		const request = big
			? {
					_: 'upload.saveBigFilePart',
					file_id: id,
					file_part: part,
					file_total_parts: total ?? (last ? count : -1),
					bytes,
				}
			: { _: 'upload.saveFilePart', file_id: id, file_part: part, bytes };
		const work = account.connection.call(request, { signal: context.signal, timeoutMs: PART_MS }).then(() => {
			done += bytes.length;
			context.progress(done, 'bytes', size);
		});
		running.add(work);
		// Awaited below; without this a failure before that would be an unhandled rejection.
		work.then(
			() => running.delete(work),
			() => undefined,
		);
	};
	let held = begun.bytes;
	for (;;) {
		const next = await nextOf(begun.rest);
		if (next === null) break;
		held = held.length === 0 ? next : Buffer.concat([held, next]);
		// The last part is kept back until it is known to be the last.
		while (held.length > PART) {
			await send(held.subarray(0, PART), false);
			held = held.subarray(PART);
		}
	}
	while (held.length > PART) {
		await send(held.subarray(0, PART), false);
		held = held.subarray(PART);
	}
	if (held.length === 0 && count === 0) throw invalidParameter('media', 'the file is empty');
	await send(held, true);
	await Promise.all(running);
	const name = source.fileName;
	return big
		? { _: 'inputFileBig', id, parts: count, name }
		: { _: 'inputFile', id, parts: count, name, md5_checksum: '' };
}

function tooLarge(): ChannelError {
	return new ChannelError('file_too_large', 'The file is larger than 2 GB, the most Telegram takes', {
		channel: 'telegram',
		field: 'media',
	});
}
