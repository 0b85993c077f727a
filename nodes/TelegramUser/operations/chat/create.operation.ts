import type { Operation } from '../../../../src/n8n';
import { userIds } from '../../fields';

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create group or channel',
	description: 'Create a group, a supergroup or a channel with this account as its owner',
	effect: 'send',
	properties: [
		{
			displayName: 'Kind',
			name: 'kind',
			type: 'options',
			options: [
				{ name: 'Channel', value: 'channel' },
				{ name: 'Group', value: 'group', description: 'A basic group, up to 200 members' },
				{ name: 'Supergroup', value: 'supergroup' },
			],
			default: 'supergroup',
			description: 'What to create',
		},
		{
			displayName: 'Title',
			name: 'title',
			type: 'string',
			required: true,
			default: '',
			description: 'Name of the group or channel, up to 128 characters',
		},
		{ ...userIds, required: false, description: 'The first members: IDs or usernames, separated by commas' },
	],
	options: [
		{
			displayName: 'Description',
			name: 'description',
			type: 'string',
			default: '',
			description: 'What it is about, up to 255 characters; not for basic groups',
		},
		{
			displayName: 'Topics',
			name: 'topics',
			type: 'boolean',
			default: false,
			description: 'Whether the supergroup is a forum, with its messages in topics',
		},
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		return {
			name: 'chat.create',
			input: {
				kind: parameters.text('kind'),
				title: parameters.required('title'),
				userIds: parameters.list('userIds'),
				description: options.text('description'),
				topics: options.boolean('topics'),
			},
		};
	},
};
