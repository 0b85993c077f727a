import type { Operation } from '../../../../src/n8n';
import { names, user, userOf, optional } from '../../fields';

export const add: Operation = {
	value: 'add',
	name: 'Add',
	action: 'Add contact',
	description: 'Put a person into the contacts of this account',
	effect: 'change',
	properties: [user],
	options: names,
	toCommand: (parameters) => ({
		name: 'contact.add',
		input: { ...userOf(parameters), ...optional(parameters.options, 'firstName', 'lastName') },
	}),
};
