import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const clear: Operation = {
	value: 'clear',
	name: 'Clear History',
	action: 'Clear history of chat',
	description: 'Delete all messages of a chat; the chat stays',
	effect: 'change',
	properties: [
		chat,
		{
			displayName: 'Delete for Everybody',
			name: 'forEverybody',
			type: 'boolean',
			default: false,
			description: 'Whether the other side loses the messages too',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.clear',
		input: { chatId: parameters.id('chatId'), forEverybody: parameters.boolean('forEverybody') },
	}),
};
