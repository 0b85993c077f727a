import type { Readable } from 'node:stream';
import { ChannelError, type Json } from '../../../contract';

/** bytes. A full page of 100 chats is about 200 KB; anything near this is not an answer of the API. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

interface AnswerBody extends Readable {
	text(): Promise<string>;
}

/** Reads a body to its end, but never more than the cap. */
export async function readText(
	body: AnswerBody,
	contentLength: string | string[] | undefined,
): Promise<string> {
	const announced = Number(contentLength);
	if (Number.isFinite(announced) && announced <= MAX_BODY_BYTES) return body.text();
	// Leaving the loop early destroys the body, whose error event would otherwise be nobody's.
	body.on('error', () => undefined);
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of body as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MAX_BODY_BYTES) throw tooLarge();
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
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
