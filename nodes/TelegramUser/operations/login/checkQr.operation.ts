import { outputFieldField, withQrPictures, type Operation } from '../../../../src/n8n';
import { loginOf, loginToken, password, passwordOf } from './fields';

export const checkQr: Operation = {
	value: 'checkQr',
	name: 'Check QR Code',
	action: 'Check QR code of login',
	description:
		'Log in if the QR code was scanned: the result is the session for the credential and is shown this once. Until then the result is a fresh QR code.',
	effect: 'change',
	properties: [
		loginToken,
		password,
		{ ...outputFieldField, description: 'The name of the output binary field for the picture' },
	],
	credential: loginOf('loginToken'),
	complete: withQrPictures('url'),
	toCommand: (parameters) => ({
		name: 'login.checkQr',
		input: passwordOf(parameters),
		outputField: parameters.id('outputField'),
	}),
};
