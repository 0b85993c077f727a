import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const deleteChat: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete chat',
	description: 'Delete a chat with its messages. A group is only left; a dialog can be deleted for both.',
	effect: 'change',
	properties: [
		chat,
		{
			displayName: 'Delete for Everybody',
			name: 'forEverybody',
			type: 'boolean',
			default: false,
			description: 'Whether the other side loses the dialog too',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.delete',
		input: { chatId: parameters.id('chatId'), forEverybody: parameters.boolean('forEverybody') },
	}),
};
