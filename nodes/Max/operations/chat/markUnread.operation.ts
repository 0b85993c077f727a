import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const markUnread: Operation = {
	value: 'markUnread',
	name: 'Mark as Unread',
	action: 'Mark chat as unread',
	description: 'Flag a chat as unread',
	effect: 'change',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'message.markUnread', input: { chatId: parameters.id('chatId') } }),
};
