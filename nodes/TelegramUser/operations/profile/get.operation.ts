import type { Operation } from '../../../../src/n8n';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get profile',
	description: 'Get the profile of this account; its phone number is masked',
	effect: 'read',
	properties: [],
	toCommand: () => ({ name: 'profile.get', input: {} }),
};
