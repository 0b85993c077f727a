import { invalidParameter, type Operation } from '../../../../src/n8n';
import { chatOf, given, group } from '../../fields';

export const update: Operation = {
	value: 'update',
	name: 'Update',
	action: 'Update group or channel',
	description: 'Change title, description, username, slow mode and more of a group or channel',
	effect: 'change',
	properties: [
		group,
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add field',
			default: {},
			description: 'What to change',
			options: [
				{
					displayName: 'Description',
					name: 'description',
					type: 'string',
					default: '',
					description: 'New description, up to 255 characters; empty removes it',
				},
				{
					displayName: 'Protect Content',
					name: 'protect',
					type: 'boolean',
					default: false,
					description: 'Whether members can neither forward nor save messages',
				},
				{
					displayName: 'Slow Mode (Seconds)',
					name: 'slowModeSeconds',
					type: 'options',
					options: [0, 5, 10, 30, 60, 300, 900, 3600].map((value) => ({
						name: value === 0 ? 'Off' : String(value),
						value,
					})),
					default: 0,
					description: 'Least time between two messages of a member of a supergroup',
				},
				{
					displayName: 'Title',
					name: 'title',
					type: 'string',
					default: '',
					description: 'New title, up to 128 characters',
				},
				{
					displayName: 'Topics',
					name: 'topics',
					type: 'boolean',
					default: false,
					description: 'Whether the supergroup is a forum, with its messages in topics',
				},
				{
					displayName: 'Username',
					name: 'username',
					type: 'string',
					default: '',
					placeholder: 'e.g. @name',
					description: 'New public name of a supergroup or channel; empty makes it private',
				},
			],
		},
	],
	toCommand: (parameters) => {
		const fields = parameters.collection('updateFields');
		const input = {
			...(fields.has('title') ? { title: fields.required('title') } : {}),
			...given(fields, 'description', 'username'),
			...(fields.has('slowModeSeconds') ? { slowModeSeconds: fields.number('slowModeSeconds') } : {}),
			...(fields.has('topics') ? { topics: fields.boolean('topics') } : {}),
			...(fields.has('protect') ? { protect: fields.boolean('protect') } : {}),
		};
		if (Object.keys(input).length === 0)
			throw invalidParameter(parameters.label('updateFields'), 'nothing to change is given');
		return { name: 'chat.update', input: { chatId: chatOf(parameters), ...input } };
	},
};
