import type { Operation } from '../../../../src/n8n';
import { chat, messageIds } from '../../fields';

export const deleteMessages: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete messages',
	description: 'Delete messages for everybody, or only for this account',
	effect: 'change',
	properties: [
		chat,
		messageIds,
		{
			displayName: 'Delete for Everybody',
			name: 'forEverybody',
			type: 'boolean',
			default: true,
			description: 'Whether the others lose the messages too',
		},
	],
	options: [
		{
			displayName: 'Scheduled',
			name: 'scheduled',
			type: 'boolean',
			default: false,
			description: 'Whether these are messages that are yet to be sent, which then never are',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.delete',
		input: {
			chatId: parameters.id('chatId'),
			messageIds: parameters.list('messageIds'),
			forEverybody: parameters.boolean('forEverybody'),
			scheduled: parameters.options.boolean('scheduled'),
		},
	}),
};
