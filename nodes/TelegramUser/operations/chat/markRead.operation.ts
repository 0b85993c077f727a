import type { Operation } from '../../../../src/n8n';
import { chat, chatOf, topicField, topicOf } from '../../fields';

export const markRead: Operation = {
	value: 'markRead',
	name: 'Mark as Read',
	action: 'Mark chat as read',
	description: 'Mark a chat as read, all of it or up to a message',
	effect: 'change',
	properties: [chat],
	options: [
		{
			displayName: 'Mentions',
			name: 'mentions',
			type: 'boolean',
			default: false,
			description: 'Whether mentions of this account become read, too',
		},
		{
			displayName: 'Reactions',
			name: 'reactions',
			type: 'boolean',
			default: false,
			description: 'Whether reactions to messages of this account become seen, too',
		},
		{ ...topicField, description: 'Only this topic of a forum' },
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
			...topicOf(parameters.options),
			mentions: parameters.options.boolean('mentions'),
			reactions: parameters.options.boolean('reactions'),
		},
	}),
};
