import type { Operation } from '../../../../src/n8n';
import { chat, chatOf, messageId } from '../../fields';

export const pin: Operation = {
	value: 'pin',
	name: 'Pin',
	action: 'Pin message',
	description: 'Pin a message to the top of its chat',
	effect: 'change',
	properties: [chat, messageId],
	options: [
		{
			displayName: 'Notify Members',
			name: 'notify',
			type: 'boolean',
			default: false,
			description: 'Whether the others are told of the pinned message',
		},
		{
			displayName: 'Only for Me',
			name: 'onlyForMe',
			type: 'boolean',
			default: false,
			description: 'Whether the other side of a private chat does not see it pinned',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.pin',
		input: {
			chatId: chatOf(parameters),
			messageId: parameters.id('messageId'),
			silent: !parameters.options.boolean('notify'),
			onlyForMe: parameters.options.boolean('onlyForMe'),
		},
	}),
};
