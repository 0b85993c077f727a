import { Readable } from 'node:stream';
import type { MediaSource } from '../../../contract';
import { ChannelError, invalidParameter, type CommandContext, type JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { getMessages } from '../api/history';
import { fileSlot, photoSlot, videoSlot, type UploadSlot } from '../api/media';
import { Decimal, wireId, type OutgoingMap } from '../codec';
import { unexpectedAnswer } from '../errors';
import { refOf } from '../events/media';
import { parseRef, type MediaRef } from '../events/media-ref';
import { number, object, objects, text } from '../json';
import { parseJson } from '../codec/json';
import { openSource, type OpenSource } from './source';

export const SEND_AS = ['auto', 'photo', 'video', 'note', 'voice', 'file'] as const;
export type SendAs = (typeof SEND_AS)[number];
export type UploadKind = Exclude<SendAs, 'auto'>;

/** `image-size` and the file limit of the service's configuration, bytes. */
const MAX_PHOTO = 40_000_000;
const MAX_FILE = 4 * 1024 ** 3;
/** A file whose size nobody knows is read into memory first: the upload must announce it. */
const MAX_UNSIZED = 64 * 1024 * 1024;
/** ms to wait for push 136; more for large files. Not coming is no error: the send itself tells `attachment.not.ready`. */
const READY_MS = 60_000;

export interface UploadOptions {
	as: SendAs;
	/** a voice that is no OGG with Opus goes as a file instead of being refused */
	otherwiseFile?: boolean;
	/** voice: ms */
	durationMs?: number;
}

/** An attachment ready to be sent, and which kind it is. */
export interface Attachment {
	kind: UploadKind;
	attach: OutgoingMap;
}

/** Any source of a file → an attachment. References are sent again without a download. */
export async function attachmentFrom(
	account: MaxAccount,
	source: MediaSource,
	options: UploadOptions,
	context: CommandContext,
): Promise<Attachment> {
	if (source.kind === 'ref') return fromRef(account, source.ref, context);
	const file = await openSource(account, source, context.signal);
	try {
		const kind = options.as === 'auto' ? kindOf(file) : options.as;
		if (kind !== 'voice') return { kind, attach: await uploaded(account, kind, file, options, context) };
		const { file: whole, bytes } = await inMemory(file);
		if (isVoice(bytes)) return { kind, attach: await uploaded(account, kind, whole, options, context) };
		if (options.as === 'voice' && options.otherwiseFile !== true) throw notVoice();
		return { kind: 'file', attach: await uploaded(account, 'file', whole, options, context) };
	} finally {
		file.stream.destroy();
	}
}

/** An image as the avatar of the account (`profile`) or of a chat. @returns its photoToken */
export async function uploadPhoto(
	account: MaxAccount,
	source: MediaSource,
	profile: boolean,
	context: CommandContext,
): Promise<string> {
	if (source.kind === 'ref') throw invalidParameter('media', 'an avatar needs a file or a URL');
	const file = await openSource(account, source, context.signal);
	try {
		return await photoToken(account, file, profile, context);
	} finally {
		file.stream.destroy();
	}
}

function kindOf({ mimeType, fileName }: OpenSource): UploadKind {
	if (/^image\/(jpeg|png|webp|gif|bmp|heic|heif)$/.test(mimeType)) return 'photo';
	if (/^video\/(mp4|quicktime|webm|x-matroska)$/.test(mimeType)) return 'video';
	if (/^audio\/(ogg|opus)/.test(mimeType) && /\.(ogg|oga|opus)$/i.test(fileName)) return 'voice';
	return 'file';
}

async function uploaded(
	account: MaxAccount,
	kind: UploadKind,
	file: OpenSource,
	options: UploadOptions,
	context: CommandContext,
): Promise<OutgoingMap> {
	const { session } = account;
	const request = { signal: context.signal };
	switch (kind) {
		case 'photo':
			return { _type: 'PHOTO', photoToken: await photoToken(account, file, false, context) };
		case 'file': {
			const slot = await fileSlot(session, request);
			await pushBytes(account, slot, file, context);
			return { _type: 'FILE', fileId: wireId(slot.mediaId) };
		}
		case 'video':
		case 'note': {
			const slot = await videoSlot(session, kind, request);
			await pushBytes(account, slot, file, context);
			return {
				_type: 'VIDEO',
				videoId: wireId(slot.mediaId),
				token: slot.token,
				videoType: kind === 'note' ? 1 : 0,
			};
		}
		case 'voice': {
			const slot = await videoSlot(session, kind, request);
			await pushBytes(account, slot, file, context);
			return {
				_type: 'AUDIO',
				audioId: wireId(slot.mediaId),
				token: slot.token,
				duration: options.durationMs ?? 0,
				wave: flatWave(),
			};
		}
	}
}

/** 80 bytes, 0…127: without the samples decoded a level line is the honest picture. */
function flatWave(): Uint8Array {
	return new Uint8Array(80).fill(32);
}

/** A voice message must be OGG with Opus, or the service accepts what no phone can play. */
function isVoice(bytes: Buffer): boolean {
	return bytes.toString('latin1', 0, 4) === 'OggS' && bytes.toString('latin1', 0, 200).includes('OpusHead');
}

function notVoice(): ChannelError {
	return new ChannelError('media_not_supported', 'A voice message must be OGG with Opus', {
		channel: 'max',
		field: 'media',
		hint: 'Convert it first (for example with ffmpeg -c:a libopus), or send it as a file.',
	});
}

async function photoToken(
	account: MaxAccount,
	file: OpenSource,
	profile: boolean,
	context: CommandContext,
): Promise<string> {
	if ((file.size ?? 0) > MAX_PHOTO) throw tooLarge('A photo', MAX_PHOTO);
	const url = await photoSlot(account.session, profile, { signal: context.signal });
	const boundary = `----${account.services.random.hex(16)}`;
	const name = file.fileName.replace(/["\r\n]/g, '_');
	const mimeType = /^image\//.test(file.mimeType) ? file.mimeType : 'image/jpeg';
	const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${mimeType}\r\n\r\n`;
	const body = multipart(head, counted(file, context, MAX_PHOTO, 'A photo'), `\r\n--${boundary}--\r\n`);
	const answer = await account.files.upload(
		url,
		body,
		{ 'content-type': `multipart/form-data; boundary=${boundary}` },
		context.signal,
	);
	const [photo] = Object.values(object(object(parseJson(answer))?.['photos']) ?? {});
	const token = text(object(photo)?.['token']);
	if (token === null) throw unexpectedAnswer('the upload of a photo gives no token');
	return token;
}

async function* multipart(
	head: string,
	content: AsyncIterable<Uint8Array>,
	tail: string,
): AsyncGenerator<Uint8Array> {
	yield Buffer.from(head);
	yield* content;
	yield Buffer.from(tail);
}

/** Raw body with its range, then push 136; who waits for it is registered before the first byte leaves. */
async function pushBytes(
	account: MaxAccount,
	slot: UploadSlot,
	source: OpenSource,
	context: CommandContext,
): Promise<void> {
	const file = source.size === null ? (await inMemory(source)).file : source;
	const size = file.size ?? 0;
	if (size === 0) throw invalidParameter('media', 'the file is empty');
	if (size > MAX_FILE) throw tooLarge('A file', MAX_FILE);
	const { ready, forget } = account.ready.expect(slot.mediaId);
	try {
		const headers = {
			'content-disposition': `attachment; filename=${encodeURIComponent(file.fileName)}`,
			'content-range': `bytes 0-${String(size - 1)}/${String(size)}`,
			'content-length': String(size),
			'content-type': 'application/x-binary; charset=x-user-defined',
		};
		await account.files.upload(slot.url, counted(file, context, size, 'The file'), headers, context.signal);
		await readyOrLate(account, ready, size, context.signal);
	} finally {
		forget();
	}
}

async function readyOrLate(
	account: MaxAccount,
	ready: Promise<JsonObject>,
	size: number,
	signal: AbortSignal,
): Promise<void> {
	const done = new AbortController();
	// A megabyte a second on top: large videos are worked on for longer.
	const late = account.services.clock
		.sleep(READY_MS + size / 1000, AbortSignal.any([signal, done.signal]))
		.then(
			() => null,
			() => null,
		);
	const payload = await Promise.race([ready, late]);
	done.abort();
	signal.throwIfAborted();
	const problem = payload === null ? null : (text(payload['error']) ?? null);
	if (problem !== null) {
		throw new ChannelError('media_not_supported', `MAX could not process the file (${problem})`, {
			channel: 'max',
			field: 'media',
			providerCode: problem,
		});
	}
}

/** Tells the progress and ends what grows beyond its limit. */
async function* counted(
	file: OpenSource,
	{ signal, progress }: CommandContext,
	limit: number,
	what: string,
): AsyncGenerator<Uint8Array> {
	let done = 0;
	for await (const chunk of file.stream as AsyncIterable<Buffer>) {
		signal.throwIfAborted();
		done += chunk.length;
		if (done > limit) throw tooLarge(what, limit);
		progress(done, 'bytes uploaded', file.size ?? undefined);
		yield chunk;
	}
}

async function inMemory(source: OpenSource): Promise<{ file: OpenSource; bytes: Buffer }> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of source.stream as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MAX_UNSIZED) throw tooLarge('A file whose size is not known beforehand', MAX_UNSIZED);
		chunks.push(chunk);
	}
	const bytes = Buffer.concat(chunks);
	return { bytes, file: { ...source, size, stream: Readable.from([bytes]) } };
}

/** The outgoing form of an attachment received earlier, read from its message: not downloaded again. */
async function fromRef(account: MaxAccount, reference: string, context: CommandContext): Promise<Attachment> {
	const ref = parseRef(reference);
	if (ref === null) throw invalidParameter('media', 'is not a reference to a file of MAX');
	const attach = await findAttach(account, ref, context.signal);
	switch (ref.kind) {
		case 'photo':
			return { kind: 'photo', attach: { _type: 'PHOTO', photoToken: text(attach['photoToken']) ?? '' } };
		case 'video': {
			const videoType = number(attach['videoType']) ?? 0;
			return {
				kind: videoType === 1 ? 'note' : 'video',
				attach: {
					_type: 'VIDEO',
					videoId: wireId(ref.mediaId),
					token: text(attach['token']) ?? '',
					videoType,
				},
			};
		}
		case 'audio': {
			const wave = text(attach['wave']);
			return {
				kind: 'voice',
				attach: {
					_type: 'AUDIO',
					audioId: wireId(ref.mediaId),
					token: text(attach['token']) ?? '',
					duration: number(attach['duration']) ?? 0,
					wave: wave === null ? flatWave() : Buffer.from(wave, 'base64'),
				},
			};
		}
		case 'file':
			return { kind: 'file', attach: { _type: 'FILE', fileId: wireId(ref.mediaId) } };
		case 'sticker':
			return { kind: 'photo', attach: { _type: 'STICKER', stickerId: wireId(ref.mediaId) } };
	}
}

/** The attachment a reference names, in its message or in the one that message forwards. @throws ChannelError `message_not_found` */
export async function findAttach(
	account: MaxAccount,
	ref: MediaRef,
	signal: AbortSignal,
): Promise<JsonObject> {
	for (const message of objects(
		await getMessages(account.session, ref.chatId, [ref.messageId], { signal }),
	)) {
		const inner = object(object(message['link'])?.['message']);
		for (const attach of [...objects(message['attaches']), ...objects(inner?.['attaches'])]) {
			if (refOf(attach, ref.chatId, ref.messageId)?.mediaId === ref.mediaId) return attach;
		}
	}
	throw new ChannelError('message_not_found', 'The message of this file is no longer there', {
		channel: 'max',
		hint: 'It was deleted, or the account has left the chat.',
	});
}

function tooLarge(what: string, limit: number): ChannelError {
	return new ChannelError(
		'file_too_large',
		`${what} may have at most ${String(Math.floor(limit / 1_000_000))} MB`,
		{ channel: 'max', field: 'media' },
	);
}

/** Coordinates are the one place where a fraction may leave. */
export function locationAttach(latitude: number, longitude: number): OutgoingMap {
	return { _type: 'LOCATION', latitude: new Decimal(latitude), longitude: new Decimal(longitude) };
}
