import type { Operation } from '../../../../src/n8n';
import { chatOf, topicField, topicOf } from '../../fields';
import { fromChat, messageIds, recipient } from './fields';
import { protectField, scheduleOf, silentFields, whenOnlineField } from './sending';

export const forward: Operation = {
	value: 'forward',
	name: 'Forward',
	action: 'Forward messages',
	description: 'Forward messages of one chat to another, or copy them there without the name of the author',
	effect: 'send',
	properties: [recipient, fromChat, messageIds],
	options: [
		{
			displayName: 'As Copy',
			name: 'asCopy',
			type: 'boolean',
			default: false,
			description: 'Whether to leave out whom the messages are from',
		},
		protectField,
		...silentFields,
		topicField,
		whenOnlineField,
		{
			displayName: 'Without Captions',
			name: 'withoutCaptions',
			type: 'boolean',
			default: false,
			description: 'Whether to leave out the texts below files; only together with As Copy',
		},
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		return {
			name: 'message.forward',
			input: {
				chatId: chatOf(parameters),
				fromChatId: chatOf(parameters, 'fromChatId'),
				messageIds: parameters.list('messageIds'),
				asCopy: options.boolean('asCopy'),
				withoutCaptions: options.boolean('withoutCaptions'),
				silent: options.boolean('silent'),
				protect: options.boolean('protect'),
				...scheduleOf(options),
				...topicOf(options),
			},
		};
	},
};
