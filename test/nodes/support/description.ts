import {
	NodeHelpers,
	type INodeProperties,
	type INodePropertyCollection,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { expect, test } from 'vitest';
import type { OperationTable } from '../../../src/n8n';

/** Fields n8n's editor shows for an operation. */
export function shownFor(
	description: INodeTypeDescription,
	resource: string,
	operation: string,
): INodeProperties[] {
	const parameters = NodeHelpers.getNodeParameters(
		description.properties,
		{ resource, operation },
		true,
		false,
		null,
		description,
	);
	return description.properties.filter(({ name, ...property }) =>
		NodeHelpers.displayParameter(parameters ?? {}, { name, ...property }, null, description),
	);
}

/** The parameters with every row of *Options* added in the editor and left as it comes. */
export function withUntouchedOptions<T extends { options?: object }>(
	description: INodeTypeDescription,
	[resource, operation]: readonly [string, string],
	parameters: T,
): T {
	const collection = shownFor(description, resource, operation).find(({ name }) => name === 'options');
	const rows = (collection?.options ?? []) as INodeProperties[];
	const untouched = Object.fromEntries(rows.map((row) => [row.name, row.default]));
	return { ...parameters, options: { ...untouched, ...parameters.options } };
}

/** What holds for the action node of every messenger. Call inside `describe`. */
export function testActionNode(description: INodeTypeDescription, table: OperationTable): void {
	const operations = table.flatMap(({ value: resource, operations: list }) =>
		list.map(({ value, effect }) => ({ resource, operation: value, effect })),
	);

	test.each(operations)('$resource: $operation shows each field once', ({ resource, operation }) => {
		const names = shownFor(description, resource, operation).map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		expect(names.filter((name) => name !== 'authentication').slice(0, 2)).toEqual(['resource', 'operation']);
	});

	test.each(operations.filter(({ effect }) => effect === 'send'))(
		'$resource: $operation can be sent once across executions',
		({ resource, operation }) => {
			const options = shownFor(description, resource, operation).find(({ name }) => name === 'options');
			expect(options?.options?.map(({ name }) => name)).toContain('deduplicationKey');
		},
	);

	test('lists are sorted, described, and say what they do', () => {
		for (const property of description.properties.filter(({ name }) => name === 'operation')) {
			const names = property.options?.map(({ name }) => name) ?? [];
			expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')));
			expect(new Set(names).size).toBe(names.length);
			for (const option of property.options ?? [])
				expect(option).toMatchObject({
					action: expect.any(String) as string,
					description: expect.any(String) as string,
				});
			const values = property.options?.map((option) => ('value' in option ? option.value : null));
			expect(values).toContain(property.default);
		}
	});

	test('options of an operation have each name once', () => {
		for (const { resource, operation } of operations) {
			const options = shownFor(description, resource, operation).find(({ name }) => name === 'options');
			const names = options?.options?.map(({ name }) => name) ?? [];
			expect(new Set(names).size, `${resource}: ${operation}`).toBe(names.length);
		}
	});

	test('every field has words an AI agent can use', () => {
		const mute: string[] = [];
		const look = (fields: readonly (INodeProperties | INodePropertyCollection)[]) => {
			for (const field of fields) {
				if ('values' in field) look(field.values);
				else if (!('type' in field)) continue;
				else if (field.type === 'collection' || field.type === 'fixedCollection')
					look((field.options ?? []) as INodeProperties[]);
				else if (field.description === undefined && !['resource', 'operation'].includes(field.name))
					mute.push(field.name);
			}
		};
		look(description.properties);
		expect(mute).toEqual([]);
		expect(description.usableAsTool).toBe(true);
	});

	test('names resource and operation below the node', () => {
		expect(description.subtitle).toBe('={{ $parameter["operation"] + ": " + $parameter["resource"] }}');
	});
}

/** What holds for the trigger node of every messenger. Call inside `describe`. */
export function testTriggerNode(trigger: INodeTypeDescription): void {
	test('is a trigger and no tool', () => {
		expect(trigger).toMatchObject({ group: ['trigger'], inputs: [] });
		expect(trigger.displayName).toMatch(/ Trigger$/);
		expect(trigger.name).toMatch(/Trigger$/);
		expect(trigger.usableAsTool).toBeUndefined();
	});

	test('has sorted collections with defaults that need no touching', () => {
		for (const name of ['filters', 'options']) {
			const names =
				trigger.properties
					.find((property) => property.name === name)
					?.options?.map((option) => ('displayName' in option ? option.displayName : '')) ?? [];
			expect(names.length).toBeGreaterThan(5);
			expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')));
		}
	});

	test('offers its events in order, each with what it is', () => {
		const events = trigger.properties.find(({ name }) => name === 'events')?.options ?? [];
		const names = events.map(({ name }) => name);
		expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')));
		for (const event of events) expect(event).toMatchObject({ description: expect.any(String) as string });
	});
}
