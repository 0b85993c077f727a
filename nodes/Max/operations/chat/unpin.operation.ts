import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const unpin: Operation = {
	value: 'unpin',
	name: 'Unpin',
	action: 'Unpin chat',
	description: 'Let a chat take its place in the chat list again',
	effect: 'change',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'chat.unpin', input: { chatId: parameters.id('chatId') } }),
};
