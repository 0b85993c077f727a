import {
	formatField,
	sendingFields,
	sendingOf,
	splitLongTextField,
	textField,
	textOptionsOf,
	type Operation,
} from '../../../../src/n8n';
import { recipient, recipientOf } from '../../fields';

export const send: Operation = {
	value: 'send',
	name: 'Send',
	action: 'Send message',
	description: 'Send a text to a chat, or to a person found by user ID, phone number or link',
	effect: 'send',
	properties: [recipient, { ...textField, description: 'Text of the message, up to 4,000 characters' }],
	options: [formatField, splitLongTextField, ...sendingFields],
	toCommand: (parameters) => ({
		name: 'message.send',
		input: {
			...recipientOf(parameters),
			text: parameters.required('text'),
			...textOptionsOf(parameters.options),
			...sendingOf(parameters.options),
		},
	}),
};
