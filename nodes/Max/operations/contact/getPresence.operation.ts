import type { Operation } from '../../../../src/n8n';
import { userIds } from '../../fields';

export const getPresence: Operation = {
	value: 'getPresence',
	name: 'Get Presence',
	action: 'Get presence of contacts',
	description: 'Tell who is online and when people were last seen, one item per person',
	effect: 'read',
	properties: [userIds],
	toCommand: (parameters) => ({
		name: 'contact.getPresence',
		input: { userIds: parameters.list('userIds') },
	}),
};
