import type { Operation } from '../../../../src/n8n';
import { loginOf, password } from './fields';

export const checkPassword: Operation = {
	value: 'checkPassword',
	name: 'Check Password',
	action: 'Check login password',
	description:
		'Finish a login whose code or QR code was right, with the password of the two-step verification',
	effect: 'change',
	properties: [
		{
			displayName: 'Phone or Login Token',
			name: 'login',
			type: 'string',
			required: true,
			default: '={{ $json.login_token }}',
			placeholder: 'e.g. +79990000000',
			description: 'The phone number of a login by code, or the field login_token of a login by QR code',
		},
		{ ...password, required: true },
	],
	credential: loginOf('login'),
	toCommand: (parameters) => ({
		name: 'login.checkPassword',
		input: { password: parameters.required('password') },
	}),
};
