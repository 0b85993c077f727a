import type { Operation } from '../../../../src/n8n';

export const logOut: Operation = {
	value: 'logOut',
	name: 'Log Out',
	action: 'Log out account',
	description:
		'End this session for good; a new login is needed afterwards. Has to be allowed in the credential (dangerous requests).',
	effect: 'change',
	properties: [],
	toCommand: () => ({ name: 'account.logOut', input: {} }),
};
