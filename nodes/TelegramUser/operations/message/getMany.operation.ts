import { includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';
import { chat, chatOf, detailOf } from '../../fields';

export const getMany: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many messages',
	description: 'Read the messages of a chat, newest first, without marking them as read',
	effect: 'read',
	properties: [chat, ...limitFields(), simplifyField],
	options: [
		{
			displayName: 'Before Message ID',
			name: 'beforeId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 12345',
			description: 'Only messages older than this one',
		},
		includeRawField,
	],
	toCommand: (parameters) => ({
		name: 'message.getMany',
		input: {
			chatId: chatOf(parameters),
			...parameters.limit(),
			...(parameters.options.has('beforeId') ? { beforeId: parameters.options.id('beforeId') } : {}),
			...detailOf(parameters),
		},
	}),
};
