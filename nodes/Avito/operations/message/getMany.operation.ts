import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const getMany: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many messages',
	description: 'Read the messages of a chat, newest first, without marking them as read',
	effect: 'read',
	properties: [chat, ...limitFields(), simplifyField],
	options: [includeRawField],
	toCommand: (parameters) => ({
		name: 'message.getMany',
		input: {
			chatId: parameters.id('chatId'),
			...parameters.limit(),
			...detailOf(parameters),
		},
	}),
};
