import type { INodeProperties } from 'n8n-workflow';
import type { Parameters } from '../parameters';

/** Return All / Limit, as every n8n list has them. */
export function limitFields(): INodeProperties[] {
	return [
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			displayOptions: { show: { returnAll: [false] } },
			default: 50,
			description: 'Max number of results to return',
		},
	];
}

/** Of *Chat: Get*. */
export const lastMessagesField: INodeProperties = {
	displayName: 'Last Messages',
	name: 'lastMessages',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 100 },
	default: 0,
	description: 'How many of the newest messages to add',
};

/** Simplify, on by default: the unified shape instead of the provider's object. */
export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** The provider's own object beside the unified one. */
export const includeRawField: INodeProperties = {
	displayName: 'Include Raw Data',
	name: 'includeRaw',
	type: 'boolean',
	default: false,
	description: 'Whether to add the object of the messenger as the field raw',
};

/** Simplify and raw data of an operation that reads. */
export function detailOf(parameters: Parameters): { simplify: boolean; includeRaw: boolean } {
	return {
		simplify: parameters.boolean('simplify'),
		includeRaw: parameters.options.boolean('includeRaw'),
	};
}
