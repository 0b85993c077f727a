import type { Operation } from '../../../../src/n8n';

export const refreshToken: Operation = {
	value: 'refreshToken',
	name: 'Refresh Token',
	action: 'Refresh token of account',
	description: 'Request a new access token now. The token itself is never shown.',
	effect: 'change',
	properties: [],
	toCommand: () => ({ name: 'account.refreshToken', input: {} }),
};
