import type { Operation } from '../../../../src/n8n';

export const closeOtherSessions: Operation = {
	value: 'closeOtherSessions',
	name: 'Close Other Sessions',
	action: 'Close other sessions of account',
	description:
		'Log this account out on all other devices, the phone included. Has to be allowed in the credential (dangerous requests).',
	effect: 'change',
	properties: [],
	toCommand: () => ({ name: 'account.closeOtherSessions', input: {} }),
};
