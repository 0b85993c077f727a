/** How a field travels: a plain kind, an object of a named type, a vector, or a nested query (`!X`). */
export type FieldType =
	| { readonly kind: 'int' | 'long' | 'double' | 'string' | 'bytes' | 'int128' | 'int256' | 'true' | 'Bool' }
	| { readonly kind: 'flags' | 'query' }
	/** A boxed object; `bare` is one constructor without its number, as in `vector<future_salt>`. */
	| { readonly kind: 'object' | 'bare'; readonly type: string }
	| { readonly kind: 'vector'; readonly bare: boolean; readonly item: FieldType };

export interface Field {
	readonly name: string;
	readonly type: FieldType;
	/** Present only when this bit of that flag word is set. */
	readonly flag: { readonly word: string; readonly bit: number } | undefined;
}

/** One line of a `.tl` text: a constructor or a method. */
export interface Definition {
	readonly name: string;
	/** Unsigned 32-bit constructor number. */
	readonly id: number;
	readonly fields: readonly Field[];
	readonly result: FieldType;
	readonly method: boolean;
	readonly line: string;
}

/** A schema by name and by number. A later text replaces what earlier ones say of a name, or takes it out. */
export class Schema {
	readonly constructors = new Map<string, Definition>();
	readonly methods = new Map<string, Definition>();
	readonly byId = new Map<number, Definition>();

	constructor(...texts: readonly string[]) {
		for (const text of texts) {
			for (const { name, method } of removedIn(text)) this.remove(name, method);
			for (const definition of parseTl(text)) this.add(definition);
		}
	}

	private add(definition: Definition): void {
		this.remove(definition.name, definition.method);
		(definition.method ? this.methods : this.constructors).set(definition.name, definition);
		this.byId.set(definition.id, definition);
	}

	private remove(name: string, method: boolean): void {
		const named = method ? this.methods : this.constructors;
		const definition = named.get(name);
		if (definition === undefined) return;
		named.delete(name);
		this.byId.delete(definition.id);
	}
}

const plain = new Set(['int', 'long', 'double', 'string', 'bytes', 'int128', 'int256', 'true', 'Bool']);

function typeOf(text: string): FieldType {
	if (text === '#') return { kind: 'flags' };
	if (text === '!X' || text === 'X') return { kind: 'query' };
	// The cast repeats what the set says.
	if (plain.has(text)) return { kind: text } as FieldType;
	const vector = /^(vector|Vector)<(.+)>$/.exec(text);
	if (vector?.[2] !== undefined)
		return { kind: 'vector', bare: vector[1] === 'vector', item: typeOf(vector[2]) };
	const last = text.split('.').at(-1) ?? text;
	return { kind: /^[a-z]/.test(last) ? 'bare' : 'object', type: text };
}

function fieldOf(text: string): Field {
	const [name = '', rest = ''] = text.split(':');
	const conditional = /^(\w+)\.(\d+)\?(.+)$/.exec(rest);
	if (conditional === null) return { name, type: typeOf(rest), flag: undefined };
	const [, word = '', bit = '', type = ''] = conditional;
	return { name, type: typeOf(type), flag: { word, bit: Number(bit) } };
}

/** The lines of a TL text with their part of it: `---functions---` and `---types---` switch. */
function* linesOf(text: string): Generator<{ line: string; method: boolean }> {
	let method = false;
	for (const raw of text.split('\n')) {
		const line = raw.trim();
		if (line === '---functions---') method = true;
		else if (line === '---types---') method = false;
		else yield { line, method };
	}
}

/** Names with a "-" before them: a layer that is told by its difference from another does not have them. */
function removedIn(text: string): { name: string; method: boolean }[] {
	return [...linesOf(text)]
		.filter(({ line }) => /^-\w/.test(line))
		.map(({ line, method }) => ({ name: line.slice(1), method }));
}

/** Reads TL text. */
export function parseTl(text: string): Definition[] {
	const found: Definition[] = [];
	for (const { line, method } of linesOf(text)) {
		const match = /^([\w.]+)#([0-9a-f]+) (?:\{X:Type\} )?(.*?)= ?(.+);$/.exec(line);
		if (match === null) continue;
		const [, name = '', id = '', fields = '', result = ''] = match;
		found.push({
			name,
			id: parseInt(id, 16),
			fields: fields.trim() === '' ? [] : fields.trim().split(' ').map(fieldOf),
			result: typeOf(result),
			method,
			line,
		});
	}
	return found;
}

/** The text whose CRC-32 is the constructor number (core.telegram.org/mtproto/TL-formal, "Combinator numbers"). */
export function canonicalText(line: string): string {
	return line
		.replace(/#[0-9a-f]+ /, ' ')
		.replace(/;$/, '')
		.replace(/ \w+:flags2?\.\d+\?true/g, '')
		.replace(/([:?])bytes /g, '$1string ')
		.replace(/[{}]/g, '')
		.replace(/</g, ' ')
		.replace(/>/g, '');
}
