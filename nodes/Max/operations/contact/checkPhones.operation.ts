import type { Operation } from '../../../../src/n8n';

export const checkPhones: Operation = {
	value: 'checkPhones',
	name: 'Check Phones',
	action: 'Check phones',
	description:
		'Tell for each phone number whether somebody on MAX has it, one item per number; paced and capped per day',
	effect: 'read',
	properties: [
		{
			displayName: 'Phones',
			name: 'phones',
			type: 'string',
			typeOptions: { rows: 4 },
			required: true,
			default: '',
			placeholder: 'e.g. +79990000000, +79990000001',
			description: 'Phone numbers with country code, separated by commas or lines',
		},
	],
	toCommand: (parameters) => ({
		name: 'contact.checkPhones',
		input: { phones: parameters.list('phones') },
	}),
};
