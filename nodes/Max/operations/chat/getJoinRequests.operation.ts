import { limitFields, type Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const getJoinRequests: Operation = {
	value: 'getJoinRequests',
	name: 'Get Join Requests',
	action: 'Get join requests of group or channel',
	description: 'List the people who asked to join',
	effect: 'read',
	properties: [chat, ...limitFields()],
	toCommand: (parameters) => ({
		name: 'chat.getJoinRequests',
		input: { chatId: parameters.id('chatId'), ...parameters.limit() },
	}),
};
