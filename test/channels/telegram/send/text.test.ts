import { describe, expect, it } from 'vitest';
import { fit, formatText, MESSAGE_LENGTH } from '../../../../src/channels/telegram/send/text';
import type { Entity, Formatted } from '../../../../src/channels/telegram/formatting';

/** What Telegram's server makes of a message: no white space around it, the formatting where the client had put it. */
function shown({ text, entities }: Formatted): string[] {
	const arrived = text.trim();
	return entities.map(({ offset, length }) => arrived.slice(offset, offset + length));
}

const bold = (text: string, words: string): Entity => ({
	type: 'bold',
	offset: text.indexOf(words),
	length: words.length,
});

it('lines of Windows are lines: what is marked in them stays where it is', () => {
	const html = formatText('one\r\n<b>two</b>', 'html');
	expect(html).toEqual({ text: 'one\ntwo', entities: [bold(html.text, 'two')] });
	const markdown = formatText('>one\r\n>two||\r\n```py\r\nx```', 'markdown');
	expect(markdown.entities.map(({ type, language }) => [type, language])).toEqual([
		['expandable_blockquote', undefined],
		['pre', 'py'],
	]);
});

describe('a text that is too long', () => {
	it('is cut between two lines, and what is bold stays bold in the next part', () => {
		const text = `${'a'.repeat(MESSAGE_LENGTH - 1)}\n\n\n  IMPORTANT and more`;
		const parts = fit({ text, entities: [bold(text, 'IMPORTANT')] }, 'split');
		expect(parts.map((part) => part.text)).toEqual(['a'.repeat(MESSAGE_LENGTH - 1), 'IMPORTANT and more']);
		expect(parts.map(shown)).toEqual([[], ['IMPORTANT']]);
	});

	it('has no empty parts, however much white space is in it', () => {
		const blank = ' '.repeat(MESSAGE_LENGTH);
		const parts = fit({ text: `${blank}${blank}one${blank}two`, entities: [] }, 'split');
		expect(parts.map((part) => part.text)).toEqual(['one', 'two']);
	});

	it('never cuts a character of two units in halves, nor counts it as one', () => {
		const text = '😀'.repeat(MESSAGE_LENGTH);
		const entities: Entity[] = [{ type: 'italic', offset: 0, length: text.length }];
		const parts = fit({ text, entities }, 'split');
		expect(parts.map((part) => part.text).join('')).toBe(text);
		for (const part of parts) {
			expect(part.text.length).toBeLessThanOrEqual(MESSAGE_LENGTH);
			expect(part.text.isWellFormed()).toBe(true);
			expect(part.entities).toEqual([{ type: 'italic', offset: 0, length: part.text.length }]);
		}
	});
});

describe('a text that fits', () => {
	it('keeps its formatting where it was, also behind white space that Telegram cuts off', () => {
		const text = '\n  hello big world  ';
		const [part] = fit({ text, entities: [bold(text, 'big')] }, 'refuse');
		expect(part === undefined ? [] : shown(part)).toEqual(['big']);
	});

	it('is left alone where nothing is formatted', () => {
		expect(fit({ text: '  two spaces', entities: [] }, 'refuse')).toEqual([
			{ text: '  two spaces', entities: [] },
		]);
	});
});
