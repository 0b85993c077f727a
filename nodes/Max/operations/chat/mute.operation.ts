import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

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
		input: {
			chatId: parameters.id('chatId'),
			...(parameters.options.has('until') ? { until: parameters.options.time('until') } : {}),
		},
	}),
};
