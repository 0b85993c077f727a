import type { Operation } from '../../../../src/n8n';
import { chatOf, group, userIds } from '../../fields';

export const promote: Operation = {
	value: 'promote',
	name: 'Promote Members',
	action: 'Promote members of group or channel',
	description: 'Make members administrators, or change what administrators may do',
	effect: 'change',
	properties: [
		group,
		userIds,
		{
			displayName: 'Permissions',
			name: 'adminPermissions',
			type: 'multiOptions',
			options: [
				{ name: 'Add Administrators', value: 'admins' },
				{ name: 'Ban Members', value: 'ban' },
				{ name: 'Change Info', value: 'info' },
				{ name: 'Delete Messages', value: 'delete' },
				{ name: 'Edit Messages', value: 'edit' },
				{ name: 'Invite Members', value: 'invite' },
				{ name: 'Manage Calls', value: 'calls' },
				{ name: 'Manage Topics', value: 'topics' },
				{ name: 'Pin Messages', value: 'pin' },
				{ name: 'Post Messages', value: 'post' },
				{ name: 'Stay Anonymous', value: 'anonymous' },
			],
			default: ['info', 'delete', 'ban', 'invite', 'pin'],
			description: 'What the administrators may do; in a basic group each of them may everything',
		},
	],
	options: [
		{
			displayName: 'Title',
			name: 'title',
			type: 'string',
			default: '',
			description: 'Title shown beside the name in a supergroup, up to 16 characters',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.promote',
		input: {
			chatId: chatOf(parameters),
			userIds: parameters.list('userIds'),
			permissions: parameters.list('adminPermissions'),
			title: parameters.options.text('title'),
		},
	}),
};
