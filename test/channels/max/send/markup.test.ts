import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { formatText, type Format } from '../../../../src/channels/max/send/markup';
import { MAX_TEXT, splitText } from '../../../../src/channels/max/send/split-text';

/** `[type, the words it covers, url]` */
function spans(source: string, format: Format): unknown[] {
	const { text, elements } = formatText(source, format);
	return elements.map(({ type, from, length, attributes, entityId }) => {
		const words = text.slice(Number(from), Number(from) + Number(length));
		const url = (attributes as { url?: string } | undefined)?.url ?? entityId;
		return url === undefined ? [type, words] : [type, words, url];
	});
}

describe('Markdown', () => {
	it.each<[string, string, unknown[]]>([
		['plain', 'plain', []],
		[
			'**bold** and *soft*',
			'bold and soft',
			[
				['STRONG', 'bold'],
				['EMPHASIZED', 'soft'],
			],
		],
		[
			'__under__ ~~gone~~ `code`',
			'under gone code',
			[
				['UNDERLINE', 'under'],
				['STRIKETHROUGH', 'gone'],
				['MONOSPACED', 'code'],
			],
		],
		[
			'**b *i* b**',
			'b i b',
			[
				['STRONG', 'b i b'],
				['EMPHASIZED', 'i'],
			],
		],
		['👍 **жирный**', '👍 жирный', [['STRONG', 'жирный']]],
		['[MAX](https://max.ru/x)', 'MAX', [['LINK', 'MAX', 'https://max.ru/x']]],
		['[Ann](max://user/5) hi', 'Ann hi', [['USER_MENTION', 'Ann', 5]]],
		[
			'# Title\n> quoted\nrest',
			'Title\nquoted\nrest',
			[
				['HEADING', 'Title'],
				['QUOTE', 'quoted'],
			],
		],
		['```js\na **b**\n```', 'a **b**', [['CODE', 'a **b**']]],
		['snake_case_name and 2 * 3 * 4', 'snake_case_name and 2 * 3 * 4', []],
		['**not closed', '**not closed', []],
		['\\*as it is\\*', '*as it is*', []],
	])('%j', (source, text, expected) => {
		expect(formatText(source, 'markdown').text).toBe(text);
		expect(spans(source, 'markdown')).toEqual(expected);
	});
});

describe('HTML', () => {
	it.each<[string, string, unknown[]]>([
		['<b>bold</b> &lt;tag&gt; &amp; &#128077;', 'bold <tag> & 👍', [['STRONG', 'bold']]],
		['<a href="https://max.ru?a=1&amp;b=2">x</a>', 'x', [['LINK', 'x', 'https://max.ru?a=1&b=2']]],
		['one<br>two', 'one\ntwo', []],
		['a < b and <unknown>', 'a < b and <unknown>', []],
	])('%j', (source, text, expected) => {
		expect(formatText(source, 'html').text).toBe(text);
		expect(spans(source, 'html')).toEqual(expected);
	});

	it.each(['<b>open', '<b><i>x</b></i>', '</b>'])('%j is refused', (source) => {
		expect(() => formatText(source, 'html')).toThrow(
			expect.objectContaining({ code: 'invalid_parameter' }) as Error,
		);
	});
});

it('whatever is written: no crash, and no range outside the text', () => {
	fc.assert(
		fc.property(fc.stringMatching(/^[a-c *_~`[\]()#>\\\n!👍]{0,80}$/u), (source) => {
			const { text, elements } = formatText(source, 'markdown');
			for (const { from, length } of elements) {
				expect(Number(from)).toBeGreaterThanOrEqual(0);
				expect(Number(length)).toBeGreaterThan(0);
				expect(Number(from) + Number(length)).toBeLessThanOrEqual(text.length);
			}
		}),
		{ numRuns: 3_000, seed: 1 },
	);
});

describe('splitting', () => {
	it('keeps every word and every format, and cuts no character in two', () => {
		const source = `${'слово '.repeat(600)}**${'bold '.repeat(900)}end**${'👍'.repeat(3000)}`;
		const whole = formatText(source, 'markdown');
		const parts = splitText(whole, 'split');
		expect(
			parts.every(({ text }) => text.length <= MAX_TEXT && !/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(text)),
		).toBe(true);
		expect(
			parts
				.map(({ text }) => text)
				.join('')
				.replaceAll(' ', ''),
		).toBe(whole.text.replaceAll(' ', ''));
		const bold = parts.flatMap(({ text, elements }) =>
			elements.map(({ from, length }) => text.slice(Number(from), Number(from) + Number(length))),
		);
		expect(bold.join('').replaceAll(' ', '')).toBe(`${'bold '.repeat(900)}end`.replaceAll(' ', ''));
	});
});
