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
		// n8n's window for credentials shows a list field empty whatever stands here; empty has to mean everything.
		default: [],
		description: 'What nodes with this credential may do, AI agents included; none chosen means everything',
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

/** Limits that protect the account from its own automation; the same fields in every messenger. */
export const policyLimitFields: readonly INodeProperties[] = [
	{
		displayName: 'First Contacts per Day',
		name: 'firstContactsPerDay',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 20,
		description: 'How many people without a history may be written to in a day',
	},
	{
		displayName: 'Automatic Answers per Chat',
		name: 'loopLimit',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 10,
		description: 'After so many sends to a chat, caused by its own messages, answering it stops; 0 = never',
	},
	{
		displayName: 'Automatic Answers: Counted Over (Seconds)',
		name: 'loopWindowSeconds',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 120,
		description: 'The time in which automatic answers of a chat are counted',
	},
	{
		displayName: 'Allow Dangerous API Requests',
		name: 'allowDangerousRaw',
		type: 'boolean',
		default: false,
		description: 'Whether API requests that spend money or endanger the account are allowed',
	},
];
