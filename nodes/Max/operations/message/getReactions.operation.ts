import type { Operation } from '../../../../src/n8n';
import { chat, messageIds } from '../../fields';

export const getReactions: Operation = {
	value: 'getReactions',
	name: 'Get Reactions',
	action: 'Get reactions to message',
	description: 'Count the reactions to messages, one item per message',
	effect: 'read',
	properties: [chat, messageIds],
	options: [
		{
			displayName: 'Include People',
			name: 'includePeople',
			type: 'boolean',
			default: false,
			description: 'Whether to add who reacted with what, up to 100 people per message',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.getReactions',
		input: {
			chatId: parameters.id('chatId'),
			messageIds: parameters.list('messageIds'),
			includePeople: parameters.options.boolean('includePeople'),
		},
	}),
};
