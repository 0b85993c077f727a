import { splitLongTextField, textField, type Operation } from '../../../../src/n8n';
import { chat } from '../../fields';
import { markRead } from './markRead';

export const send: Operation = {
	value: 'send',
	name: 'Send',
	action: 'Send message',
	description: 'Send a text to an existing Avito chat. Avito does not let an account write first.',
	effect: 'send',
	properties: [chat, { ...textField, description: 'Text of the message, up to 1,000 characters' }],
	options: [splitLongTextField, markRead],
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
