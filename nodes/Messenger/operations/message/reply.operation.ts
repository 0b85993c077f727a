import { textField, type Operation } from '../../../../src/n8n';
import { sendCall, type Messenger } from '../../commands';
import { message, originOf, sendOptions } from '../../fields';

export const reply: Operation = {
	value: 'reply',
	name: 'Reply',
	action: 'Reply to message',
	description: 'Answer a message in the chat and from the account it came to, whatever the messenger',
	effect: 'send',
	properties: [message, textField],
	options: [
		...sendOptions,
		{
			displayName: 'Quote the Message',
			name: 'quoteMessage',
			type: 'boolean',
			default: false,
			description: 'Whether the answer quotes the message; Avito has no quotes',
		},
	],
	account: (parameters) => originOf(parameters).account,
	toCommand: (parameters, channel: Messenger) => {
		const { chatId, messageId } = originOf(parameters);
		const { options } = parameters;
		return sendCall(channel, {
			chatId,
			text: parameters.required('text'),
			replyTo: options.boolean('quoteMessage') ? messageId : null,
			options,
		});
	},
};
