import { chatField, sendingFields, sendingOf, type Operation } from '../../../../src/n8n';
import { chatOptions, messageIds, recipient, recipientOf } from '../../fields';

export const forward: Operation = {
	value: 'forward',
	name: 'Forward',
	action: 'Forward messages',
	description: 'Forward messages of one chat to another, one after the other',
	effect: 'send',
	properties: [
		recipient,
		chatField({
			...chatOptions,
			displayName: 'From Chat',
			name: 'fromChatId',
			description: 'The chat the messages are in',
		}),
		messageIds,
	],
	options: sendingFields,
	toCommand: (parameters) => ({
		name: 'message.forward',
		input: {
			...recipientOf(parameters),
			fromChatId: parameters.id('fromChatId'),
			messageIds: parameters.list('messageIds'),
			...sendingOf(parameters.options),
		},
	}),
};
