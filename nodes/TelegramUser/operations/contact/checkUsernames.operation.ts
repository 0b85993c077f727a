import type { Operation } from '../../../../src/n8n';

export const checkUsernames: Operation = {
	value: 'checkUsernames',
	name: 'Check Usernames',
	action: 'Check usernames',
	description:
		'Tell for each username whether it is taken and by whom, one item per name; paced and capped per day',
	effect: 'read',
	properties: [
		{
			displayName: 'Usernames',
			name: 'usernames',
			type: 'string',
			typeOptions: { rows: 4 },
			required: true,
			default: '',
			placeholder: 'e.g. @anna, @boris',
			description: 'Usernames, separated by commas or lines',
		},
	],
	toCommand: (parameters) => ({
		name: 'contact.checkUsernames',
		input: { usernames: parameters.list('usernames') },
	}),
};
