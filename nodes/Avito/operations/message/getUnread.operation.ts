import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';

export const getUnread: Operation = {
	value: 'getUnread',
	name: 'Get Unread',
	action: 'Get unread messages',
	description:
		'Read the unread messages of all chats. Avito has no such list: the unread chats are read one by one.',
	effect: 'change',
	properties: [
		...limitFields(),
		{
			displayName: 'Mark as Read',
			name: 'markRead',
			type: 'boolean',
			default: false,
			description: 'Whether to mark the chats as read afterwards',
		},
		simplifyField,
	],
	options: [includeRawField],
	toCommand: (parameters) => ({
		name: 'message.getUnread',
		input: {
			...parameters.limit(),
			markRead: parameters.boolean('markRead'),
			...detailOf(parameters),
		},
	}),
};
