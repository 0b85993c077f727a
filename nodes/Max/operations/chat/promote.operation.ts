import type { Operation } from '../../../../src/n8n';
import { chat, userIds } from '../../fields';

export const promote: Operation = {
	value: 'promote',
	name: 'Promote Members',
	action: 'Promote members of group or channel',
	description: 'Make members administrators, or change what administrators may do',
	effect: 'change',
	properties: [
		chat,
		userIds,
		{
			displayName: 'Permissions',
			name: 'adminPermissions',
			type: 'multiOptions',
			options: [
				{ name: 'Change Info', value: 'info' },
				{ name: 'Delete Messages', value: 'delete' },
				{ name: 'Edit Messages', value: 'edit' },
				{ name: 'Manage Administrators', value: 'admins' },
				{ name: 'Manage Members', value: 'members' },
				{ name: 'Pin Messages', value: 'pin' },
				{ name: 'Post Messages', value: 'post' },
			],
			default: ['members', 'info', 'pin', 'delete'],
			description: 'What the administrators may do',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.promote',
		input: {
			chatId: parameters.id('chatId'),
			userIds: parameters.list('userIds'),
			permissions: parameters.list('adminPermissions'),
		},
	}),
};
