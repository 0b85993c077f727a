import { outputFieldField, withQrPictures, type Operation } from '../../../../src/n8n';
import { asWeb } from './withoutSession';

export const getQr: Operation = {
	value: 'getQr',
	name: 'Get QR Code',
	action: 'Get QR code for login',
	description: 'Get a QR code, as a picture and as a link, to scan with MAX on the phone: Profile → Devices',
	effect: 'change',
	properties: [{ ...outputFieldField, description: 'The name of the output binary field for the picture' }],
	credential: asWeb,
	complete: withQrPictures('qr_link'),
	toCommand: (parameters) => ({
		name: 'login.getQr',
		input: {},
		outputField: parameters.id('outputField'),
	}),
};
