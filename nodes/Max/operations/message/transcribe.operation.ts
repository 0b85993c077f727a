import type { Operation } from '../../../../src/n8n';
import { chat, messageId } from '../../fields';

export const transcribe: Operation = {
	value: 'transcribe',
	name: 'Transcribe',
	action: 'Transcribe voice message',
	description: 'Get the text of a voice message from MAX',
	effect: 'read',
	properties: [chat, messageId],
	toCommand: (parameters) => ({
		name: 'message.transcribe',
		input: { chatId: parameters.id('chatId'), messageId: parameters.id('messageId') },
	}),
};
