import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ChannelError, type Json } from '../../../contract';

/** bytes. A full page of 100 chats is about 200 KB; anything near this is not an answer of the API. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

interface AnswerBody extends Readable {
	text(): Promise<string>;
}

/** What `readText` understands; a page of chats is a tenth of its size that way. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** Reads a body to its end, but never more than the cap. */
export async function readText(
	body: AnswerBody,
	headers: Record<string, string | string[] | undefined>,
): Promise<string> {
	const decoder = decoderOf(headers['content-encoding']);
	const announced = Number(headers['content-length']);
	if (decoder === null && Number.isFinite(announced) && announced <= MAX_BODY_BYTES) return body.text();
	// Leaving the loop early destroys the body, whose error event would otherwise be nobody's.
	body.on('error', () => undefined);
	// The reader below gets the error of either stream.
	const source = decoder === null ? body : pipeline(body, decoder, () => undefined);
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of source as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MAX_BODY_BYTES) throw tooLarge();
		chunks.push(chunk);
	}
	return new TextDecoder().decode(Buffer.concat(chunks));
}

function decoderOf(encoding: string | string[] | undefined): Transform | null {
	switch (String(encoding ?? '').toLowerCase()) {
		case 'gzip':
		case 'x-gzip':
			return createGunzip();
		case 'deflate':
			return createInflate();
		case 'br':
			return createBrotliDecompress();
		default:
			return null;
	}
}

/** JSON if it is JSON, else undefined: an HTML page or an empty body is no reason to throw while reading. */
export function parseJson(text: string): Json | undefined {
	try {
		return JSON.parse(text) as Json;
	} catch {
		return undefined;
	}
}

/** A page of the firewall in front of the API (seen with 403 and 429), or of a captive proxy. */
export function isHtml(text: string): boolean {
	return /^\s*<(?:!doctype|html|head|body)/i.test(text);
}

function tooLarge(): ChannelError {
	return new ChannelError('unexpected_answer', 'Avito answered with far more data than the API ever sends', {
		channel: 'avito',
		hint: 'Check the endpoint in the credential.',
	});
}
