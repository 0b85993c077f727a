import type { Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';

export const archive: Operation = {
	value: 'archive',
	name: 'Archive',
	action: 'Archive chat',
	description: 'Move a chat to the archive',
	effect: 'change',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'chat.archive', input: { chatId: chatOf(parameters) } }),
};
