import type { Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';
import { messageIds, scheduledField } from './fields';

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
			description: 'Whether the others lose the messages too; in supergroups and channels they always do',
		},
	],
	options: [scheduledField],
	toCommand: (parameters) => ({
		name: 'message.delete',
		input: {
			chatId: chatOf(parameters),
			messageIds: parameters.list('messageIds'),
			forEveryone: parameters.boolean('forEverybody'),
			scheduled: parameters.options.boolean('scheduled'),
		},
	}),
};
