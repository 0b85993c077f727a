import { ChannelError } from '../../../contract';
import type { FormattedText } from './markup';

/** `max-msg-length` of the service's configuration, in UTF-16 code units. */
export const MAX_TEXT = 4000;

/** One text, or several where it is too long and may be split. @throws ChannelError `message_too_long` */
export function splitText(whole: FormattedText, tooLong: 'refuse' | 'split'): FormattedText[] {
	if (whole.text.length <= MAX_TEXT) return [whole];
	if (tooLong === 'refuse') {
		throw new ChannelError(
			'message_too_long',
			`The text has ${String(whole.text.length)} characters, MAX takes ${String(MAX_TEXT)}`,
			{
				channel: 'max',
				field: 'text',
				hint: 'Shorten it, or choose to split long texts.',
			},
		);
	}
	const parts: FormattedText[] = [];
	for (let at = 0; at < whole.text.length;) {
		const end = cutAt(whole.text, at);
		parts.push(slice(whole, at, end));
		at = end;
		while (/\s/.test(whole.text[at] ?? 'x')) at += 1;
	}
	return parts;
}

/** After a paragraph, a line or a word; never inside a surrogate pair. */
function cutAt(text: string, from: number): number {
	const limit = from + MAX_TEXT;
	if (limit >= text.length) return text.length;
	const window = text.slice(from, limit);
	for (const mark of ['\n\n', '\n', ' ']) {
		const found = window.lastIndexOf(mark);
		if (found > MAX_TEXT / 2) return from + found;
	}
	return /[\ud800-\udbff]/.test(text[limit - 1] ?? '') ? limit - 1 : limit;
}

/** Formatting that crosses a cut goes on in the next part. */
function slice({ text, elements }: FormattedText, from: number, to: number): FormattedText {
	return {
		text: text.slice(from, to),
		elements: elements.flatMap((element) => {
			const start = Math.max(from, Number(element['from']));
			const end = Math.min(to, Number(element['from']) + Number(element['length']));
			return end <= start ? [] : [{ ...element, from: start - from, length: end - start }];
		}),
	};
}
