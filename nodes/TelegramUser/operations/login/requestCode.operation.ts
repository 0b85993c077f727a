import type { Operation } from '../../../../src/n8n';
import { loginByPhone, phone } from './fields';

export const requestCode: Operation = {
	value: 'requestCode',
	name: 'Request Code',
	action: 'Request login code',
	description: 'Ask Telegram for a login code. It comes in a Telegram app that is logged in, not by SMS.',
	effect: 'change',
	properties: [phone],
	options: [
		{
			displayName: 'Login Email',
			name: 'email',
			type: 'string',
			default: '',
			placeholder: 'e.g. name@example.com',
			description:
				'For an account of which Telegram demands an e-mail address for login codes: it gets this one. Check Code is then run twice, with the code of the e-mail and with the code of the login.',
		},
	],
	credential: loginByPhone,
	toCommand: (parameters) => ({
		name: 'login.requestCode',
		input: {
			phone: parameters.id('phone'),
			...(parameters.options.has('email') ? { email: parameters.options.text('email') } : {}),
		},
	}),
};
