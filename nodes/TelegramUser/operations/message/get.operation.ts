import { detailOf, includeRawField, simplifyField, type Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';
import { messageIds } from './fields';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get message',
	description: 'Get one or several messages of a chat by ID',
	effect: 'read',
	properties: [chat, messageIds, simplifyField],
	options: [includeRawField],
	toCommand: (parameters) => ({
		name: 'message.get',
		input: {
			chatId: chatOf(parameters),
			messageIds: parameters.list('messageIds'),
			...detailOf(parameters),
		},
	}),
};
