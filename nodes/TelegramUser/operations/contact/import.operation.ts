import type { Operation } from '../../../../src/n8n';

export const importContacts: Operation = {
	value: 'import',
	name: 'Import',
	action: 'Import contacts',
	description: 'Put phone numbers with names into the address book of this account, one item per number',
	effect: 'change',
	properties: [
		{
			displayName: 'Contacts',
			name: 'contacts',
			type: 'json',
			required: true,
			default: '[\n  { "phone": "", "firstName": "", "lastName": "" }\n]',
			description: 'List of objects with phone, firstName and, if wanted, lastName; up to 100',
		},
	],
	toCommand: (parameters) => ({
		name: 'contact.import',
		input: { contacts: parameters.json('contacts') ?? [] },
	}),
};
