import type { Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';

export const markUnread: Operation = {
	value: 'markUnread',
	name: 'Mark as Unread',
	action: 'Mark chat as unread',
	description: 'Put the unread mark on a chat',
	effect: 'change',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'chat.markUnread', input: { chatId: chatOf(parameters) } }),
};
