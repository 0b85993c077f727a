import type { Operation } from '../../../../src/n8n';
import { phone } from '../../fields';
import { asPhone } from './withoutSession';

export const requestCode: Operation = {
	value: 'requestCode',
	name: 'Request Code',
	action: 'Request login code',
	description:
		'Ask MAX to send a login code to a phone. Set a login password in the MAX app first: accounts without one let no second device in.',
	effect: 'change',
	properties: [phone],
	credential: asPhone,
	toCommand: (parameters) => ({ name: 'login.requestCode', input: { phone: parameters.id('phone') } }),
};
