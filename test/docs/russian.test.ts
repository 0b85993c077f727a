import { describe, expect, it } from 'vitest';
import { codeBlocks, document, documents, links, prose } from './markdown';

/** A page of docs and its Russian twin. (The READMEs of the root are held to more, in links.test.ts.) */
const twins = documents()
	.map(({ name }) => name)
	.filter((name) => /^docs\/.*\.ru\.md$/.test(name))
	.map((name) => ({ russian: name, english: name.replace('.ru.md', '.md') }));

/** What is the same in any language: commands, variables, codes, fields in backticks, also over the end of a line. */
const names = (text: string): string[] =>
	[
		...new Set(
			[
				...prose(text)
					.replaceAll(/(?<=\S)\n(?=\S)/g, ' ')
					.matchAll(/`[^`\n]+`/g),
			].map(([name]) => name),
		),
	].filter((name) => /^[\x20-\x7E]+$/.test(name));

it('there are Russian pages of what a newcomer needs', () => {
	const nodes = ['accounts', 'avito', 'max', 'telegram'];
	const wanted = [
		...nodes,
		'README',
		'contributing',
		'errors',
		'guarantees',
		'limits',
		'login',
		'mapping',
		'scaling',
		'security',
		'troubleshooting',
	];
	expect(twins.map(({ english }) => english).sort()).toEqual(wanted.map((name) => `docs/${name}.md`).sort());
});

describe.each(twins)('$russian', ({ russian, english }) => {
	const [ours, theirs] = [document(russian).text, document(english).text];

	it('and its English twin lead to each other', () => {
		const page = (name: string) => name.replace('docs/', '');
		expect(links(ours)).toContain(page(english));
		expect(links(theirs)).toContain(page(russian));
	});

	it('has the code blocks of the English page', () => {
		expect(codeBlocks(ours)).toEqual(codeBlocks(theirs));
	});

	it('names nothing in backticks that the English page does not', () => {
		const known = names(theirs);
		expect(names(ours).filter((name) => !known.includes(name))).toEqual([]);
	});

	it('shows the same pictures', () => {
		const pictures = (text: string) => links(text).filter((target) => target.endsWith('.png'));
		expect(pictures(ours)).toEqual(pictures(theirs));
	});
});

it.each(['accounts', 'avito', 'login', 'mapping', 'max', 'telegram'])(
	'the Russian page of %s has every section of the English one',
	(page) => {
		const levels = (name: string) =>
			[...prose(document(name).text).matchAll(/^#+ /gm)].map(([level]) => level);
		expect(levels(`docs/${page}.ru.md`)).toEqual(levels(`docs/${page}.md`));
	},
);

/** What an error says is English in both: somebody looks for the text he sees. */
it('every text of the English troubleshooting page is in the Russian one', () => {
	const texts = (name: string, from: string, to: string) => {
		const { text } = document(name);
		return [...text.slice(text.indexOf(from), text.indexOf(to)).matchAll(/^### (.+)$/gm)].map(
			([, heading]) => heading,
		);
	};
	const wanted = texts('docs/troubleshooting.md', '## By text', '## By what you see');
	expect(wanted.length).toBeGreaterThan(20);
	expect(texts('docs/troubleshooting.ru.md', '## По тексту', '## По тому, что')).toEqual(wanted);
});

/** Figures are renewed after a benchmark, in both languages or in none. */
it('every row of the scaling page has the figures of its English twin', () => {
	const rows = (name: string, groups: RegExp, decimal: string) =>
		prose(document(name).text)
			.split('\n')
			.filter((line) => line.startsWith('|'))
			.map((line) => line.replaceAll(/`[^`]*`|\]\([^)]*\)/g, '').replaceAll(groups, ''))
			.map((line) =>
				(line.match(/\d+(?:[.,]\d+)*/g) ?? []).map((figure) => figure.replace(decimal, '.')).sort(),
			);
	const wanted = rows('docs/scaling.md', /(?<=\d),(?=\d{3})/g, '.');
	expect(wanted.flat().length).toBeGreaterThan(150);
	expect(rows('docs/scaling.ru.md', /(?<=\d)\u00A0(?=\d{3})/g, ',')).toEqual(wanted);
});
