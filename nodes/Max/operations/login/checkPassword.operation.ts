import type { Operation } from '../../../../src/n8n';
import { password, trackId } from './fields';
import { withoutSession } from './withoutSession';

export const checkPassword: Operation = {
	value: 'checkPassword',
	name: 'Check Password',
	action: 'Check login password',
	description: 'Finish a login whose code was right and whose account has a login password',
	effect: 'change',
	properties: [trackId, { ...password, required: true }],
	credential: withoutSession,
	toCommand: (parameters) => ({
		name: 'login.checkPassword',
		input: { trackId: parameters.id('trackId'), password: parameters.required('password') },
	}),
};
