import {
	formatField,
	splitLongTextField,
	textField,
	textOptionsOf,
	type Operation,
} from '../../../../src/n8n';
import { chatOf, linkPreviewField, linkPreviewOf, recipient, sendingFields, sendingOf } from '../../fields';

export const send: Operation = {
	value: 'send',
	name: 'Send',
	action: 'Send message',
	description: 'Send a text to a chat, or to a person found by username, phone number or link',
	effect: 'send',
	properties: [recipient, { ...textField, description: 'Text of the message, up to 4,096 characters' }],
	options: [formatField, linkPreviewField, splitLongTextField, ...sendingFields],
	toCommand: (parameters) => {
		const { options } = parameters;
		const text = parameters.required('text');
		return {
			name: 'message.send',
			input: {
				chatId: chatOf(parameters),
				text,
				linkPreview: linkPreviewOf(options),
				...textOptionsOf(options),
				...sendingOf(options, text),
			},
		};
	},
};
