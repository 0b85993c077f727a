import { FormatError, linkEntity, tidy, type Entity, type EntityType, type Formatted } from './entity';
import { render, type Marks } from './render';

const SIMPLE: Readonly<Record<string, EntityType>> = {
	b: 'bold',
	strong: 'bold',
	i: 'italic',
	em: 'italic',
	u: 'underline',
	ins: 'underline',
	s: 'strikethrough',
	strike: 'strikethrough',
	del: 'strikethrough',
	'tg-spoiler': 'spoiler',
	code: 'code',
	pre: 'pre',
};

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };
const TAG = /<(\/?)([a-z][a-z0-9-]*)((?:\s+[a-z][a-z0-9-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*>/iy;
const ATTRIBUTE = /([a-z][a-z0-9-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi;
/** The semicolon may be missing, as in the Bot API. */
const REFERENCE = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));?/iy;

interface Open {
	tag: string;
	at: number;
	offset: number;
	entity: Omit<Entity, 'offset' | 'length'> | null;
}

/**
 * HTML as the Bot API takes it (core.telegram.org/bots/api#html-style): its tags only, nested properly, `<`, `>` and `&`
 * written as references.
 * @throws FormatError
 */
export function parseHtml(markup: string): Formatted {
	let text = '';
	const entities: Entity[] = [];
	const open: Open[] = [];
	for (let at = 0; at < markup.length;) {
		const char = markup[at] ?? '';
		if (char === '<') {
			TAG.lastIndex = at;
			const match = TAG.exec(markup);
			if (match === null) throw new FormatError('"<" begins no tag; write &lt; for the character', at);
			const [whole, slash, name = '', attributes = ''] = match;
			if (slash === '/') close(open, name.toLowerCase(), at, text.length, entities);
			else open.push(begin(name.toLowerCase(), attributes, at, text.length, open));
			at += whole.length;
		} else if (char === '&') {
			REFERENCE.lastIndex = at;
			const match = REFERENCE.exec(markup);
			const decoded = match === null ? null : decode(match);
			// As in the Bot API, an ampersand that begins no reference stands for itself.
			text += decoded ?? '&';
			at += decoded === null ? 1 : (match?.[0].length ?? 1);
		} else {
			text += char;
			at += 1;
		}
	}
	const unclosed = open.at(-1);
	if (unclosed !== undefined) throw new FormatError(`<${unclosed.tag}> is not closed`, unclosed.at);
	return tidy({ text, entities });
}

function begin(tag: string, attributes: string, at: number, offset: number, open: readonly Open[]): Open {
	const given = readAttributes(attributes);
	const make = (entity: Open['entity']): Open => ({ tag, at, offset, entity });
	const parent = open.at(-1);
	if (tag === 'code' && parent?.tag === 'pre' && parent.offset === offset) {
		const language = /^language-(.+)$/.exec(given['class'] ?? '')?.[1];
		if (language !== undefined && parent.entity !== null) parent.entity.language = language;
		return make(null);
	}
	const simple = SIMPLE[tag];
	if (simple !== undefined) return make({ type: simple });
	if (tag === 'span' && given['class'] === 'tg-spoiler') return make({ type: 'spoiler' });
	if (tag === 'a') return make('href' in given ? linkEntity(given['href'] ?? '') : null);
	if (tag === 'blockquote')
		return make({ type: 'expandable' in given ? 'expandable_blockquote' : 'blockquote' });
	if (tag === 'tg-emoji' && /^\d+$/.test(given['emoji-id'] ?? '')) {
		return make({ type: 'custom_emoji', emojiId: given['emoji-id'] ?? '' });
	}
	throw new FormatError(`Telegram knows no <${tag}> here`, at);
}

function close(open: Open[], tag: string, at: number, end: number, entities: Entity[]): void {
	const last = open.pop();
	if (last === undefined) throw new FormatError(`</${tag}> closes nothing`, at);
	if (last.tag !== tag) throw new FormatError(`</${tag}> stands where </${last.tag}> is due`, at);
	if (last.entity !== null && end > last.offset) {
		entities.push({ ...last.entity, offset: last.offset, length: end - last.offset });
	}
}

function readAttributes(text: string): Record<string, string> {
	const found: Record<string, string> = {};
	for (const [, name = '', double, single, bare] of text.matchAll(ATTRIBUTE)) {
		found[name.toLowerCase()] = unescape(double ?? single ?? bare ?? '');
	}
	return found;
}

function unescape(text: string): string {
	return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, ...groups: unknown[]) => {
		const [decimal, hex, name] = groups as (string | undefined)[];
		return decode([whole, decimal, hex, name]) ?? whole;
	});
}

function decode([, decimal, hex, name]: readonly (string | undefined)[]): string | null {
	if (name !== undefined) return NAMED[name.toLowerCase()] ?? null;
	const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
	return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
		? String.fromCodePoint(code)
		: null;
}

/** The other way round: what `parseHtml` would read as this. */
export function toHtml(formatted: Formatted): string {
	return render(formatted, escapeHtml, marks);
}

function escapeHtml(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function attribute(text: string): string {
	return escapeHtml(text).replaceAll('"', '&quot;');
}

const NAMES: Readonly<Record<string, string>> = {
	bold: 'b',
	italic: 'i',
	underline: 'u',
	strikethrough: 's',
	spoiler: 'tg-spoiler',
	blockquote: 'blockquote',
	code: 'code',
};

function marks(entity: Entity): Marks {
	switch (entity.type) {
		case 'expandable_blockquote':
			return { open: '<blockquote expandable>', close: '</blockquote>' };
		case 'pre':
			return entity.language === undefined
				? { open: '<pre>', close: '</pre>' }
				: { open: `<pre><code class="language-${attribute(entity.language)}">`, close: '</code></pre>' };
		case 'text_link':
			return { open: `<a href="${attribute(entity.url ?? '')}">`, close: '</a>' };
		case 'text_mention':
			return { open: `<a href="tg://user?id=${entity.userId ?? ''}">`, close: '</a>' };
		case 'custom_emoji':
			return { open: `<tg-emoji emoji-id="${entity.emojiId ?? ''}">`, close: '</tg-emoji>' };
		default: {
			const name = NAMES[entity.type] ?? entity.type;
			return { open: `<${name}>`, close: `</${name}>` };
		}
	}
}
