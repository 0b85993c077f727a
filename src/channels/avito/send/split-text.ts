import { ChannelError } from '../../../contract';

/** OpenAPI: postSendMessage. Whether these are UTF-16 units or code points is not documented. */
export const MAX_TEXT = 1000;

/**
 * One text, or several when it is too long and may be split. Refuses by code points (the wider reading: nothing that
 * might pass is refused); splits by UTF-16 units (the narrower: every part passes either way).
 * @throws ChannelError `message_too_long`
 */
export function prepareText(text: string, splitLongText: 'refuse' | 'split', field = 'text'): string[] {
	if (splitLongText === 'split') return splitText(text, MAX_TEXT);
	const length = [...text].length;
	if (length <= MAX_TEXT) return [text];
	throw new ChannelError(
		'message_too_long',
		`${field}: ${length} characters, Avito takes at most ${MAX_TEXT}`,
		{
			channel: 'avito',
			field,
			hint: 'Shorten it, or choose to split long texts into several messages.',
		},
	);
}

/** Where a text may be cut, best first. */
const BREAKS = ['\n\n', '\n', '. ', ' '];

/** Cuts at paragraphs, lines, sentences, words; never within a character. Parts are trimmed and never empty. */
export function splitText(text: string, max: number): string[] {
	const parts: string[] = [];
	let rest = text.trim();
	while (rest.length > max) {
		const at = cutAt(rest, max);
		parts.push(rest.slice(0, at).trimEnd());
		rest = rest.slice(at).trimStart();
	}
	if (rest !== '') parts.push(rest);
	return parts;
}

function cutAt(text: string, max: number): number {
	for (const mark of BREAKS) {
		const at = text.lastIndexOf(mark, max - mark.trimEnd().length);
		// A break in the first half would leave a part that is hardly begun.
		if (at >= max / 2) return at + mark.trimEnd().length;
	}
	const inPair = isHighSurrogate(text.charCodeAt(max - 1));
	return inPair ? max - 1 : max;
}

function isHighSurrogate(unit: number): boolean {
	return unit >= 0xd800 && unit <= 0xdbff;
}
