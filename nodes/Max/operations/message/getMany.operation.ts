import { includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';
import { chat, detailOf } from '../../fields';

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
			description: 'Only messages from this time on',
		},
		{
			displayName: 'Before',
			name: 'before',
			type: 'dateTime',
			default: '',
			description: 'Only messages up to this time',
		},
		includeRawField,
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
				...detailOf(parameters),
			},
		};
	},
};
