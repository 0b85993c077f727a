import type { Operation } from '../../../../src/n8n';
import { chat, messageId } from '../../fields';

export const getReactions: Operation = {
	value: 'getReactions',
	name: 'Get Reactions',
	action: 'Get reactions to message',
	description: 'Count the reactions to a message and tell who reacted how',
	effect: 'read',
	properties: [chat, messageId],
	toCommand: (parameters) => ({
		name: 'message.getReactions',
		input: { chatId: parameters.id('chatId'), messageId: parameters.id('messageId') },
	}),
};
