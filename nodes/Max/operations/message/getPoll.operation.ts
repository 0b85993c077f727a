import type { Operation } from '../../../../src/n8n';
import { chat, messageId } from '../../fields';

export const getPoll: Operation = {
	value: 'getPoll',
	name: 'Get Poll',
	action: 'Get poll',
	description: 'Get a poll and how many chose each answer',
	effect: 'read',
	properties: [chat, messageId],
	toCommand: (parameters) => ({
		name: 'message.getPoll',
		input: { chatId: parameters.id('chatId'), messageId: parameters.required('messageId') },
	}),
};
