import { invalidParameter } from '../../../contract';
import type { OutgoingMap } from '../codec';

export const FORMATS = ['none', 'markdown', 'html'] as const;
export type Format = (typeof FORMATS)[number];

/** Plain text and its formatting; offsets and lengths are UTF-16 code units, as JavaScript counts. */
export interface FormattedText {
	text: string;
	elements: OutgoingMap[];
}

/** Element types by what people write; MAX has no type for a block of code but CODE. */
const HTML_TAGS: Readonly<Record<string, string>> = {
	b: 'STRONG',
	strong: 'STRONG',
	i: 'EMPHASIZED',
	em: 'EMPHASIZED',
	u: 'UNDERLINE',
	ins: 'UNDERLINE',
	s: 'STRIKETHROUGH',
	del: 'STRIKETHROUGH',
	strike: 'STRIKETHROUGH',
	code: 'MONOSPACED',
	pre: 'CODE',
	blockquote: 'QUOTE',
	h1: 'HEADING',
	h2: 'HEADING',
	h3: 'HEADING',
	a: 'LINK',
};

/** Markdown or HTML → text with elements. What is no markup stays as it is written. */
export function formatText(source: string, format: Format): FormattedText {
	if (format === 'none') return { text: source, elements: [] };
	return format === 'html' ? fromHtml(source) : fromMarkdown(source);
}

class Builder {
	text = '';
	readonly elements: OutgoingMap[] = [];

	close(type: string, from: number, url?: string): void {
		const length = this.text.length - from;
		if (length <= 0) return;
		this.elements.push({ type, from, length, ...(url === undefined ? {} : { attributes: { url } }) });
	}
	mention(userId: string, from: number): void {
		const length = this.text.length - from;
		if (length > 0) this.elements.push({ type: 'USER_MENTION', from, length, entityId: Number(userId) });
	}
	done(): FormattedText {
		return { text: this.text, elements: this.elements.sort((a, b) => Number(a['from']) - Number(b['from'])) };
	}
}

const ENTITIES: Readonly<Record<string, string>> = {
	lt: '<',
	gt: '>',
	amp: '&',
	quot: '"',
	apos: "'",
	nbsp: '\u00a0',
};

function decodeEntities(text: string): string {
	return text.replace(/&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]+);/gi, (whole, name: string) => {
		if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
		const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
		return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
	});
}

/** @throws ChannelError `invalid_parameter` for a tag that is not closed: half a format is no message anybody meant */
function fromHtml(source: string): FormattedText {
	const out = new Builder();
	const open: { tag: string; from: number; href: string }[] = [];
	for (const part of source.split(/(<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>)/gi)) {
		const match = /^<(\/?)([a-z][a-z0-9]*)([^<>]*)>$/i.exec(part);
		const tag = match?.[2]?.toLowerCase() ?? '';
		if (match === null || (HTML_TAGS[tag] === undefined && tag !== 'br' && tag !== 'p')) {
			out.text += decodeEntities(part);
			continue;
		}
		if (tag === 'br' || tag === 'p') {
			if (tag === 'br' || match[1] === '/') out.text += '\n';
			continue;
		}
		if (match[1] !== '/') {
			const href = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(match[3] ?? '');
			open.push({ tag, from: out.text.length, href: decodeEntities(href?.[1] ?? href?.[2] ?? '') });
			continue;
		}
		const last = open.pop();
		if (last?.tag !== tag)
			throw invalidParameter(
				'text',
				`</${tag}> closes a tag that is not open`,
				'Check the HTML, or choose another formatting.',
			);
		closeTag(out, last);
	}
	if (open.length > 0)
		throw invalidParameter(
			'text',
			`<${open.at(-1)?.tag ?? ''}> is not closed`,
			'Check the HTML, or choose another formatting.',
		);
	return out.done();
}

function closeTag(out: Builder, { tag, from, href }: { tag: string; from: number; href: string }): void {
	if (tag !== 'a') out.close(HTML_TAGS[tag] ?? 'STRONG', from);
	else closeLink(out, from, href);
}

