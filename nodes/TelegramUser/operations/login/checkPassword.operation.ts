import type { Operation } from '../../../../src/n8n';
import { password, withoutSession } from './fields';

export const checkPassword: Operation = {
	value: 'checkPassword',
	name: 'Check Password',
	action: 'Check login password',
	description:
		'Finish a login whose code or QR code was right, with the password of the two-step verification',
	effect: 'change',
	properties: [{ ...password, required: true }],
	credential: withoutSession,
	toCommand: (parameters) => ({
		name: 'login.checkPassword',
		input: { password: parameters.required('password') },
	}),
};
