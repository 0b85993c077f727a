import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const unmute: Operation = {
	value: 'unmute',
	name: 'Unmute',
	action: 'Unmute chat',
	description: 'Switch the notifications of a chat on',
	effect: 'change',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'chat.unmute', input: { chatId: parameters.id('chatId') } }),
};
