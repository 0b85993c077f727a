import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchor, codeBlocks, document, documents, headings, links, prose, root } from './markdown';

const pages = documents();

/** Written by a command the same document names. */
const MADE_LATER = ['docs/benchmarks.md'];

/** What a link leads to, or why it leads nowhere. */
function problem(from: string, target: string): string | null {
	if (/^https:\/\//.test(target)) return null;
	const [path = '', fragment] = target.split('#');
	const file = path === '' ? from : resolve(dirname(from), path);
	if (!existsSync(file)) return `${target}: there is no such file`;
	if (fragment === undefined) return null;
	const page = pages.find((each) => each.file === file);
	if (page === undefined) return `${target}: has no headings`;
	return anchors(page.text).includes(decodeURIComponent(fragment))
		? null
		: `${target}: there is no such heading`;
}

/** Of its headings, and those written out where a translated heading is linked by the original's name. */
function anchors(text: string): string[] {
	const written = [...text.matchAll(/^<a id="([\w-]+)"><\/a>$/gm)].map(([, name = '']) => name);
	return [...headings(text).map((heading) => anchor(heading.text)), ...written];
}

/** Places of the README that n8n shows a link to: names after its address in the sources. `#readme` is GitHub's own. */
const LINKED_FROM_N8N = [
	...new Set(
		['credentials', 'nodes', 'src']
			.flatMap((folder) =>
				readdirSync(resolve(root, folder), { recursive: true, withFileTypes: true })
					.filter((entry) => entry.isFile() && /\.(ts|json)$/.test(entry.name))
					.map((entry) => readFileSync(resolve(entry.parentPath, entry.name), 'utf8')),
			)
			.flatMap((source) =>
				[...source.matchAll(/\/n8n-nodes-messenger-accounts#(?!readme\b)([\w-]+)/g)].map(
					([, name = '']) => name,
				),
			),
	),
];

describe('links', () => {
	it.each(pages)('of $name lead somewhere', ({ file, text }) => {
		const broken = links(text).flatMap((target) => problem(file, target) ?? []);
		expect(broken).toEqual([]);
	});

	it('would be found broken', () => {
		const { file } = document('README.md');
		expect(problem(file, 'docs/none.md')).toMatch(/no such file/);
		expect(problem(file, 'docs/avito.md#none')).toMatch(/no such heading/);
		expect(links('see [a](b.md) and ![c](d.png)')).toEqual(['b.md', 'd.png']);
	});

	it.each(LINKED_FROM_N8N)('from n8n to #%s of the README have their place', (name) => {
		expect(anchors(document('README.md').text)).toContain(name);
	});

	it('from n8n are found', () => {
		expect(LINKED_FROM_N8N).toEqual(expect.arrayContaining(['avito-api', 'log-in-to-max', 'max-user-api']));
	});

	it('lead to every page of docs from the README', () => {
		const { file, text } = document('README.md');
		const reached = links(text).map((target) =>
			relative(root, resolve(dirname(file), target.split('#')[0]!)),
		);
		const all = pages.map(({ name }) => name).filter((name) => name.startsWith('docs/'));
		expect(all.filter((name) => !reached.includes(name) && !MADE_LATER.includes(name))).toEqual([]);
	});
});

describe('files named in backticks', () => {
	/** In src/README.md paths are seen from src/. What begins with Europe is a time zone. */
	it.each(pages)('of $name exist', ({ name, file, text }) => {
		const named = [...prose(text).matchAll(/`((?:[\w-]+\/)+[\w.-]*)`/g)].map(([, path = '']) => path);
		const missing = named.filter(
			(path) =>
				!/^(dist|node_modules|Europe)\//.test(path) &&
				!MADE_LATER.includes(path) &&
				![root, dirname(file)].some((folder) => existsSync(resolve(folder, path))),
		);
		expect(missing, name).toEqual([]);
	});
});

describe('the Russian README', () => {
	const [english, russian] = [document('README.md').text, document('README.ru.md').text];

	/** A heading's place and level, a table's rows, a list's points: what a twin has in common with its twin. */
	const shape = (text: string): string[] =>
		text.split('\n').flatMap((line) => /^(?:#+|\||-|\d+\.) ?/.exec(line)?.[0].trim() ?? []);

	it('has the sections, tables and lists of the English one, in the same order', () => {
		expect(shape(prose(russian))).toEqual(shape(prose(english)));
	});

	it('has the same code, but for words that a reader sees', () => {
		const bare = (text: string) =>
			codeBlocks(text).map(
				({ language, code }) => `${language}\n${code.replaceAll(/(["`])[^"`]*[а-яё][^"`]*\1/giu, '')}`,
			);
		const plain = codeBlocks(english).map(({ language }) => language);
		expect(codeBlocks(russian).map(({ language }) => language)).toEqual(plain);
		const lines = (text: string) => bare(text).map((code) => code.split('\n').length);
		expect(lines(russian)).toEqual(lines(english));
	});

	it('names the same commands, variables, codes and pages', () => {
		// Each leads to the pages in its own language.
		const names = (text: string) => [
			...new Set(
				[...prose(text).matchAll(/`[\x20-\x7E]+?`|\]\([^)]+\)/g)].map(([name]) =>
					name.replace(/^(\]\(docs\/\w+)\.ru\.md/, '$1.md'),
				),
			),
		];
		const differing = (a: string[], b: string[]) => a.filter((name) => !b.includes(name));
		expect(differing(names(english), names(russian)).filter((name) => !/I will be back/.test(name))).toEqual([
			'](README.ru.md)',
			'`<n8n user folder>/.n8n/messenger-accounts/`',
		]);
		expect(differing(names(russian), names(english))).toEqual(['](README.md)']);
	});
});
