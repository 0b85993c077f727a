import {
	chatField,
	detailOf,
	includeRawField,
	limitFields,
	simplifyField,
	type Operation,
} from '../../../../src/n8n';
import { chatOptions, includeServiceField } from '../../fields';

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
		chatField({ ...chatOptions, required: false, description: 'The chat to search. Empty: all chats.' }),
		...limitFields(),
		simplifyField,
	],
	options: [includeRawField, includeServiceField],
	toCommand: (parameters) => ({
		name: 'message.search',
		input: {
			query: parameters.required('query'),
			...(parameters.has('chatId') ? { chatId: parameters.id('chatId') } : {}),
			...parameters.limit(),
			includeService: parameters.options.boolean('includeService'),
			...detailOf(parameters),
		},
	}),
};
