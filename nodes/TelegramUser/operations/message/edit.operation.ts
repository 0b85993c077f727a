import { formatField, textField, textOptionsOf, type Operation } from '../../../../src/n8n';
import { chat, chatOf, linkPreviewField, linkPreviewOf, messageId } from '../../fields';

export const edit: Operation = {
	value: 'edit',
	name: 'Edit',
	action: 'Edit message',
	description: 'Change the text or caption of an own message, up to two days after sending',
	effect: 'change',
	properties: [chat, messageId, textField],
	options: [formatField, linkPreviewField],
	toCommand: (parameters) => ({
		name: 'message.edit',
		input: {
			chatId: chatOf(parameters),
			messageId: parameters.id('messageId'),
			text: parameters.required('text'),
			format: textOptionsOf(parameters.options).format,
			linkPreview: linkPreviewOf(parameters.options),
		},
	}),
};
