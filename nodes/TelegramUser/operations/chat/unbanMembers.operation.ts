import type { Operation } from '../../../../src/n8n';
import { chatOf, group, userIds } from '../../fields';

export const unbanMembers: Operation = {
	value: 'unbanMembers',
	name: 'Unban Members',
	action: 'Unban members of group or channel',
	description: 'Lift a ban or a restriction; nobody is added by it',
	effect: 'change',
	properties: [group, userIds],
	toCommand: (parameters) => ({
		name: 'chat.unbanMembers',
		input: { chatId: chatOf(parameters), userIds: parameters.list('userIds') },
	}),
};
