import { expect, it } from 'vitest';
import { avitoOperations } from '../../nodes/Avito/operations';
import { maxOperations } from '../../nodes/Max/operations';
import { messengerOperations } from '../../nodes/Messenger/operations';
import { telegramOperations } from '../../nodes/TelegramUser/operations';
import type { OperationTable } from '../../src/n8n';
import { document } from './markdown';

const tables: Record<string, OperationTable> = {
	Avito: avitoOperations,
	'MAX User': maxOperations,
	Messenger: messengerOperations,
	'Telegram User': telegramOperations,
};

/** What the mapping page says there is: node and `Resource: Operation`, from every row of its tables. */
function named(): { node: string; operation: string }[] {
	return document('docs/mapping.md')
		.text.split('\n')
		.map((line) => line.split('|').map((cell) => cell.trim()))
		.flatMap(([, , node = '', here = '']) =>
			node in tables
				? [...here.matchAll(/`([A-Z][\w ]*: [A-Z][\w ]*)`/g)].map(([, operation = '']) => ({
						node,
						operation,
					}))
				: [],
		);
}

it('the mapping names only operations that exist', () => {
	const offered = new Set(
		Object.entries(tables).flatMap(([node, table]) =>
			table.flatMap(({ name, operations }) =>
				operations.map((operation) => `${node} – ${name}: ${operation.name}`),
			),
		),
	);
	const all = named().map(({ node, operation }) => `${node} – ${operation}`);
	expect(all.length).toBeGreaterThan(100);
	expect(all.filter((each) => !offered.has(each))).toEqual([]);
});
