import type { Operation } from '../../../../src/n8n';
import { chatOf, user } from '../../fields';

export const add: Operation = {
	value: 'add',
	name: 'Add',
	action: 'Add contact',
	description: 'Put a person into the address book of this account, or rename one in it',
	effect: 'change',
	properties: [
		user,
		{
			displayName: 'First Name',
			name: 'firstName',
			type: 'string',
			required: true,
			default: '',
			description: 'First name to keep the person under',
		},
		{
			displayName: 'Last Name',
			name: 'lastName',
			type: 'string',
			default: '',
			description: 'Last name to keep the person under',
		},
	],
	options: [
		{
			displayName: 'Share My Phone Number',
			name: 'sharePhone',
			type: 'boolean',
			default: false,
			description: 'Whether the person may see the phone number of this account',
		},
	],
	toCommand: (parameters) => ({
		name: 'contact.add',
		input: {
			userId: chatOf(parameters, 'userId'),
			firstName: parameters.required('firstName'),
			lastName: parameters.text('lastName'),
			sharePhone: parameters.options.boolean('sharePhone'),
		},
	}),
};
