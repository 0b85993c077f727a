import type { Operation } from '../../../../src/n8n';
import { loginByPhone, phone } from './fields';

export const requestCode: Operation = {
	value: 'requestCode',
	name: 'Request Code',
	action: 'Request login code',
	description: 'Ask Telegram for a login code. It comes in a Telegram app that is logged in, not by SMS.',
	effect: 'change',
	properties: [phone],
	credential: loginByPhone,
	toCommand: (parameters) => ({ name: 'login.requestCode', input: { phone: parameters.id('phone') } }),
};
