import { invalidParameter, type Operation } from '../../../../src/n8n';
import { chatOf, given, group } from '../../fields';
import { topicEmoji } from './fields';

export const updateTopic: Operation = {
	value: 'updateTopic',
	name: 'Update Topic',
	action: 'Update topic of forum',
	description: 'Rename, close or open a topic, or change its icon',
	effect: 'change',
	properties: [
		group,
		{
			displayName: 'Topic ID',
			name: 'topicId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 7',
			description: 'The field topic_id of Get Topics; 1 is General',
		},
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add field',
			default: {},
			description: 'What to change',
			options: [
				{
					displayName: 'Closed',
					name: 'closed',
					type: 'boolean',
					default: false,
					description: 'Whether only administrators may write in it',
				},
				topicEmoji,
				{
					displayName: 'Hidden',
					name: 'hidden',
					type: 'boolean',
					default: false,
					description: 'Whether the topic is left out of the list; only General can be',
				},
				{
					displayName: 'Title',
					name: 'title',
					type: 'string',
					default: '',
					description: 'New title, up to 128 characters',
				},
			],
		},
	],
	toCommand: (parameters) => {
		const fields = parameters.collection('updateFields');
		const input = {
			...(fields.has('title') ? { title: fields.required('title') } : {}),
			...(fields.has('emojiId') ? given(fields, 'emojiId') : {}),
			...(fields.has('closed') ? { closed: fields.boolean('closed') } : {}),
			...(fields.has('hidden') ? { hidden: fields.boolean('hidden') } : {}),
		};
		if (Object.keys(input).length === 0)
			throw invalidParameter(parameters.label('updateFields'), 'nothing to change is given');
		return {
			name: 'chat.updateTopic',
			input: { chatId: chatOf(parameters), topicId: parameters.id('topicId'), ...input },
		};
	},
};
