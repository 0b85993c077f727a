import { splitLongTextField, textField, type Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const send: Operation = {
	value: 'send',
	name: 'Send',
	action: 'Send message',
	description: 'Send a text to an existing Avito chat. Avito does not let an account write first.',
	effect: 'send',
	properties: [chat, { ...textField, description: 'Text of the message, up to 1,000 characters' }],
	options: [
		splitLongTextField,
		{
			displayName: 'Mark Chat as Read',
			name: 'markRead',
			type: 'boolean',
			default: false,
			description: 'Whether to mark the chat as read after sending',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.send',
		input: {
			chatId: parameters.id('chatId'),
			text: parameters.required('text'),
			splitLongText: parameters.options.text('splitLongText') === 'split' ? 'split' : 'refuse',
			markRead: parameters.options.boolean('markRead'),
		},
	}),
};
