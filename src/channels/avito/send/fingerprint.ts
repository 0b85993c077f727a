import { createHash } from 'node:crypto';
import { textOf } from '../events/normalise';
import type { AvitoMessage } from '../schemas/message';

/**
 * What a sent text is recognised by when the chat is read back. Only a hash is kept with the intent. White space is
 * levelled, since nobody knows what Avito makes of it; a text that is only an address may come back as a link.
 */
export function fingerprint(text: string): string {
	return createHash('sha256').update(text.replace(/\s+/g, ' ').trim()).digest('hex').slice(0, 32);
}

/** Is this the message with that fingerprint? `null` = an image: any own image counts, its id is not in the message. */
export function isSameMessage(message: AvitoMessage, print: string | null): boolean {
	if (print === null) return message.type === 'image';
	if (message.type !== 'text' && message.type !== 'link') return false;
	const candidates = [textOf(message.content), message.content.link?.text, message.content.link?.url];
	return candidates.some((text) => typeof text === 'string' && fingerprint(text) === print);
}
