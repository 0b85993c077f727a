import {
	detailOf,
	includeRawField,
	lastMessagesField,
	simplifyField,
	type Operation,
} from '../../../../src/n8n';
import { chat } from '../../fields';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get chat',
	description:
		'Get one chat with the listing it is about, the people in it and, if wanted, its last messages',
	effect: 'read',
	properties: [chat, lastMessagesField, simplifyField],
	options: [includeRawField],
	toCommand: (parameters) => ({
		name: 'chat.get',
		input: {
			chatId: parameters.id('chatId'),
			lastMessages: parameters.number('lastMessages'),
			...detailOf(parameters),
		},
	}),
};
