import { emojiField, type Operation } from '../../../../src/n8n';
import { chat, messageId } from '../../fields';

export const react: Operation = {
	value: 'react',
	name: 'Add Reaction',
	action: 'Add reaction to message',
	description: 'React to a message; an earlier reaction of this account is replaced',
	effect: 'change',
	properties: [chat, messageId, emojiField],
	toCommand: (parameters) => ({
		name: 'message.react',
		input: {
			chatId: parameters.id('chatId'),
			messageId: parameters.id('messageId'),
			emoji: parameters.id('emoji'),
		},
	}),
};
