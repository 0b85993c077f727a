import type { Operation } from '../../../../src/n8n';
import { chatOf, group, userIds } from '../../fields';

export const removeMembers: Operation = {
	value: 'removeMembers',
	name: 'Remove Members',
	action: 'Remove members from group or channel',
	description: 'Take people out of a group or channel; they may come back',
	effect: 'change',
	properties: [group, userIds],
	options: [
		{
			displayName: 'Delete Messages',
			name: 'deleteMessages',
			type: 'boolean',
			default: false,
			description: 'Whether to delete all their messages in the chat too',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.removeMembers',
		input: {
			chatId: chatOf(parameters),
			userIds: parameters.list('userIds'),
			deleteMessages: parameters.options.boolean('deleteMessages'),
		},
	}),
};
