import type { Operation } from '../../../../src/n8n';

export const blockUser: Operation = {
	value: 'blockUser',
	name: 'Block User',
	action: 'Block user of chat',
	description:
		'Put a user on the blacklist. Avito offers no way to take somebody off it again except on its site.',
	effect: 'change',
	properties: [
		{
			displayName: 'User ID',
			name: 'userId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 200000555',
			description: 'Number of the user, the field external_user_id of a message',
		},
		{
			displayName: 'Reason',
			name: 'reason',
			type: 'options',
			options: [
				{ name: 'Fraud', value: 'fraud' },
				{ name: 'Insults', value: 'insults' },
				{ name: 'Other', value: 'other' },
				{ name: 'Spam', value: 'spam' },
			],
			default: 'spam',
			description: 'Why the user is blocked, as told to Avito',
		},
	],
	options: [
		{
			displayName: 'Listing ID',
			name: 'itemId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 7700000001',
			description: 'Number of the listing the conversation was about',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.blockUser',
		input: {
			userId: parameters.id('userId'),
			reason: parameters.text('reason'),
			...(parameters.options.has('itemId') ? { itemId: parameters.options.id('itemId') } : {}),
		},
	}),
};
