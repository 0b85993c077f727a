import { describe, expect, it } from 'vitest';
import { DOCUMENTED, fieldBlocks, withFields } from './fields';
import { document, headings, section } from './markdown';

describe.each(DOCUMENTED)('$page', (node) => {
	const page = document(node.page);

	it('has a section for every operation, and for nothing else', () => {
		const offered = node.table.flatMap(({ name, operations }) =>
			operations.map((operation) => `${name}: ${operation.name}`),
		);
		const written = headings(section(page.text, 'Operations'))
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
	it('has the fields that the nodes show, with their defaults', async () => {
		await expect(withFields(page.text, fieldBlocks(node))).toMatchFileSnapshot(page.file);
	});

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
