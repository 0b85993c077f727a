import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { pacingFields } from './fields/pacing';
import { deduplicationKeyField } from './fields/sending';
import type { AnyOperation, OperationTable, Resource } from './operation';

/**
 * A table → all properties of an action node: resource, one operation field per resource, then each operation's own
 * fields, shown for it alone. Pure; lists are sorted by name as n8n's editor expects.
 */
export function describeOperations(table: OperationTable, defaultResource: string): INodeProperties[] {
	return [
		describeResources(table, defaultResource),
		...table.map(describeOperationField),
		...table.flatMap((resource) =>
			resource.operations.flatMap((operation) => describeFields(resource, operation)),
		),
	];
}

function describeResources(table: OperationTable, defaultResource: string): INodeProperties {
	return {
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: byName(table.map(({ name, value }) => ({ name, value }))),
		default: defaultResource,
	};
}

function describeOperationField(resource: Resource): INodeProperties {
	const options = byName(
		resource.operations.map(({ name, value, action, description }) => ({ name, value, action, description })),
	);
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [resource.value] } },
		options,
		default: resource.defaultOperation ?? options[0]?.value ?? '',
	};
}

function describeFields(resource: Resource, operation: AnyOperation): INodeProperties[] {
	return [...operation.properties, ...describeOptions(operation)].map((property) => ({
		...property,
		displayOptions: {
			...property.displayOptions,
			show: {
				resource: [resource.value],
				operation: [operation.value],
				...property.displayOptions?.show,
			},
		},
	}));
}

/** The fields of an operation's *Options*, shared ones included, in alphabetical order. */
export function optionFields(operation: AnyOperation): INodeProperties[] {
	return [
		...(operation.options ?? []),
		...(operation.effect === 'send' ? [deduplicationKeyField] : []),
		...(operation.paced === false ? [] : pacingFields),
	].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'));
}

function describeOptions(operation: AnyOperation): INodeProperties[] {
	const options = optionFields(operation);
	if (options.length === 0) return [];
	return [
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options,
		},
	];
}

function byName<T extends Pick<INodePropertyOptions, 'name'>>(options: T[]): T[] {
	return options.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}
