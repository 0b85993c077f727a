import type { Operation } from '../../../../src/n8n';
import { chat, chatOf, messageId } from '../../fields';

export const closePoll: Operation = {
	value: 'closePoll',
	name: 'Close Poll',
	action: 'Close poll',
	description: 'End an own poll, after which nobody can vote and everybody sees the result',
	effect: 'change',
	properties: [chat, messageId],
	toCommand: (parameters) => ({
		name: 'message.closePoll',
		input: { chatId: chatOf(parameters), messageId: parameters.id('messageId') },
	}),
};
