import type { Operation } from '../../../../src/n8n';
import { phone } from '../../fields';
import { asPhone } from './withoutSession';

export const resendCode: Operation = {
	value: 'resendCode',
	name: 'Resend Code',
	action: 'Resend login code',
	description: 'Ask MAX to send the login code again. Only a few are sent; wait a minute between them.',
	effect: 'change',
	properties: [phone],
	credential: asPhone,
	toCommand: (parameters) => ({ name: 'login.resendCode', input: { phone: parameters.id('phone') } }),
};
