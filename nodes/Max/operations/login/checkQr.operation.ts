import type { Operation } from '../../../../src/n8n';
import { password, trackId } from './fields';
import { asWeb } from './withoutSession';

export const checkQr: Operation = {
	value: 'checkQr',
	name: 'Check QR Code',
	action: 'Check QR code of login',
	description:
		'Wait until the QR code was scanned and log in. The result is the session for the credential and is shown this once.',
	effect: 'change',
	properties: [
		trackId,
		password,
		{
			displayName: 'Wait for Scan (Seconds)',
			name: 'waitSeconds',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 110 },
			default: 60,
			description: 'How long to wait for the scan; 0 = only look',
		},
	],
	credential: asWeb,
	toCommand: (parameters) => ({
		name: 'login.checkQr',
		input: {
			trackId: parameters.id('trackId'),
			waitSeconds: parameters.number('waitSeconds'),
			...(parameters.has('password') ? { password: parameters.text('password') } : {}),
		},
	}),
};
