import { describe, expect, it } from 'vitest';
import { avitoOperations } from '../../nodes/Avito/operations';
import { withFields } from './fields';
import { document, headings, section } from './markdown';

const page = document('docs/avito.md');

describe('the page of a node', () => {
	it('has a section for every operation, and for nothing else', () => {
		const offered = avitoOperations.flatMap(({ name, operations }) =>
			operations.map((operation) => `${name}: ${operation.name}`),
		);
		const written = headings(section(page.text, 'Operations'))
			.filter(({ level }) => level === 3)
			.map(({ text }) => text);
		expect(written.sort()).toEqual(offered.sort());
	});

	it('lists the fields of each operation under its heading', () => {
		for (const { name, value, operations } of avitoOperations)
			for (const operation of operations)
				expect(section(page.text, `${name}: ${operation.name}`)).toContain(
					`<!-- fields: ${value}.${operation.value} -->`,
				);
	});

	// After a change of a description: npx vitest run --project unit test/docs -u
	it('has the fields that the nodes show, with their defaults', async () => {
		await expect(withFields(page.text)).toMatchFileSnapshot(page.file);
	});
});

describe.each(['README.md', 'README.ru.md'])('%s', (name) => {
	it('names every operation of every resource, in the order n8n shows them, and no other', () => {
		const offered = avitoOperations.map((resource) => {
			const names = resource.operations.map((operation): string => operation.name);
			return `| ${resource.name} | ${names.sort(inEnglish).join(', ')} |`;
		});
		expect(resourceRows(document(name).text)).toEqual(offered.sort(inEnglish));
	});
});

function inEnglish(a: string, b: string): number {
	return a.localeCompare(b, 'en');
}

/** The rows of the table whose first cells are the node's resources. */
function resourceRows(text: string): string[] {
	const resources = new Set(avitoOperations.map(({ name }): string => name));
	return text.split('\n').filter((line) => resources.has(/^\| ([^|]+) \|/.exec(line)?.[1] ?? ''));
}
