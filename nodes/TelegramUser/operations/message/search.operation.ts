import { includeRawField, simplifyField, type Operation } from '../../../../src/n8n';
import { chatOf, detailOf, includeServiceField, optionalChat } from '../../fields';

export const search: Operation = {
	value: 'search',
	name: 'Search',
	action: 'Search messages',
	description: 'Find messages by their text, in one chat or in all',
	effect: 'read',
	properties: [
		{
			displayName: 'Text',
			name: 'query',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. invoice',
			description: 'What to look for',
		},
		optionalChat,
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 1000 },
			default: 50,
			description: 'Max number of results to return',
		},
		simplifyField,
	],
	options: [includeRawField, includeServiceField],
	toCommand: (parameters) => ({
		name: 'message.search',
		input: {
			query: parameters.required('query'),
			...(parameters.has('chatId') ? { chatId: chatOf(parameters) } : {}),
			limit: parameters.number('limit'),
			includeService: parameters.options.boolean('includeService'),
			...detailOf(parameters),
		},
	}),
};
