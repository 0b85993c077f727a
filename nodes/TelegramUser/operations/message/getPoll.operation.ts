import type { Operation } from '../../../../src/n8n';
import { chat, chatOf, messageId } from '../../fields';

export const getPoll: Operation = {
	value: 'getPoll',
	name: 'Get Poll',
	action: 'Get poll',
	description: 'Get the answers of a poll and how often each was chosen',
	effect: 'read',
	properties: [chat, messageId],
	toCommand: (parameters) => ({
		name: 'message.getPoll',
		input: { chatId: chatOf(parameters), messageId: parameters.id('messageId') },
	}),
};
