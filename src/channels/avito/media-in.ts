import type { Readable } from 'node:stream';
import { ChannelError, invalidParameter, type MediaSource } from '../../contract';
import type { AvitoAccount } from './account';
import type { RequestContext } from './api/caller';
import { uploadImage, type ImageFile } from './api/media';
import { parseRef } from './events/media-ref';

/** OpenAPI: uploadImages. Also at most 75 megapixels, which Avito checks itself. */
const MAX_BYTES = 24 * 1024 * 1024;

/** Any source of an image → an uploaded image's id. Checked before the upload: size and format. */
export async function uploadFrom(
	account: AvitoAccount,
	source: MediaSource,
	context: RequestContext,
): Promise<string> {
	const file = await readSource(account, source, context);
	try {
		return await uploadImage(account, file, context);
	} catch (error) {
		throw file.mimeType === WEBP ? webpRefused(error) : error;
	}
}

async function readSource(
	account: AvitoAccount,
	source: MediaSource,
	context: RequestContext,
): Promise<ImageFile> {
	if (source.kind === 'stream') {
		if (source.size !== undefined && source.size > MAX_BYTES) throw tooLarge();
		const bytes = await readBytes(await source.open(), context.signal);
		return { bytes, fileName: source.fileName, mimeType: imageType(bytes) };
	}
	const url = source.kind === 'url' ? source.url : imageUrlOf(source.ref);
	const output = await account.session.download(url, context.signal);
	if (output.size !== undefined && output.size > MAX_BYTES) {
		output.stream.destroy();
		throw tooLarge();
	}
	const bytes = await readBytes(output.stream, context.signal);
	return {
		bytes,
		fileName: (source.kind === 'url' ? source.fileName : undefined) ?? output.fileName,
		mimeType: imageType(bytes),
	};
}

function imageUrlOf(ref: string): string {
	const parsed = parseRef(ref);
	if (parsed?.kind === 'image') return parsed.url;
	throw invalidParameter('media', 'the reference is not an image of Avito', 'Avito sends images only.');
}

async function readBytes(stream: Readable, signal: AbortSignal): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of stream.iterator({ destroyOnReturn: true }) as AsyncIterable<Buffer>) {
		signal.throwIfAborted();
		size += chunk.length;
		if (size > MAX_BYTES) throw tooLarge();
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

/** Not among the formats of the OpenAPI, but two clients send it: what comes of it is for Avito to say. */
const WEBP = 'image/webp';

function webpRefused(error: unknown): unknown {
	const refused = ChannelError.is(error) && ['invalid_parameter', 'media_not_supported'].includes(error.code);
	return refused ? notSupported('Avito does not take this WEBP image', error) : error;
}

/** By its first bytes, whatever the file says: Avito takes JPEG, HEIC, GIF, BMP and PNG (OpenAPI: uploadImages). */
export function imageType(bytes: Buffer): string {
	const ascii = (from: number, to: number): string => bytes.toString('latin1', from, to);
	if (ascii(0, 3) === '\u00ff\u00d8\u00ff') return 'image/jpeg';
	if (ascii(0, 8) === '\u0089PNG\r\n\u001a\n') return 'image/png';
	if (/^GIF8[79]a$/.test(ascii(0, 6))) return 'image/gif';
	if (ascii(0, 2) === 'BM') return 'image/bmp';
	if (ascii(4, 8) === 'ftyp' && /^(hei[csxm]|hev[cx]|mif1|msf1)$/.test(ascii(8, 12))) return 'image/heic';
	if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return WEBP;
	throw notSupported('The file is not a JPEG, PNG, GIF, BMP or HEIC image');
}

function notSupported(message: string, cause?: unknown): ChannelError {
	return new ChannelError('media_not_supported', message, {
		channel: 'avito',
		field: 'media',
		hint: 'Convert it first; Avito sends no other files (put a link into the text instead).',
		...(cause === undefined ? {} : { cause }),
	});
}

function tooLarge(): ChannelError {
	return new ChannelError('file_too_large', 'The image is larger than 24 MB', {
		channel: 'avito',
		field: 'media',
	});
}
