import {
	formatField,
	splitLongTextField,
	textField,
	textOptionsOf,
	type Operation,
} from '../../../../src/n8n';
import { chatOf } from '../../fields';
import { linkPreviewField, linkPreviewOf, recipient } from './fields';
import { sendingFields, sendingOf } from './sending';

export const send: Operation = {
	value: 'send',
	name: 'Send',
	action: 'Send message',
	description: 'Send a text to a chat, or to a person found by username, phone number or link',
	effect: 'send',
	properties: [recipient, { ...textField, description: 'Text of the message, up to 4,096 characters' }],
	options: [
		formatField,
		linkPreviewField,
		{
			displayName: 'Preview Above Text',
			name: 'previewAbove',
			type: 'boolean',
			default: false,
			description: 'Whether the link preview stands above the text',
		},
		{
			displayName: 'Preview of URL',
			name: 'previewUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://example.com/news',
			description: 'The address whose preview is shown, in or out of the text. Empty: the first link.',
		},
		{
			displayName: 'Preview Size',
			name: 'previewSize',
			type: 'options',
			options: [
				{ name: 'As Telegram Decides', value: 'auto' },
				{ name: 'Large', value: 'large' },
				{ name: 'Small', value: 'small' },
			],
			default: 'auto',
			description: 'How large the picture is in the preview of the given URL',
		},
		splitLongTextField,
		...sendingFields,
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		const text = parameters.required('text');
		return {
			name: 'message.send',
			input: {
				chatId: chatOf(parameters),
				text,
				linkPreview: linkPreviewOf(options),
				previewAbove: options.boolean('previewAbove'),
				...(options.has('previewUrl') ? { previewUrl: options.id('previewUrl') } : {}),
				...(options.has('previewSize') ? { previewSize: options.text('previewSize') } : {}),
				...textOptionsOf(options),
				...sendingOf(options, text),
			},
		};
	},
};
