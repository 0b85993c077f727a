import { limitFields, type Operation } from '../../../../src/n8n';
import { chatOf, group } from '../../fields';

export const getJoinRequests: Operation = {
	value: 'getJoinRequests',
	name: 'Get Join Requests',
	action: 'Get join requests of group or channel',
	description: 'List the people who ask to join',
	effect: 'read',
	properties: [group, ...limitFields()],
	toCommand: (parameters) => ({
		name: 'chat.getJoinRequests',
		input: { chatId: chatOf(parameters), ...parameters.limit() },
	}),
};
