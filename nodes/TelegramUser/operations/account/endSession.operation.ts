import type { Operation } from '../../../../src/n8n';

export const endSession: Operation = {
	value: 'endSession',
	name: 'End Session',
	action: 'End session of account',
	description:
		'Log another device of this account out. Has to be allowed in the credential (dangerous requests).',
	effect: 'change',
	properties: [
		{
			displayName: 'Session ID',
			name: 'sessionId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. -4567890123456789012',
			description: 'The field ID of Get Sessions',
		},
	],
	toCommand: (parameters) => ({
		name: 'account.endSession',
		input: { sessionId: parameters.id('sessionId') },
	}),
};
