import type { Operation } from '../../../../src/n8n';
import { names, user, userOf } from '../../fields';

export const rename: Operation = {
	value: 'rename',
	name: 'Rename',
	action: 'Rename contact',
	description: 'Change the name this account has given to a contact',
	effect: 'change',
	properties: [user, ...names],
	toCommand: (parameters) => ({
		name: 'contact.rename',
		input: {
			...userOf(parameters),
			firstName: parameters.required('firstName'),
			lastName: parameters.text('lastName'),
		},
	}),
};
