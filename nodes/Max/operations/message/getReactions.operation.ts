import type { Operation } from '../../../../src/n8n';
import { chat, messageIds } from '../../fields';

export const getReactions: Operation = {
	value: 'getReactions',
	name: 'Get Reactions',
	action: 'Get reactions to message',
	description: 'Count the reactions to messages, one item per message',
	effect: 'read',
	properties: [chat, messageIds],
	toCommand: (parameters) => ({
		name: 'message.getReactions',
		input: { chatId: parameters.id('chatId'), messageIds: parameters.list('messageIds') },
	}),
};
