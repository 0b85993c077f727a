import type { Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';
import { messageIds } from './fields';

export const getReactions: Operation = {
	value: 'getReactions',
	name: 'Get Reactions',
	action: 'Get reactions to message',
	description: 'Count the reactions to messages, one item per message, if wanted with who reacted',
	effect: 'read',
	properties: [chat, messageIds],
	options: [
		{
			displayName: 'People per Message',
			name: 'people',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1000 },
			default: 100,
			description: 'How many of those who reacted to add, where the chat shows them',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.getReactions',
		input: {
			chatId: chatOf(parameters),
			messageIds: parameters.list('messageIds'),
			people: parameters.options.has('people') ? parameters.options.number('people') : 0,
		},
	}),
};
