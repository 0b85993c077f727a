import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';
import { chat, includeServiceField } from '../../fields';

export const getMany: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many messages',
	description: 'Read the messages of a chat, newest first, without marking them as read',
	effect: 'read',
	properties: [chat, ...limitFields(), simplifyField],
	options: [
		{
			displayName: 'After',
			name: 'after',
			type: 'dateTime',
			default: '',
			description: 'Start at this time and go on, oldest first; not together with Before',
		},
		{
			displayName: 'Before',
			name: 'before',
			type: 'dateTime',
			default: '',
			description: 'Start at this time and go back, newest first',
		},
		includeRawField,
		includeServiceField,
		{
			displayName: 'Scheduled',
			name: 'scheduled',
			type: 'boolean',
			default: false,
			description: 'Whether to return the messages that are yet to be sent instead',
		},
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		return {
			name: 'message.getMany',
			input: {
				chatId: parameters.id('chatId'),
				...parameters.limit(),
				...(options.has('after') ? { after: options.time('after') } : {}),
				...(options.has('before') ? { before: options.time('before') } : {}),
				includeService: options.boolean('includeService'),
				scheduled: options.boolean('scheduled'),
				...detailOf(parameters),
			},
		};
	},
};
