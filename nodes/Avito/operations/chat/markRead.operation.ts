import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const markRead: Operation = {
	value: 'markRead',
	name: 'Mark as Read',
	action: 'Mark chat as read',
	description: 'Mark all messages of a chat as read. Avito cannot mark a single message.',
	effect: 'change',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'chat.markRead', input: { chatId: parameters.id('chatId') } }),
};
