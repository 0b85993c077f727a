import type { Operation } from '../../../../src/n8n';
import { chatOf, group, userIds } from '../../fields';
import { timeIf } from './fields';

export const banMembers: Operation = {
	value: 'banMembers',
	name: 'Ban Members',
	action: 'Ban members of group or channel',
	description: 'Take people out of a supergroup or channel and keep them out',
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
		{
			displayName: 'Until',
			name: 'until',
			type: 'dateTime',
			default: '',
			description: 'When it ends. Empty: never.',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.banMembers',
		input: {
			chatId: chatOf(parameters),
			userIds: parameters.list('userIds'),
			deleteMessages: parameters.options.boolean('deleteMessages'),
			...timeIf(parameters.options, 'until'),
		},
	}),
};
