import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';

export const searchByText: Operation = {
	value: 'searchByText',
	name: 'Search by Text',
	action: 'Search chats by text',
	description:
		'Find chats by client name, listing title or message text. Avito has no search: the chats are read and compared.',
	effect: 'read',
	properties: [
		{
			displayName: 'Text',
			name: 'query',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. delivery',
			description: 'What to look for; upper and lower case are the same',
		},
		...limitFields(),
		simplifyField,
	],
	options: [
		includeRawField,
		{
			displayName: 'Search in Messages',
			name: 'inMessages',
			type: 'boolean',
			default: false,
			description: 'Whether to read the messages of every chat too, which takes one request per chat',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.searchByText',
		input: {
			query: parameters.required('query'),
			...parameters.limit(),
			inMessages: parameters.options.boolean('inMessages'),
			...detailOf(parameters),
		},
	}),
};
