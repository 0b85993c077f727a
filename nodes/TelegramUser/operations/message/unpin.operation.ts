import type { Operation } from '../../../../src/n8n';
import { chat, chatOf, messageId } from '../../fields';

export const unpin: Operation = {
	value: 'unpin',
	name: 'Unpin',
	action: 'Unpin message',
	description: 'Take a pinned message from the top of its chat',
	effect: 'change',
	properties: [chat, messageId],
	toCommand: (parameters) => ({
		name: 'message.pin',
		input: { chatId: chatOf(parameters), messageId: parameters.id('messageId'), pinned: false },
	}),
};
