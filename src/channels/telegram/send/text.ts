import { ChannelError, invalidParameter } from '../../../contract';
import {
	entitiesToTl,
	FormatError,
	parseHtml,
	parseMarkdown,
	type Entity,
	type Formatted,
} from '../formatting';
import type { TlObject } from '../tl';

export const FORMATS = ['none', 'html', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

/** Telegram's limits in UTF-16 code units (core.telegram.org/api/config: message_length_max, caption_length_limit_default). */
export const MESSAGE_LENGTH = 4096;
export const CAPTION_LENGTH = 1024;

/**
 * The text as it is sent. `none` leaves it untouched.
 * @throws ChannelError `invalid_parameter` with the position in the markup
 */
export function formatText(
	text: string,
	format: Format,
	entities: readonly Entity[] = [],
	field = 'text',
): Formatted {
	if (format === 'none') return { text, entities: [...entities] };
	try {
		// Telegram keeps no carriage return: marks counted with it would be displaced.
		const lines = text.replaceAll('\r\n', '\n');
		return format === 'html' ? parseHtml(lines) : parseMarkdown(lines);
	} catch (error) {
		if (error instanceof FormatError) {
			throw invalidParameter(field, error.message, 'Escape the character, or set the formatting to none.');
		}
		throw error;
	}
}

/** One message, or several cut at a line, a sentence or a word; formatting that is cut goes on in the next. */
export function fit(formatted: Formatted, tooLong: 'refuse' | 'split', max = MESSAGE_LENGTH): Formatted[] {
	const parts: Formatted[] = [];
	for (let from = 0; from < formatted.text.length || parts.length === 0;) {
		const end = cutAt(formatted.text, from, max);
		if (end < formatted.text.length && tooLong === 'refuse') {
			throw new ChannelError(
				'message_too_long',
				`The text has ${String(formatted.text.length)} characters; Telegram takes ${String(max)}`,
				{
					channel: 'telegram',
					field: 'text',
					hint: 'Shorten it, or let it be split.',
				},
			);
		}
		parts.push(slice(formatted, from, end));
		from = end;
	}
	const filled = parts.filter(({ text }) => text !== '');
	return filled.length === 0 ? parts.slice(0, 1) : filled;
}

function cutAt(text: string, from: number, max: number): number {
	if (text.length - from <= max) return text.length;
	const window = text.slice(from, from + max);
	for (const pattern of [/\n(?=[^\n]*$)/, /[.!?…]\s(?=[^.!?…]*$)/, /\s(?=\S*$)/]) {
		const match = pattern.exec(window);
		if (match !== null && match.index > max / 2) return from + match.index + match[0].length;
	}
	// Never between the two halves of a character beyond the basic plane.
	const last = window.charCodeAt(max - 1);
	return from + (last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

/** Without the white space around it: Telegram's server cuts it off, and the formatting would then be displaced. */
function slice({ text, entities }: Formatted, from: number, to: number): Formatted {
	const words = text.slice(from, to).trimEnd();
	// What begins with spaces and has no formatting is left as it is: nothing can be displaced.
	const formatted = from > 0 || entities.length > 0;
	const begin = from + (formatted ? words.length - words.trimStart().length : 0);
	const end = from + words.length;
	return {
		text: text.slice(begin, end),
		entities: entities.flatMap((entity) => {
			const start = Math.max(entity.offset, begin);
			const stop = Math.min(entity.offset + entity.length, end);
			return stop <= start ? [] : [{ ...entity, offset: start - begin, length: stop - start }];
		}),
	};
}

export function toEntities(entities: readonly Entity[], userOf: (id: string) => TlObject | null): TlObject[] {
	return entitiesToTl(entities, userOf);
}