function closeLink(out: Builder, from: number, href: string): void {
	const user = /^max:\/\/user\/(\d+)$/.exec(href)?.[1];
	if (user !== undefined) out.mention(user, from);
	else if (href !== '') out.close('LINK', from, href);
}

/** Marks that open and close a span, longest first. */
const SPANS: readonly [string, string][] = [
	['**', 'STRONG'],
	['__', 'UNDERLINE'],
	['~~', 'STRIKETHROUGH'],
	['*', 'EMPHASIZED'],
	['_', 'EMPHASIZED'],
];

/** `**strong**`, `*emphasis*`, `__underline__`, `~~strike~~`, `` `code` ``, fenced code, links, `# heading`, `> quote`; `\` escapes. */
function fromMarkdown(source: string): FormattedText {
	const out = new Builder();
	const blocks = source.split(/^```[^\n]*\n([\s\S]*?)\n?```$/m);
	blocks.forEach((block, index) => {
		const from = out.text.length;
		if (index % 2 === 1) {
			out.text += block;
			out.close('CODE', from);
		} else lines(out, block);
	});
	return out.done();
}

function lines(out: Builder, block: string): void {
	block.split('\n').forEach((line, index) => {
		if (index > 0) out.text += '\n';
		const from = out.text.length;
		const heading = /^#{1,3} (.*)$/.exec(line)?.[1];
		const quote = /^> ?(.*)$/.exec(line)?.[1];
		inline(out, heading ?? quote ?? line);
		if (heading !== undefined) out.close('HEADING', from);
		else if (quote !== undefined) out.close('QUOTE', from);
	});
}

function inline(out: Builder, source: string): void {
	let at = 0;
	while (at < source.length) {
		const rest = source.slice(at);
		const char = source[at] ?? '';
		if (char === '\\' && /^\\[\\`*_~[\]()#>]/.test(rest)) {
			out.text += source[at + 1] ?? '';
			at += 2;
			continue;
		}
		const code = /^`([^`]+)`/.exec(rest);
		const link = /^\[([^\]]+)\]\(([^()\s]+)\)/.exec(rest);
		const from = out.text.length;
		if (code !== null) {
			out.text += code[1] ?? '';
			out.close('MONOSPACED', from);
			at += code[0].length;
		} else if (link !== null) {
			inline(out, link[1] ?? '');
			closeLink(out, from, link[2] ?? '');
			at += link[0].length;
		} else at += span(out, source, at);
	}
}

/** A span when one begins here and ends later; else one character. @returns characters used */
function span(out: Builder, source: string, at: number): number {
	for (const [mark, type] of SPANS) {
		if (!source.startsWith(mark, at)) continue;
		const end = closing(source, at + mark.length, mark);
		if (end < 0 || !opensWord(source, at, mark)) continue;
		const from = out.text.length;
		inline(out, source.slice(at + mark.length, end));
		out.close(type, from);
		return end + mark.length - at;
	}
	out.text += source[at] ?? '';
	return 1;
}

function closing(source: string, from: number, mark: string): number {
	for (let end = source.indexOf(mark, from); end > from; end = source.indexOf(mark, end + 1)) {
		if (/\s/.test(source[end - 1] ?? ' ') || source[end - 1] === '\\') continue;
		if (mark.length === 1 && (source[end + 1] === mark || source[end - 1] === mark)) continue;
		// snake_case is a word, not emphasis
		if (mark.startsWith('_') && /[\p{L}\p{N}]/u.test(source[end + mark.length] ?? '')) continue;
		return end;
	}
	return -1;
}

function opensWord(source: string, at: number, mark: string): boolean {
	if (/\s/.test(source[at + mark.length] ?? ' ')) return false;
	return !mark.startsWith('_') || !/[\p{L}\p{N}]/u.test(source[at - 1] ?? '');
}
