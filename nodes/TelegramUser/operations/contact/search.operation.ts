import type { Operation } from '../../../../src/n8n';

export const search: Operation = {
	value: 'search',
	name: 'Search',
	action: 'Search contacts',
	description: 'Find people, groups and channels by name or username: first own ones, then public ones',
	effect: 'read',
	properties: [
		{
			displayName: 'Query',
			name: 'query',
			type: 'string',
			required: true,
			default: '',
			description: 'Part of a name or username',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 100 },
			default: 50,
			description: 'Max number of results to return',
		},
	],
	toCommand: (parameters) => ({
		name: 'contact.search',
		input: { query: parameters.required('query'), limit: parameters.number('limit') },
	}),
};
