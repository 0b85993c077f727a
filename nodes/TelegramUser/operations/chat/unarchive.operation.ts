import type { Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';

export const unarchive: Operation = {
	value: 'unarchive',
	name: 'Unarchive',
	action: 'Unarchive chat',
	description: 'Take a chat out of the archive',
	effect: 'change',
	properties: [chat],
	toCommand: (parameters) => ({
		name: 'chat.archive',
		input: { chatId: chatOf(parameters), archived: false },
	}),
};
