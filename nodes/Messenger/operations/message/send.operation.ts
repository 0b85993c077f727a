import { textField, type Operation } from '../../../../src/n8n';
import { sendCall, type Messenger } from '../../commands';
import { account, chatId, sendOptions } from '../../fields';
import { replyToOf, replyToOption } from '../../reply-to';

export const send: Operation = {
	value: 'send',
	name: 'Send',
	action: 'Send message',
	description: 'Send a text to a chat of any account of the credential',
	effect: 'send',
	properties: [account, chatId, textField],
	options: [replyToOption, ...sendOptions],
	toCommand: (parameters, channel: Messenger) =>
		sendCall(channel, {
			chatId: parameters.id('chatId'),
			text: parameters.required('text'),
			replyTo: replyToOf(parameters.options),
			options: parameters.options,
		}),
};
