import { limitFields, type Operation } from '../../../../src/n8n';
import { chatOf, group } from '../../fields';

export const getMembers: Operation = {
	value: 'getMembers',
	name: 'Get Members',
	action: 'Get members of group or channel',
	description: 'List the members of a group, or of a channel this account administrates',
	effect: 'read',
	properties: [
		group,
		...limitFields(),
		{
			displayName: 'Role',
			name: 'role',
			type: 'options',
			options: [
				{ name: 'Administrators', value: 'admin' },
				{ name: 'All Members', value: 'member' },
				{ name: 'Banned', value: 'banned' },
				{ name: 'Bots', value: 'bot' },
				{ name: 'Restricted', value: 'restricted' },
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
			description: 'Only people whose name or username contains this',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.getMembers',
		input: {
			chatId: chatOf(parameters),
			...parameters.limit(),
			role: parameters.text('role'),
			query: parameters.options.text('query'),
		},
	}),
};
