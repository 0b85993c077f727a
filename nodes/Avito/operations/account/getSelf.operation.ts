import type { Operation } from '../../../../src/n8n';

export const getSelf: Operation = {
	value: 'getSelf',
	name: 'Get Self',
	action: 'Get own account',
	description: 'Get number, name and profile address of the own Avito account',
	effect: 'read',
	properties: [],
	toCommand: () => ({ name: 'account.getSelf', input: {} }),
};
