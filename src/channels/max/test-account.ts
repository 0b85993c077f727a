import type { DriverServices } from '../../contract';
import { deviceIdOfToken } from './device';
import { Session } from './session/session';
import type { MaxSettings } from './settings';

/**
 * Credential test: reaches the service and greets it with the device's profile, which tells an unreachable address, a
 * dead proxy, an untrusted certificate and an app version that is too old. It never logs in: a second connection with
 * the session would end the first, and each LOGIN counts; whether the token is good shows with the first use.
 */
export async function testMax(
	settings: MaxSettings,
	services: DriverServices,
	signal: AbortSignal,
): Promise<{ message: string }> {
	const deviceId =
		settings.deviceId ?? deviceIdOfToken(settings.device.type, settings.token ?? settings.label);
	const session = new Session({ ...settings, token: null }, services, deviceId);
	try {
		await session.open(signal);
		return {
			message:
				settings.token === null
					? 'MAX answers. The credential holds no token yet: run Login in the MAX User node.'
					: 'MAX answers. The token is checked when the account is first used, since a test must not log in.',
		};
	} finally {
		await session.close();
	}
}
