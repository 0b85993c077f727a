import type { Operation } from '../../../../src/n8n';
import { chatOf, group, userIds } from '../../fields';

export const answerJoinRequests: Operation = {
	value: 'answerJoinRequests',
	name: 'Answer Join Requests',
	action: 'Answer join requests of group or channel',
	description: 'Let people in who asked to join, or turn them down',
	effect: 'change',
	properties: [
		group,
		userIds,
		{
			displayName: 'Accept',
			name: 'accept',
			type: 'boolean',
			default: true,
			description: 'Whether to let them in',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.answerJoinRequests',
		input: {
			chatId: chatOf(parameters),
			userIds: parameters.list('userIds'),
			accept: parameters.boolean('accept'),
		},
	}),
};
