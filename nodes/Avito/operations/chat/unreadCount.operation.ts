import type { Operation } from '../../../../src/n8n';

export const unreadCount: Operation = {
	value: 'unreadCount',
	name: 'Get Unread Count',
	action: 'Get unread count of chats',
	description:
		'Count the chats with unread messages. Avito has no counter: the unread chats are listed and counted.',
	effect: 'read',
	properties: [],
	toCommand: () => ({ name: 'chat.unreadCount', input: {} }),
};
