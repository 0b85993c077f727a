import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';
import { CHAT_TYPES } from '../../fields';

export const getMany: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many chats',
	description: 'List chats, last changed first',
	effect: 'read',
	properties: [
		...limitFields(),
		{
			displayName: 'Unread Only',
			name: 'unreadOnly',
			type: 'boolean',
			default: false,
			description: 'Whether to return only chats with unread messages',
		},
		simplifyField,
	],
	options: [
		{
			displayName: 'Chat Types',
			name: 'chatTypes',
			type: 'multiOptions',
			options: CHAT_TYPES,
			default: [],
			description: 'Only chats of these kinds; none chosen means all',
		},
		{
			displayName: 'Include Archived',
			name: 'includeArchived',
			type: 'boolean',
			default: false,
			description: 'Whether to return hidden chats too',
		},
		includeRawField,
	],
	toCommand: (parameters) => {
		const chatTypes = parameters.options.list('chatTypes');
		return {
			name: 'chat.getMany',
			input: {
				...parameters.limit(),
				unreadOnly: parameters.boolean('unreadOnly'),
				...(chatTypes.length === 0 ? {} : { chatTypes }),
				includeArchived: parameters.options.boolean('includeArchived'),
				...detailOf(parameters),
			},
		};
	},
};
