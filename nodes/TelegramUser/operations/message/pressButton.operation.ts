import type { Operation } from '../../../../src/n8n';
import { chat, chatOf, messageId } from '../../fields';

export const pressButton: Operation = {
	value: 'pressButton',
	name: 'Press Button',
	action: 'Press button of message',
	description: 'Press a button below a message of a bot and get what the bot answers',
	effect: 'change',
	properties: [
		chat,
		messageId,
		{
			displayName: 'Button',
			name: 'button',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. Yes',
			description: 'The words on the button, or its number counted from 1',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.pressButton',
		input: {
			chatId: chatOf(parameters),
			messageId: parameters.id('messageId'),
			button: parameters.id('button'),
		},
	}),
};
