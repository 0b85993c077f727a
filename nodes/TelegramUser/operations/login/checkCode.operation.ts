import type { Operation } from '../../../../src/n8n';
import { codeToken, loginByPhone, password, passwordOf, phone } from './fields';

export const checkCode: Operation = {
	value: 'checkCode',
	name: 'Check Code',
	action: 'Check login code',
	description:
		'Log in with the code. The result is the session for the credential and is shown this once; an account with two-step verification needs its password too, here or with Check Password.',
	effect: 'change',
	properties: [
		phone,
		codeToken,
		{
			displayName: 'Code',
			name: 'code',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 12345',
			description: 'The code that Telegram sent',
		},
		password,
	],
	credential: loginByPhone,
	toCommand: (parameters) => ({
		name: 'login.checkCode',
		input: {
			phone: parameters.id('phone'),
			codeToken: parameters.id('codeToken'),
			code: parameters.id('code'),
			...passwordOf(parameters),
		},
	}),
};
