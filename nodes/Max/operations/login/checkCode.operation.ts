import type { Operation } from '../../../../src/n8n';
import { password } from './fields';
import { asPhone } from './withoutSession';

export const checkCode: Operation = {
	value: 'checkCode',
	name: 'Check Code',
	action: 'Check login code',
	description:
		'Log in with the code. The result is the session for the credential and is shown this once; without the right password it says what is missing.',
	effect: 'change',
	properties: [
		{
			displayName: 'Code Token',
			name: 'codeToken',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '={{ $json.code_token }}',
			description: 'The field code_token of Request Code',
		},
		{
			displayName: 'Code',
			name: 'code',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 123456',
			description: 'The code that was sent to the phone',
		},
		password,
	],
	credential: asPhone,
	toCommand: (parameters) => ({
		name: 'login.checkCode',
		input: {
			codeToken: parameters.id('codeToken'),
			code: parameters.id('code'),
			...(parameters.has('password') ? { password: parameters.text('password') } : {}),
		},
	}),
};
