import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const pin: Operation = {
	value: 'pin',
	name: 'Pin',
	action: 'Pin chat',
	description: 'Keep a chat at the top of the chat list, at most five',
	effect: 'change',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'chat.pin', input: { chatId: parameters.id('chatId') } }),
};
