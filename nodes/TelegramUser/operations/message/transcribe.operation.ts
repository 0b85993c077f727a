import type { Operation } from '../../../../src/n8n';
import { chat, chatOf, messageId } from '../../fields';

export const transcribe: Operation = {
	value: 'transcribe',
	name: 'Transcribe',
	action: 'Transcribe voice message',
	description: 'Get the text of a voice message or video note from Telegram; needs Premium',
	effect: 'read',
	properties: [chat, messageId],
	toCommand: (parameters) => ({
		name: 'message.transcribe',
		input: { chatId: chatOf(parameters), messageId: parameters.id('messageId') },
	}),
};
