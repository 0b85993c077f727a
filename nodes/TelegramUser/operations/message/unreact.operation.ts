import type { Operation } from '../../../../src/n8n';
import { chat, chatOf, messageId } from '../../fields';

export const unreact: Operation = {
	value: 'unreact',
	name: 'Remove Reaction',
	action: 'Remove reaction from message',
	description: 'Take the own reaction from a message',
	effect: 'change',
	properties: [chat, messageId],
	toCommand: (parameters) => ({
		name: 'message.react',
		input: { chatId: chatOf(parameters), messageId: parameters.id('messageId'), emoji: '' },
	}),
};
