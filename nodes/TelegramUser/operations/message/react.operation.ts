import { emojiField, type Operation } from '../../../../src/n8n';
import { chat, chatOf, messageId } from '../../fields';

export const react: Operation = {
	value: 'react',
	name: 'Add Reaction',
	action: 'Add reaction to message',
	description: 'Put a reaction on a message, in place of an earlier one',
	effect: 'change',
	properties: [
		chat,
		messageId,
		{
			...emojiField,
			description:
				'The reaction: one emoji or the ID of a custom one. With Premium several, separated by commas.',
		},
	],
	options: [
		{
			displayName: 'Big',
			name: 'big',
			type: 'boolean',
			default: false,
			description: 'Whether to show the large animation',
		},
	],
	toCommand: (parameters) => {
		parameters.required('emoji');
		return {
			name: 'message.react',
			input: {
				chatId: chatOf(parameters),
				messageId: parameters.id('messageId'),
				emoji: parameters.list('emoji'),
				big: parameters.options.boolean('big'),
			},
		};
	},
};
