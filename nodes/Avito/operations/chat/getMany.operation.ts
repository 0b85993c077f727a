import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';
import { chatTypes, itemIds } from '../../fields';

export const getMany: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many chats',
	description: 'List chats, newest first. Avito shows at most 1,100 of them; filters reach the others.',
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
	options: [chatTypes, includeRawField, itemIds],
	toCommand: (parameters) => {
		const { options } = parameters;
		const items = options.list('itemIds');
		return {
			name: 'chat.getMany',
			input: {
				...parameters.limit(),
				unreadOnly: parameters.boolean('unreadOnly'),
				chatTypes: options.has('chatTypes') ? options.list('chatTypes') : ['u2i', 'u2u'],
				...(items.length === 0 ? {} : { itemIds: items }),
				...detailOf(parameters),
			},
		};
	},
};
