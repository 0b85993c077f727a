import type { Operation } from '../../../../src/n8n';
import { chatOf, group, userIds } from '../../fields';

export const addMembers: Operation = {
	value: 'addMembers',
	name: 'Add Members',
	action: 'Add members to group or channel',
	description: 'Add people to a group or channel; the result says who could not be added and why',
	effect: 'change',
	properties: [group, userIds],
	options: [
		{
			displayName: 'Show History',
			name: 'showHistory',
			type: 'boolean',
			default: true,
			description: 'Whether new members of a basic group see earlier messages',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.addMembers',
		input: {
			chatId: chatOf(parameters),
			userIds: parameters.list('userIds'),
			showHistory: !parameters.options.has('showHistory') || parameters.options.boolean('showHistory'),
		},
	}),
};
