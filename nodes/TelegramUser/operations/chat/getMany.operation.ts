import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';
import { CHAT_TYPES, includeServiceField } from '../../fields';

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
			displayName: 'Archived',
			name: 'archived',
			type: 'boolean',
			default: false,
			description: 'Whether to return the archived chats instead',
		},
		{
			displayName: 'Chat Types',
			name: 'chatTypes',
			type: 'multiOptions',
			options: CHAT_TYPES,
			default: [],
			description: 'Only chats of these kinds; none chosen means all',
		},
		{
			displayName: 'Folder',
			name: 'folder',
			type: 'string',
			default: '',
			placeholder: 'e.g. Work',
			description: 'Only the chats of this folder of the account, by its name or number',
		},
		includeRawField,
		includeServiceField,
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		return {
			name: 'chat.getMany',
			input: {
				...parameters.limit(),
				unreadOnly: parameters.boolean('unreadOnly'),
				archived: options.boolean('archived'),
				folder: options.text('folder'),
				chatTypes: options.list('chatTypes'),
				includeService: options.boolean('includeService'),
				...detailOf(parameters),
			},
		};
	},
};
