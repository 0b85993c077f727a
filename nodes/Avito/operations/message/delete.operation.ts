import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const deleteMessage: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete message',
	description:
		'Delete an own message. Avito allows it for one hour after sending; the message stays as deleted.',
	effect: 'change',
	properties: [
		chat,
		{
			displayName: 'Message ID',
			name: 'messageId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 0123456789abcdef0123456789abcdef',
			description: 'ID of the message, the field message_id of a sent message',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.delete',
		input: { chatId: parameters.id('chatId'), messageId: parameters.id('messageId') },
	}),
};
