import { Readable } from 'node:stream';
import { z } from '#lib/zod';
import { ChannelError, invalidParameter } from '../../../contract';
import type { TelegramAccount } from '../account';
import { fileNameOf, largestSize, smallestSize } from '../events/media';
import { parseRef, type MediaRef } from '../events/media-ref';
import { partGate } from '../part-gate';
import { bytes, child, children, int, long, text, type TlObject } from '../tl';
import { fetchMessages } from './message-read';
import { command, MEDIA_TIMEOUT_MS, messageNotFound, peerOf } from './shared';

/** Divides 1 MB, as a part must not cross a megabyte's border (core.telegram.org/api/files). */
const PART = 512 * 1024;
const PART_MS = 60_000;
/** a part at the same place again, after the connection was cut */
const PART_TRIES = 3;
/** parts asked for while the one before is being written down; with it as many as the gate lets through */
const AHEAD = 7;

interface Source {
	location: TlObject;
	dc: number;
	size: number;
	fileName: string;
	mimeType: string;
}

/** A file by its reference (`media.images[].ref` …), as a stream; a few parts are in memory, not the file. */
export const mediaDownload = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: MEDIA_TIMEOUT_MS,
	input: z.strictObject({
		ref: z.string().trim().min(1, 'is missing'),
		maxBytes: z.number().int().positive().optional(),
		/** the small preview instead of the file */
		thumbnail: z.boolean().default(false),
	}),
	chats: ({ ref }) => {
		const parsed = parseRef(ref);
		return parsed === null ? [] : [parsed.chat];
	},
	async run(account, { ref, maxBytes, thumbnail }, context) {
		const parsed = parseRef(ref);
		if (parsed === null) throw invalidParameter('ref', 'is not a reference to a file of Telegram');
		const wanted = { ...parsed, thumbnail };
		const source = await locate(account, wanted, context.signal);
		const max = maxBytes ?? Infinity;
		if (source.size > max) throw tooLarge(source.size);
		// The stream outlives the command that made it, and ends with the execution that wanted it.
		const signal = context.options.signal ?? new AbortController().signal;
		const stream = Readable.from(
			parts(account, wanted, source, max, signal, (done) => context.progress(done, 'bytes', source.size)),
			{
				objectMode: false,
				highWaterMark: PART,
			},
		);
		const { fileName, mimeType, size } = source;
		return {
			items: [{ ref, file_name: fileName, mime_type: mimeType, size }],
			media: [{ stream, fileName, mimeType, size }],
		};
	},
});

interface Wanted extends MediaRef {
	thumbnail: boolean;
}

function tooLarge(size: number): ChannelError {
	return new ChannelError('file_too_large', `The file has ${String(size)} bytes, more than the limit`, {
		channel: 'telegram',
	});
}

/** The message is asked for anew: the reference to its file is then fresh, whatever became of the one seen. */
async function locate(account: TelegramAccount, ref: Wanted, signal: AbortSignal): Promise<Source> {
	const { peer } = await peerOf(account, ref.chat, { signal }, { field: 'ref' });
	const [message] = await fetchMessages(account, peer, [ref.messageId], signal);
	if (message === undefined) throw messageNotFound(ref.messageId);
	const media = child(message, 'media');
	const photo = child(media, 'photo');
	if (photo !== null) return ofPhoto(photo, ref);
	const document = child(media, 'document');
	if (document !== null) return ref.thumbnail ? previewOf(document, ref) : ofDocument(document, ref);
	throw new ChannelError('message_not_found', 'This message has no file', { channel: 'telegram' });
}

function ofPhoto(photo: TlObject, { messageId, thumbnail }: Wanted): Source {
	const size = thumbnail ? smallestSize(photo) : largestSize(photo);
	return {
		location: {
			_: 'inputPhotoFileLocation',
			id: long(photo, 'id') ?? '0',
			access_hash: long(photo, 'access_hash') ?? '0',
			file_reference: bytes(photo, 'file_reference') ?? Buffer.alloc(0),
			thumb_size: size?.type ?? 'x',
		},
		dc: int(photo, 'dc_id') ?? 0,
		size: size?.bytes ?? 0,
		fileName: `photo-${String(messageId)}.jpg`,
		mimeType: 'image/jpeg',
	};
}

