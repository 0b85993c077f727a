import type { Operation } from '../../../../src/n8n';
import { chat, messageId } from '../../fields';

export const unreact: Operation = {
	value: 'unreact',
	name: 'Remove Reaction',
	action: 'Remove reaction from message',
	description: 'Take the own reaction to a message back',
	effect: 'change',
	properties: [chat, messageId],
	toCommand: (parameters) => ({
		name: 'message.unreact',
		input: { chatId: parameters.id('chatId'), messageId: parameters.id('messageId') },
	}),
};
