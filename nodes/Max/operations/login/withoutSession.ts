type Fields = Readonly<Record<string, unknown>>;

/** What belongs to one kind of device and would look wrong on another. */
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

/** The credential as a login needs it: without the session it may hold, which would be opened first or refused. */
export function withoutSession(fields: Fields): Record<string, unknown> {
	return { ...fields, token: '' };
}

/**
 * MAX lets phones log in by code only and the web by QR code only. A credential for the other kind is taken for one
 * whose owner left the defaults as they were; with an address of its own it is used as it is.
 */
export function asPhone(fields: Fields): Record<string, unknown> {
	return as(fields, 'ANDROID', ['ANDROID', 'IOS', 'DESKTOP']);
}

/** See `asPhone`. */
export function asWeb(fields: Fields): Record<string, unknown> {
	return as(fields, 'WEB', ['WEB']);
}

function as(fields: Fields, deviceType: string, suitable: readonly string[]): Record<string, unknown> {
	const bare = withoutSession(fields);
	const type = bare['deviceType'];
	const own = typeof bare['endpoint'] === 'string' && bare['endpoint'].trim() !== '';
	if (own || (typeof type === 'string' && suitable.includes(type))) return bare;
	const cleared = Object.fromEntries(OF_THE_DEVICE.map((name) => [name, '']));
	return { ...bare, ...cleared, deviceType };
}
