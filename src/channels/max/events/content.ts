import type { JsonObject } from '../../../contract';
import { object, objects, text } from '../json';

/** What a message says and carries. */
export interface Content {
	text: string;
	attaches: JsonObject[];
}

/** What happened somewhere else does not happen again where somebody forwards the notice of it. */
const NOTICES = new Set(['CONTROL', 'CALL']);

/**
 * A message's own words and attachments; those of the message it forwards where it has none, as public clients show it:
 * the forwarding message itself comes empty.
 */
export function contentOf(message: JsonObject): Content {
	const own = { text: text(message['text']) ?? '', attaches: objects(message['attaches']) };
	const link = object(message['link']);
	const original = link?.['type'] === 'FORWARD' ? object(link['message']) : null;
	if (original === null) return own;
	const carried = objects(original['attaches']).filter((one) => !NOTICES.has(text(one['_type']) ?? ''));
	return {
		text: own.text === '' ? (text(original['text']) ?? '') : own.text,
		attaches: [...own.attaches, ...carried],
	};
}
