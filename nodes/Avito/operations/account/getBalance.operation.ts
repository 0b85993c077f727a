import type { Operation } from '../../../../src/n8n';

export const getBalance: Operation = {
	value: 'getBalance',
	name: 'Get Balance',
	action: 'Get balance of account',
	description: 'Get the money and the bonuses on the Avito account',
	effect: 'read',
	properties: [],
	toCommand: () => ({ name: 'account.getBalance', input: {} }),
};
