import { expect, it } from 'vitest';
import { avitoOperations } from '../../nodes/Avito/operations';
import { maxOperations } from '../../nodes/Max/operations';
import { messengerOperations } from '../../nodes/Messenger/operations';
import { telegramOperations } from '../../nodes/TelegramUser/operations';
import type { OperationTable } from '../../src/n8n';
import { MaxTrigger } from '../../nodes/Max/MaxTrigger.node';
import { EVENT_TYPES } from '../../src/contract/schemas';
import { document, section } from './markdown';

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

it('every operation of the nodes is named: nobody looks for one in vain', () => {
	const all = new Set(named().map(({ node, operation }) => `${node} – ${operation}`));
	const missing = Object.entries(tables).flatMap(([node, table]) =>
		table.flatMap(({ name, operations }) =>
			operations.map((each) => `${node} – ${name}: ${each.name}`).filter((each) => !all.has(each)),
		),
	);
	expect(missing).toEqual([]);
});

it('the events of older MAX systems lead to what the trigger offers, and each of those is named', () => {
	const events = new MaxTrigger().description.properties.find(({ name }) => name === 'events');
	const offered = new Map(
		events?.options?.map((option) => [option.name, 'value' in option ? String(option.value) : '']),
	);
	const rows = section(document('docs/max.md').text, 'Events of older MAX systems')
		.split('\n')
		.map((line) => line.split('|').map((cell) => cell.trim()))
		.filter(([, , here = '', types = '']) => !here.startsWith('*') && /^`\w+`(, `\w+`)*$/.test(types))
		.map(([, , here = '', types = '']) => ({
			here: here.split(', '),
			types: [...types.matchAll(/`(\w+)`/g)].map(([, type]) => type),
		}));
	expect(rows.length).toBeGreaterThan(12);
	for (const { here, types } of rows) expect(here.map((name) => offered.get(name))).toEqual(types);
	const named = new Set(rows.flatMap(({ types }) => types));
	expect([...offered.values()].filter((type) => !named.has(type))).toEqual(['gap', 'unknown']);
	expect([...named].filter((type) => !EVENT_TYPES.some((known) => known === type))).toEqual([]);
});
