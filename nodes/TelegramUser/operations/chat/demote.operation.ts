import type { Operation } from '../../../../src/n8n';
import { chatOf, group, userIds } from '../../fields';

export const demote: Operation = {
	value: 'demote',
	name: 'Demote Members',
	action: 'Demote members of group or channel',
	description: 'Make administrators ordinary members again',
	effect: 'change',
	properties: [group, userIds],
	toCommand: (parameters) => ({
		name: 'chat.demote',
		input: { chatId: chatOf(parameters), userIds: parameters.list('userIds') },
	}),
};
