import type { Operation } from '../../../../src/n8n';
import { userIds } from '../../fields';

export const remove: Operation = {
	value: 'remove',
	name: 'Remove',
	action: 'Remove contacts',
	description: 'Take people out of the address book of this account',
	effect: 'change',
	properties: [userIds],
	toCommand: (parameters) => ({ name: 'contact.remove', input: { userIds: parameters.list('userIds') } }),
};
