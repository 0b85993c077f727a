import { formatField, textField, type Operation } from '../../../../src/n8n';
import { chat, messageId } from '../../fields';

export const edit: Operation = {
	value: 'edit',
	name: 'Edit',
	action: 'Edit message',
	description: 'Change the text of an own message, up to seven days after sending',
	effect: 'change',
	properties: [chat, messageId, textField],
	options: [
		formatField,
		{
			displayName: 'Remove Media',
			name: 'removeMedia',
			type: 'boolean',
			default: false,
			description: 'Whether to take pictures and files out of the message',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.edit',
		input: {
			chatId: parameters.id('chatId'),
			messageId: parameters.id('messageId'),
			text: parameters.required('text'),
			removeMedia: parameters.options.boolean('removeMedia'),
			format: parameters.options.has('format') ? parameters.options.text('format') : 'none',
		},
	}),
};
