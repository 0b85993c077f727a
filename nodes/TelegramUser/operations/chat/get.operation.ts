import {
	detailOf,
	includeRawField,
	lastMessagesField,
	simplifyField,
	type Operation,
} from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get chat',
	description: 'Get one chat and, if wanted, its last messages',
	effect: 'read',
	properties: [chat, lastMessagesField, simplifyField],
	options: [includeRawField],
	toCommand: (parameters) => ({
		name: 'chat.get',
		input: {
			chatId: chatOf(parameters),
			lastMessages: parameters.number('lastMessages'),
			...detailOf(parameters),
		},
	}),
};
