import type { Operation } from '../../../../src/n8n';

export const checkPhones: Operation = {
	value: 'checkPhones',
	name: 'Check Phones',
	action: 'Check phones',
	description:
		'Tell for each phone number whether somebody on Telegram can be found by it, one item per number; paced and capped per day',
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
	options: [
		{
			displayName: 'Import to Check',
			name: 'importContacts',
			type: 'boolean',
			default: false,
			description:
				'Whether a number that is not found is put into the contacts for the check and taken out again, which finds more people',
		},
	],
	toCommand: (parameters) => ({
		name: 'contact.checkPhones',
		input: {
			phones: parameters.list('phones'),
			importContacts: parameters.options.boolean('importContacts'),
		},
	}),
};
