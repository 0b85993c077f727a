import type { INodeProperties } from 'n8n-workflow';

/** What a credential allows; the same fields in every messenger, enforced by the pool below the node. */
export const policyFields: readonly INodeProperties[] = [
	{
		displayName: 'Permissions',
		name: 'permissions',
		type: 'multiOptions',
		options: [
			{ name: 'Account', value: 'account', description: 'Change account settings, connect and disconnect' },
			{ name: 'Delete', value: 'delete', description: 'Delete messages and other content' },
			{ name: 'Read', value: 'read', description: 'Read chats and messages' },
			{ name: 'Send', value: 'send', description: 'Send messages' },
		],
		default: ['read', 'send', 'delete', 'account'],
		description: 'What nodes with this credential may do, AI agents included',
	},
	{
		displayName: 'Allowed Chats',
		name: 'allowedChats',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		description: 'Chat IDs, separated by commas or lines. Empty: all chats.',
	},
];
