import type { Operation } from '../../../../src/n8n';
import { chat, messageId } from '../../fields';

export const pin: Operation = {
	value: 'pin',
	name: 'Pin',
	action: 'Pin message',
	description: 'Pin a message in a group or channel',
	effect: 'change',
	properties: [chat, messageId],
	options: [
		{
			displayName: 'Notify Members',
			name: 'notify',
			type: 'boolean',
			default: false,
			description: 'Whether the members are told',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.pin',
		input: {
			chatId: parameters.id('chatId'),
			messageId: parameters.id('messageId'),
			notify: parameters.options.boolean('notify'),
		},
	}),
};
