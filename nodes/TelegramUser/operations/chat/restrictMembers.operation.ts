import type { Operation } from '../../../../src/n8n';
import { chatOf, group, userIds } from '../../fields';
import { memberPermissions, timeIf } from './fields';

export const restrictMembers: Operation = {
	value: 'restrictMembers',
	name: 'Restrict Members',
	action: 'Restrict members of group',
	description: 'Set what certain members of a supergroup may still do',
	effect: 'change',
	properties: [group, userIds, memberPermissions],
	options: [
		{
			displayName: 'Until',
			name: 'until',
			type: 'dateTime',
			default: '',
			description: 'When it ends. Empty: never.',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.restrictMembers',
		input: {
			chatId: chatOf(parameters),
			userIds: parameters.list('userIds'),
			permissions: parameters.list('memberPermissions'),
			...timeIf(parameters.options, 'until'),
		},
	}),
};
