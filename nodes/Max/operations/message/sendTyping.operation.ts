import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const sendTyping: Operation = {
	value: 'sendTyping',
	name: 'Send Activity',
	action: 'Send activity to chat',
	description: 'Show in a chat for some seconds that this account is typing, or recording, or sending a file',
	effect: 'change',
	properties: [
		chat,
		{
			displayName: 'Activity',
			name: 'activity',
			type: 'options',
			options: [
				{ name: 'Choosing a Sticker', value: 'sticker' },
				{ name: 'Recording Voice', value: 'voice' },
				{ name: 'Sending a File', value: 'file' },
				{ name: 'Sending a Photo', value: 'photo' },
				{ name: 'Sending a Video', value: 'video' },
				{ name: 'Typing', value: 'text' },
			],
			default: 'text',
			description: 'What the other side sees',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.sendTyping',
		input: { chatId: parameters.id('chatId'), activity: parameters.text('activity') },
	}),
};
