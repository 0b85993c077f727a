import { outputFieldField, withQrPictures, type Operation } from '../../../../src/n8n';
import { newLogin } from './fields';

export const getQr: Operation = {
	value: 'getQr',
	name: 'Get QR Code',
	action: 'Get QR code for login',
	description:
		'Get a QR code, as a picture and as a link, to scan with Telegram on the phone: Settings → Devices. It lives about 30 seconds.',
	effect: 'change',
	properties: [{ ...outputFieldField, description: 'The name of the output binary field for the picture' }],
	credential: newLogin,
	complete: withQrPictures('url'),
	toCommand: (parameters) => ({
		name: 'login.getQr',
		input: {},
		outputField: parameters.id('outputField'),
	}),
};
