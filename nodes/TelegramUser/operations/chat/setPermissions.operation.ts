import type { Operation } from '../../../../src/n8n';
import { chatOf, group } from '../../fields';
import { memberPermissions } from './fields';

export const setPermissions: Operation = {
	value: 'setPermissions',
	name: 'Set Permissions',
	action: 'Set permissions of group',
	description: 'Set what the members of a group may do who are no administrators',
	effect: 'change',
	properties: [group, memberPermissions],
	toCommand: (parameters) => ({
		name: 'chat.setPermissions',
		input: { chatId: chatOf(parameters), permissions: parameters.list('memberPermissions') },
	}),
};
