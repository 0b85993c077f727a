import type { Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';

export const markRead: Operation = {
	value: 'markRead',
	name: 'Mark as Read',
	action: 'Mark chat as read',
	description: 'Mark a chat as read, all of it or up to a message',
	effect: 'change',
	properties: [chat],
	options: [
		{
			displayName: 'Up to Message ID',
			name: 'messageId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 12345',
			description: 'Everything up to this message becomes read. Empty: the whole chat.',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.markRead',
		input: {
			chatId: chatOf(parameters),
			...(parameters.options.has('messageId') ? { upTo: parameters.options.id('messageId') } : {}),
		},
	}),
};
