import type { INodeProperties } from 'n8n-workflow';

export const markRead: INodeProperties = {
	displayName: 'Mark Chat as Read',
	name: 'markRead',
	type: 'boolean',
	default: false,
	description: 'Whether to mark the chat as read after sending',
};
