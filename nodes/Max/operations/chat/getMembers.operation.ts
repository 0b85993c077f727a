import { limitFields, type Operation } from '../../../../src/n8n';
import { chat, optional } from '../../fields';

export const getMembers: Operation = {
	value: 'getMembers',
	name: 'Get Members',
	action: 'Get members of group or channel',
	description: 'List the members of a group, or of a channel this account administrates',
	effect: 'read',
	properties: [
		chat,
		...limitFields(),
		{
			displayName: 'Role',
			name: 'role',
			type: 'options',
			options: [
				{ name: 'Administrators', value: 'admin' },
				{ name: 'All Members', value: 'member' },
			],
			default: 'member',
			description: 'Who to list',
		},
	],
	options: [
		{
			displayName: 'Search',
			name: 'query',
			type: 'string',
			default: '',
			description: 'Only members whose name contains this',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.getMembers',
		input: {
			chatId: parameters.id('chatId'),
			...parameters.limit(),
			role: parameters.text('role'),
			...optional(parameters.options, 'query'),
		},
	}),
};
