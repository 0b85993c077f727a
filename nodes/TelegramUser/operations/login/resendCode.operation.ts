import type { Operation } from '../../../../src/n8n';
import { codeToken, loginByPhone, phone } from './fields';

export const resendCode: Operation = {
	value: 'resendCode',
	name: 'Resend Code',
	action: 'Resend login code',
	description: 'Ask Telegram to send the login code again, in another way if there is one',
	effect: 'change',
	properties: [phone, codeToken],
	credential: loginByPhone,
	toCommand: (parameters) => ({
		name: 'login.resendCode',
		input: { phone: parameters.id('phone'), codeToken: parameters.id('codeToken') },
	}),
};
