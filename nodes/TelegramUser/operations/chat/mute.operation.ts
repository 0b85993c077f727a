import type { Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';
import { timeIf } from './fields';

export const mute: Operation = {
	value: 'mute',
	name: 'Mute',
	action: 'Mute chat',
	description: 'Switch the notifications of a chat off, for ever or until a time',
	effect: 'change',
	properties: [chat],
	options: [
		{
			displayName: 'Until',
			name: 'until',
			type: 'dateTime',
			default: '',
			description: 'When notifications come back. Empty: never.',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.mute',
		input: { chatId: chatOf(parameters), ...timeIf(parameters.options, 'until') },
	}),
};