function ofDocument(document: TlObject, { messageId }: MediaRef): Source {
	const mimeType = text(document, 'mime_type') || 'application/octet-stream';
	const extension = mimeType.split('/')[1]?.replace(/[^a-z0-9].*$/, '') ?? 'bin';
	return {
		location: locationOf(document, ''),
		dc: int(document, 'dc_id') ?? 0,
		size: Number(long(document, 'size') ?? 0),
		fileName: fileNameOf(document) ?? `file-${String(messageId)}.${extension}`,
		mimeType,
	};
}

/** The largest preview of a document. Those that are part of the message (`photoStrippedSize`) are no files. */
function previewOf(document: TlObject, { messageId }: Wanted): Source {
	const size = largestSize({ _: '', sizes: children(document, 'thumbs') });
	if (size === null)
		throw new ChannelError('message_not_found', 'This file has no preview', { channel: 'telegram' });
	return {
		location: locationOf(document, size.type),
		dc: int(document, 'dc_id') ?? 0,
		size: size.bytes,
		fileName: `preview-${String(messageId)}.jpg`,
		mimeType: 'image/jpeg',
	};
}

function locationOf(document: TlObject, thumbSize: string): TlObject {
	return {
		_: 'inputDocumentFileLocation',
		id: long(document, 'id') ?? '0',
		access_hash: long(document, 'access_hash') ?? '0',
		file_reference: bytes(document, 'file_reference') ?? Buffer.alloc(0),
		thumb_size: thumbSize,
	};
}

async function* parts(
	account: TelegramAccount,
	ref: Wanted,
	first: Source,
	max: number,
	signal: AbortSignal,
	progress: (done: number) => void,
): AsyncGenerator<Buffer> {
	let source = first;
	let offset = 0;
	/** bytes of a part: a server may give less than it is asked for, and is asked for that then */
	let step = PART;
	let renewed = false;
	let failures = 0;
	/** answers to come, by the place in the file they begin at */
	const ahead = new Map<number, Promise<TlObject>>();
	const ask = (at: number): Promise<TlObject> => {
		const asked = fetchPart(account, source, { offset: at, limit: step }, signal);
		// Nobody may come for it any more.
		asked.catch(() => undefined);
		ahead.set(at, asked);
		return asked;
	};
	for (;;) {
		try {
			const answer = await (ahead.get(offset) ?? ask(offset));
			ahead.delete(offset);
			const part = bytes(answer, 'bytes');
			if (part === null)
				throw new ChannelError('not_supported', 'Telegram offers this file through other servers only', {
					channel: 'telegram',
				});
			renewed = false;
			failures = 0;
			offset += part.length;
			// What the message says of its size need not be true.
			if (offset > max) throw tooLarge(offset);
			const short = part.length < step;
			const complete = source.size > 0 ? offset >= source.size : short;
			const last = complete || (short && !isPartSize(part.length));
			if (short && !last) {
				ahead.clear();
				step = part.length;
			}
			const end = Math.min(source.size, max, offset + AHEAD * step);
			for (let at = offset; !last && at < end; at += step) if (!ahead.has(at)) void ask(at);
			if (part.length > 0) {
				progress(offset);
				yield part;
			}
			if (last) return;
		} catch (error) {
			// They were asked for at the same place with the same reference.
			ahead.clear();
			const moved = ChannelError.is(error)
				? /^FILE_MIGRATE_(\d+)$/.exec(error.providerCode ?? '')?.[1]
				: undefined;
			if (moved !== undefined && Number(moved) !== source.dc) source = { ...source, dc: Number(moved) };
			else if (ChannelError.is(error) && error.code === 'media_expired' && !renewed) {
				renewed = true;
				source = { ...(await locate(account, ref, signal)), dc: source.dc };
			} else if (!isPassing(error) || (failures += 1) === PART_TRIES) throw error;
		}
	}
}

async function fetchPart(
	account: TelegramAccount,
	{ location, dc }: Source,
	{ offset, limit }: { offset: number; limit: number },
	signal: AbortSignal,
): Promise<TlObject> {
	const request = { _: 'upload.getFile', location, offset: String(offset), limit };
	const context = { signal, timeoutMs: PART_MS, ...(dc > 0 ? { dcId: dc } : {}) };
	return partGate.run(account, signal, () => account.connection.object(request, context));
}

/** Whole KiB that divide a megabyte, from 4 KB up: what Telegram takes for a limit. */
function isPartSize(bytes: number): boolean {
	return bytes >= 4_096 && (2 * PART) % bytes === 0;
}

function isPassing(error: unknown): boolean {
	return ChannelError.is(error) && (error.code === 'timeout' || error.code === 'unreachable');
}
