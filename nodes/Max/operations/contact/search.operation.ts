import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';

export const search: Operation = {
	value: 'search',
	name: 'Search',
	action: 'Search contacts',
	description: 'Find contacts by name',
	effect: 'read',
	properties: [
		{
			displayName: 'Name',
			name: 'query',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. Anna',
			description: 'What to look for',
		},
		...limitFields(),
		simplifyField,
	],
	options: [includeRawField],
	toCommand: (parameters) => ({
		name: 'contact.search',
		input: { query: parameters.required('query'), ...parameters.limit(), ...detailOf(parameters) },
	}),
};
