import type { Operation } from '../../../../src/n8n';
import { chat, userIds } from '../../fields';

export const addMembers: Operation = {
	value: 'addMembers',
	name: 'Add Members',
	action: 'Add members to group or channel',
	description: 'Add people to a group or channel',
	effect: 'change',
	properties: [chat, userIds],
	options: [
		{
			displayName: 'Show History',
			name: 'showHistory',
			type: 'boolean',
			default: true,
			description: 'Whether the new members see earlier messages',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.addMembers',
		input: {
			chatId: parameters.id('chatId'),
			userIds: parameters.list('userIds'),
			showHistory: !parameters.options.has('showHistory') || parameters.options.boolean('showHistory'),
		},
	}),
};
