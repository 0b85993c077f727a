import type { Messenger, Way } from './steps';

type Fields = Readonly<Record<string, unknown>>;

/** What belongs to one kind of device of MAX and would look wrong on another. */
const OF_THE_DEVICE = [
	'deviceId',
	'transport',
	'appVersion',
	'userAgent',
	'osVersion',
	'deviceName',
	'screen',
	'arch',
	'buildNumber',
	'pushDeviceType',
];
const PHONES = ['ANDROID', 'IOS', 'DESKTOP'];

/**
 * The ways a credential allows, the best one first. MAX lets phones in by code only and the web by QR code only, and an
 * address of one's own serves one of the two. MAX sends codes to its official apps alone, so the picture comes first.
 */
export function waysOf(messenger: Messenger, fields: Fields): readonly Way[] {
	if (messenger === 'telegram') return ['qr', 'phone'];
	const endpoint = typeof fields['endpoint'] === 'string' ? fields['endpoint'].trim() : '';
	if (endpoint === '') return ['qr', 'phone'];
	return /^wss?:/.test(endpoint) ? ['qr'] : ['phone'];
}

/** The credential as a login needs it: without the session it may hold, and for MAX as the kind of device that may come in. */
export function fieldsFor(messenger: Messenger, way: Way, fields: Fields): Record<string, unknown> {
	if (messenger === 'telegram') return { ...fields, session: '' };
	const bare: Record<string, unknown> = { ...fields, token: '' };
	const type = typeof bare['deviceType'] === 'string' ? bare['deviceType'] : '';
	const [wanted, suitable] = way === 'qr' ? ['WEB', ['WEB']] : ['ANDROID', PHONES];
	if (suitable.includes(type)) return bare;
	const cleared = Object.fromEntries(OF_THE_DEVICE.map((name) => [name, '']));
	return { ...bare, ...cleared, deviceType: wanted };
}

/** MAX answers every request for a code, but sends one only where the official app's fingerprint came with it (seen since mid 2026). */
export function codeMayNeverCome({ fingerprintDigests: digests, deviceType }: Fields): boolean {
	if (deviceType === 'IOS' || deviceType === 'DESKTOP') return false;
	return digests === undefined || digests === '' || (Array.isArray(digests) && digests.length === 0);
}
