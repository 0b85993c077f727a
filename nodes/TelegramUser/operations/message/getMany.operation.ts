import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';
import { chat, chatOf, topicField, topicOf } from '../../fields';
import { scheduledField } from './fields';

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
			description: 'Start at this time and go on, oldest first',
		},
		{
			displayName: 'After Message ID',
			name: 'afterId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 12345',
			description: 'Start after this message and go on, oldest first',
		},
		{
			displayName: 'Before',
			name: 'before',
			type: 'dateTime',
			default: '',
			description: 'Only messages older than this time',
		},
		{
			displayName: 'Before Message ID',
			name: 'beforeId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 12345',
			description: 'Only messages older than this one',
		},
		includeRawField,
		scheduledField,
		{
			...topicField,
			description: 'Only messages of this topic of a forum, or the comments below this post',
		},
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		return {
			name: 'message.getMany',
			input: {
				chatId: chatOf(parameters),
				...parameters.limit(),
				...(options.has('after') ? { after: options.time('after') } : {}),
				...(options.has('afterId') ? { afterId: options.id('afterId') } : {}),
				...(options.has('before') ? { before: options.time('before') } : {}),
				...(options.has('beforeId') ? { beforeId: options.id('beforeId') } : {}),
				...topicOf(options),
				scheduled: options.boolean('scheduled'),
				...detailOf(parameters),
			},
		};
	},
};
