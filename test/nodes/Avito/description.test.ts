import { NodeHelpers, type INodeProperties, type INodePropertyCollection } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { Avito } from '../../../nodes/Avito/Avito.node';
import { AvitoTrigger } from '../../../nodes/Avito/AvitoTrigger.node';
import { avitoOperations } from '../../../nodes/Avito/operations';

const { description } = new Avito();

function shownFor(resource: string, operation: string): INodeProperties[] {
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

const operations = avitoOperations.flatMap(({ value: resource, operations: list }) =>
	list.map(({ value, effect }) => ({ resource, operation: value, effect })),
);

describe('the Avito node', () => {
	test('offers what was promised', () => {
		const offered = avitoOperations.map(({ value, operations: list }) => [
			value,
			list.map((o) => o.value).sort(),
		]);
		expect(Object.fromEntries(offered)).toEqual({
			account: [
				'connect',
				'disconnect',
				'forget',
				'getBalance',
				'getMany',
				'getSelf',
				'getStatus',
				'refreshToken',
			],
			apiRequest: ['request'],
			chat: ['blockUser', 'get', 'getMany', 'markRead', 'searchByItem', 'searchByText', 'unreadCount'],
			file: ['download'],
			listing: ['get', 'getMany'],
			message: [
				'delete',
				'getMany',
				'getSince',
				'getUnread',
				'getVoice',
				'send',
				'sendAndWait',
				'sendImage',
				'sendLink',
				'sendMany',
			],
			review: ['answer', 'deleteAnswer', 'getMany', 'getRating'],
			webhook: ['getMany', 'subscribe', 'unsubscribe'],
		});
	});

	test.each(operations)('$resource: $operation shows each field once', ({ resource, operation }) => {
		const names = shownFor(resource, operation).map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		expect(names.slice(0, 2)).toEqual(['resource', 'operation']);
	});

	test.each(operations.filter(({ effect }) => effect === 'send'))(
		'$resource: $operation can be sent once across executions',
		({ resource, operation }) => {
			const options = shownFor(resource, operation).find(({ name }) => name === 'options');
			expect(options?.options?.map(({ name }) => name)).toContain('deduplicationKey');
		},
	);

	test('lists are sorted, described, and say what they do', () => {
		for (const property of description.properties.filter(({ name }) => name === 'operation')) {
			const names = property.options?.map(({ name }) => name) ?? [];
			expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')));
			for (const option of property.options ?? [])
				expect(option).toMatchObject({
					action: expect.any(String) as string,
					description: expect.any(String) as string,
				});
			expect(property.options?.some((option) => 'value' in option && option.value === property.default)).toBe(
				true,
			);
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
});

describe('the Avito Trigger', () => {
	const trigger = new AvitoTrigger().description;

	test('is a trigger and no tool', () => {
		expect(trigger).toMatchObject({
			group: ['trigger'],
			inputs: [],
			displayName: 'Avito Trigger',
			name: 'avitoTrigger',
		});
		expect(trigger.usableAsTool).toBeUndefined();
	});

	test('is not of version 1, for which n8n evaluates an expression on every call of a webhook', () => {
		expect(trigger.version).toBeGreaterThan(1);
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
});
