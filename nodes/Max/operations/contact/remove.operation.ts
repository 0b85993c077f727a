import type { Operation } from '../../../../src/n8n';
import { user, userOf } from '../../fields';

export const remove: Operation = {
	value: 'remove',
	name: 'Remove',
	action: 'Remove contact',
	description: 'Take a person off the contacts of this account',
	effect: 'change',
	properties: [user],
	toCommand: (parameters) => ({ name: 'contact.remove', input: userOf(parameters) }),
};
