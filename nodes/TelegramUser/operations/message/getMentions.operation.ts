import { detailOf, includeRawField, simplifyField, type Operation } from '../../../../src/n8n';
import { chat, chatOf, topicField, topicOf } from '../../fields';
import { limitUpTo } from './fields';

export const getMentions: Operation = {
	value: 'getMentions',
	name: 'Get Mentions',
	action: 'Get unread mentions',
	description: 'Get the unread messages of a chat that mention this account or answer it, newest first',
	effect: 'read',
	properties: [chat, limitUpTo(1000), simplifyField],
	options: [includeRawField, { ...topicField, description: 'Only mentions in this topic of a forum' }],
	toCommand: (parameters) => ({
		name: 'message.getMentions',
		input: {
			chatId: chatOf(parameters),
			limit: parameters.number('limit'),
			...topicOf(parameters.options),
			...detailOf(parameters),
		},
	}),
};
