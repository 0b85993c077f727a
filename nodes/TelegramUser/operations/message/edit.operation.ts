import { formatField, textField, textOptionsOf, type Operation } from '../../../../src/n8n';
import { chat, chatOf, messageId } from '../../fields';
import { linkPreviewField, linkPreviewOf, scheduledField } from './fields';

export const edit: Operation = {
	value: 'edit',
	name: 'Edit',
	action: 'Edit message',
	description: 'Change the text or caption of an own message, up to two days after sending',
	effect: 'change',
	properties: [
		chat,
		messageId,
		{ ...textField, required: false, description: 'The new text. Empty: takes the caption of a file away.' },
	],
	options: [
		formatField,
		linkPreviewField,
		scheduledField,
		{
			displayName: 'Send At',
			name: 'sendAt',
			type: 'dateTime',
			default: '',
			description: 'New time of a scheduled message',
		},
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		return {
			name: 'message.edit',
			input: {
				chatId: chatOf(parameters),
				messageId: parameters.id('messageId'),
				text: parameters.text('text'),
				format: textOptionsOf(options).format,
				linkPreview: linkPreviewOf(options),
				scheduled: options.boolean('scheduled'),
				...(options.has('sendAt') ? { sendAt: options.time('sendAt') } : {}),
			},
		};
	},
};
