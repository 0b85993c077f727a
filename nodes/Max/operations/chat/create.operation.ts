import type { Operation } from '../../../../src/n8n';
import { userIds } from '../../fields';

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create group or channel',
	description: 'Create a group or a channel with this account as its owner',
	effect: 'send',
	properties: [
		{
			displayName: 'Kind',
			name: 'kind',
			type: 'options',
			options: [
				{ name: 'Channel', value: 'channel' },
				{ name: 'Group', value: 'group' },
			],
			default: 'group',
			description: 'What to create',
		},
		{
			displayName: 'Title',
			name: 'title',
			type: 'string',
			required: true,
			default: '',
			description: 'Name of the group or channel, up to 200 characters',
		},
		{ ...userIds, required: false, description: 'Comma-separated list of user IDs of the first members' },
	],
	toCommand: (parameters) => ({
		name: 'chat.create',
		input: {
			kind: parameters.text('kind'),
			title: parameters.required('title'),
			userIds: parameters.list('userIds'),
		},
	}),
};
