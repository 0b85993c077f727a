import type { Operation } from '../../../../src/n8n';
import { chat, userIds } from '../../fields';

export const removeMembers: Operation = {
	value: 'removeMembers',
	name: 'Remove Members',
	action: 'Remove members from group or channel',
	description: 'Remove people from a group or channel',
	effect: 'change',
	properties: [chat, userIds],
	options: [
		{
			displayName: 'Delete Their Messages',
			name: 'deleteMessages',
			type: 'boolean',
			default: false,
			description: 'Whether to delete everything they wrote in it',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.removeMembers',
		input: {
			chatId: parameters.id('chatId'),
			userIds: parameters.list('userIds'),
			deleteMessages: parameters.options.boolean('deleteMessages'),
		},
	}),
};
