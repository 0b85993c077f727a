import { FormatError, linkEntity, tidy, type Entity, type EntityType, type Formatted } from './entity';
import { render, type Marks } from './render';

/** Characters that mean something somewhere and must be escaped everywhere else (core.telegram.org/bots/api#markdownv2-style). */
const RESERVED = '_*[]()~`>#+-=|{}.!';

interface Open {
	type: EntityType;
	at: number;
	offset: number;
	language?: string;
}

/**
 * MarkdownV2 as the Bot API takes it: nesting as TDLib reads it, `\` before any ASCII character takes its meaning away,
 * a reserved character without it is an error.
 * @throws FormatError
 */
export function parseMarkdown(markup: string): Formatted {
	return new Parser(markup).parse();
}

class Parser {
	readonly #markup: string;
	readonly #open: Open[] = [];
	readonly #entities: Entity[] = [];
	#text = '';
	#at = 0;
	/** nothing visible stands on this line yet */
	#lineStart = true;

	constructor(markup: string) {
		this.#markup = markup;
	}

	parse(): Formatted {
		while (this.#at < this.#markup.length) this.#step();
		if (this.#open.at(-1)?.type === 'blockquote') this.#end({});
		const unclosed = this.#open.at(-1);
		if (unclosed !== undefined) throw new FormatError(`${unclosed.type} is not closed`, unclosed.at);
		return tidy({ text: this.#text, entities: this.#entities });
	}

	#step(): void {
		const char = this.#markup[this.#at] ?? '';
		const escaped = this.#markup.charCodeAt(this.#at + 1);
		if (char === '\\' && escaped > 0 && escaped < 127) {
			this.#write(this.#markup[this.#at + 1] ?? '', 2);
			return;
		}
		const inside = this.#open.at(-1)?.type;
		if (inside === 'code' || inside === 'pre') {
			const fence = inside === 'code' ? '`' : '```';
			if (!this.#markup.startsWith(fence, this.#at)) this.#write(char, 1);
			else {
				this.#at += fence.length;
				this.#end({});
			}
			return;
		}
		if (char === '\n') this.#newLine();
		else if (this.#isEnd(inside)) this.#close(inside);
		else if (RESERVED.includes(char)) this.#begin(char);
		else this.#write(char, 1);
	}

	#write(text: string, consumed: number): void {
		this.#text += text;
		this.#at += consumed;
		this.#lineStart = false;
	}

	#newLine(): void {
		this.#write('\n', 1);
		this.#lineStart = true;
		const inQuote = this.#open.some(({ type }) => type === 'blockquote');
		if (!inQuote) return;
		if (this.#markup[this.#at] === '>') {
			this.#at += 1;
			this.#lineStart = false;
		} else if (this.#open.at(-1)?.type === 'blockquote') this.#end({}, this.#text.length - 1);
		else throw new FormatError('a quotation ends while something in it is open', this.#at);
	}

	#isEnd(inside: EntityType | undefined): boolean {
		const rest = (text: string): boolean => this.#markup.startsWith(text, this.#at);
		switch (inside) {
			case 'bold':
				return rest('*');
			case 'italic':
				return rest('_') && !rest('__');
			case 'underline':
				return rest('__');
			case 'strikethrough':
				return rest('~');
			case 'spoiler':
				return rest('||');
			case 'text_link':
			case 'custom_emoji':
				return rest(']');
			case 'blockquote':
				return rest('||') && (this.#at + 2 >= this.#markup.length || this.#markup[this.#at + 2] === '\n');
			default:
				return false;
		}
	}

	#close(inside: EntityType | undefined): void {
		const start = this.#at;
		this.#at += inside === 'underline' || inside === 'spoiler' || inside === 'blockquote' ? 2 : 1;
		if (inside === 'blockquote') {
			this.#end({ type: 'expandable_blockquote' });
			return;
		}
		if (inside !== 'text_link' && inside !== 'custom_emoji') {
			this.#end({});
			return;
		}
		const url = this.#address(start);
		if (inside === 'text_link') {
			const link = linkEntity(url);
			if (link === null) this.#open.pop();
			else this.#end(link);
			return;
		}
		const emoji = /^tg:\/\/emoji\?id=(\d+)$/i.exec(url)?.[1];
		if (emoji === undefined) throw new FormatError('a custom emoji needs tg://emoji?id=…', start);
		this.#end({ emojiId: emoji });
	}

	/** `(address)` after `]`. */
	#address(start: number): string {
		if (this.#markup[this.#at] !== '(') {
			// As in the Bot API, brackets without an address link to the words themselves.
			return this.#text.slice(this.#open.at(-1)?.offset ?? 0);
		}
		let url = '';
		for (this.#at += 1; this.#at < this.#markup.length; this.#at += 1) {
			const char = this.#markup[this.#at] ?? '';
			if (char === ')') {
				this.#at += 1;
				return url;
			}
			const escaped = this.#markup.charCodeAt(this.#at + 1);
			if (char === '\\' && escaped > 0 && escaped < 127) this.#at += 1;
			url += this.#markup[this.#at] ?? '';
		}
		throw new FormatError('the address is not closed by ")"', start);
	}

	#begin(char: string): void {
		const rest = (text: string): boolean => this.#markup.startsWith(text, this.#at);
		if (rest('__')) this.#push('underline', 2);
		else if (char === '_') this.#push('italic', 1);
		else if (char === '*') this.#push('bold', 1);
		else if (char === '~') this.#push('strikethrough', 1);
		else if (rest('||')) this.#push('spoiler', 2);
		else if (char === '[') this.#push('text_link', 1);
		else if (rest('![')) this.#push('custom_emoji', 2);
		else if (rest('```')) this.#fence();
		else if (char === '`') this.#push('code', 1);
		else if (char === '>' && this.#lineStart && this.#open.length === 0) this.#push('blockquote', 1);
		else throw new FormatError(`"${char}" is reserved and must be written as "\\${char}"`, this.#at);
	}

	#fence(): void {
		const begin = this.#at;
		this.#push('pre', 3);
		const language = /^[^\s`\\]+(?=\n)/.exec(this.#markup.slice(this.#at));
		const open = this.#open.at(-1);
		if (language !== null && open !== undefined) {
			open.language = language[0];
			this.#at += language[0].length;
		}
		if (this.#markup[this.#at] === '\n') this.#at += 1;
		if (open !== undefined) open.at = begin;
	}

	#push(type: EntityType, length: number): void {
		if (this.#open.some((open) => open.type === type)) {
			throw new FormatError(`${type} begins inside of itself`, this.#at);
		}
		this.#open.push({ type, at: this.#at, offset: this.#text.length });
		this.#at += length;
	}

	#end(change: Partial<Entity>, until = this.#text.length): void {
		const open = this.#open.pop();
		if (open === undefined || until <= open.offset) return;
		this.#entities.push({
			type: open.type,
			...(open.language === undefined ? {} : { language: open.language }),
			...change,
			offset: open.offset,
			length: until - open.offset,
		});
	}
}

/** The other way round: what `parseMarkdown` would read as this. */
export function toMarkdown(formatted: Formatted): string {
	return render(formatted, escape, marks, apart);
}

/** `_` beside `__` would be read as `__` first; the Bot API's own advice is an empty entity of another kind between them. */
function apart(before: string, mark: string, inside: readonly Entity[]): string {
	if (!before.endsWith('_') || !mark.startsWith('_')) return '';
	const open = new Set(inside.map(({ type }) => type));
	if (!open.has('bold')) return '**';
	return open.has('strikethrough') ? '||||' : '~~';
}

function escape(text: string, inside: readonly Entity[]): string {
	const inCode = inside.some(({ type }) => type === 'code' || type === 'pre');
	const escaped = inCode
		? text.replaceAll(/[`\\]/g, '\\$&')
		: text.replaceAll(/[_*[\]()~`>#+\-=|{}.!\\]/g, '\\$&');
	return inside.some(({ type }) => isQuote(type)) ? escaped.replaceAll('\n', '\n>') : escaped;
}

function isQuote(type: EntityType): boolean {
	return type === 'blockquote' || type === 'expandable_blockquote';
}

function marks(entity: Entity): Marks {
	const address = (url: string): string => `](${url.replaceAll(/[)\\]/g, '\\$&')})`;
	switch (entity.type) {
		case 'bold':
			return { open: '*', close: '*' };
		case 'italic':
			return { open: '_', close: '_' };
		case 'underline':
			return { open: '__', close: '__' };
		case 'strikethrough':
			return { open: '~', close: '~' };
		case 'spoiler':
			return { open: '||', close: '||' };
		case 'code':
			return { open: '`', close: '`' };
		case 'pre':
			return { open: `\`\`\`${entity.language ?? ''}\n`, close: '```' };
		case 'blockquote':
			return { open: '>', close: '' };
		case 'expandable_blockquote':
			return { open: '>', close: '||' };
		case 'text_link':
			return { open: '[', close: address(entity.url ?? '') };
		case 'text_mention':
			return { open: '[', close: address(`tg://user?id=${entity.userId ?? ''}`) };
		case 'custom_emoji':
			return { open: '![', close: address(`tg://emoji?id=${entity.emojiId ?? ''}`) };
	}
}
