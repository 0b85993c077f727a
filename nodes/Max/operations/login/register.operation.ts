import type { Operation } from '../../../../src/n8n';
import { asPhone } from './withoutSession';

export const register: Operation = {
	value: 'register',
	name: 'Register',
	action: 'Register account',
	description: 'Create an account for a phone number that has none, after its code was checked',
	effect: 'change',
	properties: [
		{
			displayName: 'Register Token',
			name: 'registerToken',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '={{ $json.register_token }}',
			description: 'The field register_token of Check Code',
		},
		{
			displayName: 'First Name',
			name: 'firstName',
			type: 'string',
			required: true,
			default: '',
			description: 'First name of the new account',
		},
		{
			displayName: 'Last Name',
			name: 'lastName',
			type: 'string',
			default: '',
			description: 'Last name of the new account',
		},
	],
	credential: asPhone,
	toCommand: (parameters) => ({
		name: 'login.register',
		input: {
			registerToken: parameters.id('registerToken'),
			firstName: parameters.required('firstName'),
			...(parameters.has('lastName') ? { lastName: parameters.text('lastName') } : {}),
		},
	}),
};
