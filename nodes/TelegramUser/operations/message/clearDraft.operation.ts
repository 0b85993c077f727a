import type { Operation } from '../../../../src/n8n';
import { chatOf, topicField, topicOf } from '../../fields';
import { optionalChat } from './fields';

export const clearDraft: Operation = {
	value: 'clearDraft',
	name: 'Clear Draft',
	action: 'Clear draft',
	description: 'Empty the input field of one chat, or of all',
	effect: 'change',
	properties: [{ ...optionalChat, description: 'The chat. Empty: the drafts of all chats.' }],
	options: [{ ...topicField, description: 'The topic of a forum whose draft is cleared' }],
	toCommand: (parameters) => ({
		name: 'message.clearDraft',
		input: {
			...(parameters.has('chatId') ? { chatId: chatOf(parameters) } : {}),
			...topicOf(parameters.options),
		},
	}),
};
