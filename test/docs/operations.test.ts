import { describe, expect, it } from 'vitest';
import { DOCUMENTED, ENGLISH, fieldBlocks, RUSSIAN, withFields } from './fields';
import { document, headings, section } from './markdown';
import russianFields from './russian-fields.json';

const translated = DOCUMENTED.flatMap((node) =>
	[ENGLISH, RUSSIAN].map((wording) => ({
		node,
		wording,
		name: node.page.replace('.md', wording.page),
	})),
);

describe.each(translated)('$name', ({ node, wording, name }) => {
	const page = document(name);

	it('has a section for every operation, and for nothing else', () => {
		const offered = node.table.flatMap(({ name, operations }) =>
			operations.map((operation) => `${name}: ${operation.name}`),
		);
		const written = headings(section(page.text, wording.operations))
			.filter(({ level }) => level === 3)
			.map(({ text }) => text);
		expect(written.sort()).toEqual(offered.sort());
	});

	it('lists the fields of each operation under its heading', () => {
		for (const { name, value, operations } of node.table)
			for (const operation of operations)
				expect(section(page.text, `${name}: ${operation.name}`)).toContain(
					`<!-- fields: ${value}.${operation.value} -->`,
				);
	});

	// After a change of a description: npx vitest run --project unit test/docs -u
	// (A new one first needs its Russian words, in russian-fields.json.)
	it('has the fields that the nodes show, with their defaults', async () => {
		await expect(withFields(page.text, fieldBlocks(node, wording))).toMatchFileSnapshot(page.file);
	});
});

it('each operation has words of its own in Russian', () => {
	const bare = DOCUMENTED.flatMap(({ page, table }) => {
		const { text } = document(page.replace('.md', '.ru.md'));
		return table.flatMap(({ name, operations }) =>
			operations
				.map((operation) => `${name}: ${operation.name}`)
				.filter((heading) => !/^[^<]*[а-яё]/i.test(section(text, heading)))
				.map((heading) => `${page}: ${heading}`),
		);
	});
	expect(bare).toEqual([]);
});

it('no Russian words are left of a field that has gone', () => {
	const asked = new Set<string>();
	const wording = { ...RUSSIAN, description: (english: string) => (asked.add(english), english) };
	for (const node of DOCUMENTED) fieldBlocks(node, wording);
	expect(Object.keys(russianFields).filter((english) => !asked.has(english))).toEqual([]);
});

describe.each(DOCUMENTED)('$page', (node) => {
	describe.each(['README.md', 'README.ru.md'])('in %s', (name) => {
		it('has every operation of every resource, in the order n8n shows them, and no other', () => {
			const offered = node.table.map((resource) => {
				const names = resource.operations.map((operation): string => operation.name);
				return `| ${resource.name} | ${names.sort(inEnglish).join(', ')} |`;
			});
			expect(resourceRows(section(document(name).text, node.name))).toEqual(offered.sort(inEnglish));
		});
	});
});

function inEnglish(a: string, b: string): number {
	return a.localeCompare(b, 'en');
}

/** The rows of a table, without its head. */
function resourceRows(text: string): string[] {
	return text
		.split('\n')
		.filter((line) => line.startsWith('| '))
		.slice(1);
}
