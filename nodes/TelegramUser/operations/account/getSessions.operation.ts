import type { Operation } from '../../../../src/n8n';

export const getSessions: Operation = {
	value: 'getSessions',
	name: 'Get Sessions',
	action: 'Get sessions of account',
	description: 'List the devices this account is logged in on',
	effect: 'read',
	properties: [],
	toCommand: () => ({ name: 'account.getSessions', input: {} }),
};
