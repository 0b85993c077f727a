import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

export interface MarkdownDocument {
	/** path from the root, forward slashes */
	name: string;
	/** absolute path */
	file: string;
	text: string;
}

export interface CodeBlock {
	language: string;
	code: string;
}

/** Everything a reader is given: the documents of the root, of `docs/`, of `src/` and of the sandboxes. */
export function documents(): MarkdownDocument[] {
	const files = [
		...['README.md', 'README.ru.md', 'CHANGELOG.md', 'src/README.md'].map((name) => join(root, name)),
		...markdownIn(join(root, 'docs')),
		...markdownIn(join(root, 'test')),
	];
	return files.map((file) => ({
		name: relative(root, file).replaceAll('\\', '/'),
		file,
		text: readFileSync(file, 'utf8'),
	}));
}

export function document(name: string): MarkdownDocument {
	const found = documents().find((each) => each.name === name);
	if (found === undefined) throw new Error(`there is no document ${name}`);
	return found;
}

function markdownIn(folder: string): string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();
}

export function codeBlocks(text: string): CodeBlock[] {
	return [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)].map(([, language = '', code = '']) => ({
		language,
		code,
	}));
}

/** The text without its code blocks, where `#` is no heading and `[x](y)` no link. */
export function prose(text: string): string {
	return text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
}

export interface Heading {
	level: number;
	text: string;
}

export function headings(text: string): Heading[] {
	return [...prose(text).matchAll(/^(#+) (.+)$/gm)].map(([, marks = '', words = '']) => ({
		level: marks.length,
		text: words.trim(),
	}));
}

/** The anchor GitHub makes of a heading. */
export function anchor(heading: string): string {
	return heading
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
		.replaceAll(/\s/g, '-');
}

/** Targets of `[text](target)` and of pictures. */
export function links(text: string): string[] {
	return [...prose(text).matchAll(/\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)/g)].map(
		([, target = '']) => target,
	);
}

/** What stands under a heading, up to the next one of the same or a higher level. */
export function section(text: string, heading: string): string {
	const lines = text.split('\n');
	const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '').trim() === heading);
	if (start === -1) throw new Error(`there is no heading "${heading}"`);
	const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 1;
	const rest = lines.slice(start + 1);
	const end = rest.findIndex((line) => (/^(#+) /.exec(line)?.[1]?.length ?? Infinity) <= level);
	return rest.slice(0, end === -1 ? undefined : end).join('\n');
}

/** First cells of a section's table rows, without head and rule, without backticks. */
export function firstCells(text: string): string[] {
	return [...text.matchAll(/^\| *([^|]+?) *\|/gm)]
		.map(([, cell = '']) => cell)
		.filter((cell, index) => index > 0 && !/^:?-+:?$/.test(cell))
		.map((cell) => cell.replaceAll('`', ''));
}
