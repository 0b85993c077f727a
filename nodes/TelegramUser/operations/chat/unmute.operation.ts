import type { Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';

export const unmute: Operation = {
	value: 'unmute',
	name: 'Unmute',
	action: 'Unmute chat',
	description: 'Switch the notifications of a chat on again',
	effect: 'change',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'chat.mute', input: { chatId: chatOf(parameters), muted: false } }),
};
