import { invalidParameter, type Operation } from '../../../../src/n8n';
import { chat, optional } from '../../fields';

export const update: Operation = {
	value: 'update',
	name: 'Update',
	action: 'Update group or channel',
	description: 'Change title or description of a group or channel',
	effect: 'change',
	properties: [
		chat,
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
					description: 'New description, up to 400 characters; empty removes it',
				},
				{
					displayName: 'Title',
					name: 'title',
					type: 'string',
					default: '',
					description: 'New title, up to 200 characters',
				},
			],
		},
	],
	toCommand: (parameters) => {
		const fields = parameters.collection('updateFields');
		// A description set to nothing is a wish too: it removes it.
		const description =
			fields.raw('description') === undefined ? {} : { description: fields.text('description') };
		if (!fields.has('title') && !('description' in description))
			throw invalidParameter(parameters.label('updateFields'), 'nothing to change is given');
		return {
			name: 'chat.update',
			input: { chatId: parameters.id('chatId'), ...optional(fields, 'title'), ...description },
		};
	},
};
