import { createHash } from 'node:crypto';
import type { OutgoingMap } from './codec';

export const DEVICE_TYPES = ['WEB', 'ANDROID', 'IOS', 'DESKTOP'] as const;
export type DeviceType = (typeof DEVICE_TYPES)[number];

/** The device this session pretends to be: fixed per account, since the service binds tokens to how they were obtained. */
export interface DeviceProfile {
	type: DeviceType;
	appVersion: string;
	osVersion: string;
	deviceName: string;
	locale: string;
	timezone: string;
	screen: string;
	/** web only */
	headerUserAgent: string;
	/** mobile only */
	arch: string;
	/** mobile only */
	buildNumber: number;
	pushDeviceType: string;
	/** three SHA-256 in hex, or none: see `fingerprint` */
	digests: readonly string[];
}

/** What is sent when a field of the credential is empty. Versions age: raise them in the credential, no release needed. */
export const WEB_DEFAULTS = {
	// A real tab of 2026-09-25 (max-cli).
	appVersion: '26.9.8',
	osVersion: 'Windows',
	deviceName: 'Chrome',
	screen: '1080x1920 1.0x',
	headerUserAgent:
		'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36',
	pushDeviceType: 'WEBPUSH',
	arch: '',
	buildNumber: 0,
} as const;

export const MOBILE_DEFAULTS = {
	// Android build compared by maxion in August 2026. IOS and DESKTOP profiles of public clients are guesses.
	appVersion: '26.29.1',
	osVersion: 'Android 13',
	deviceName: 'Xiaomi Redmi Note 12',
	screen: 'xxhdpi 480dpi 1080x2400',
	headerUserAgent: '',
	pushDeviceType: 'GCM',
	arch: 'arm64-v8a',
	buildNumber: 6808,
} as const;

/** `userAgent` of SESSION_INIT, in the field order of the captures. */
export function userAgentOf(profile: DeviceProfile): OutgoingMap {
	const { type, appVersion, osVersion, deviceName, locale, timezone, screen, pushDeviceType } = profile;
	if (type === 'WEB') {
		return {
			deviceType: type,
			pushDeviceType,
			locale,
			deviceLocale: locale,
			osVersion,
			deviceName,
			headerUserAgent: profile.headerUserAgent,
			isPwa: false,
			appVersion,
			screen,
			timezone,
		};
	}
	return {
		deviceType: type,
		appVersion,
		osVersion,
		timezone,
		screen,
		pushDeviceType,
		arch: profile.arch,
		locale,
		buildNumber: profile.buildNumber,
		deviceName,
		deviceLocale: locale,
	};
}

/** UUID on the web, 16 hex characters on a phone. */
export function deviceIdFrom(type: DeviceType, hex: string): string {
	if (type !== 'WEB') return hex.slice(0, 16);
	return [
		hex.slice(0, 8),
		hex.slice(8, 12),
		`4${hex.slice(13, 16)}`,
		`8${hex.slice(17, 20)}`,
		hex.slice(20, 32),
	].join('-');
}

/** Name of the stored value that keeps the device of a login under way over restarts. */
export const DEVICE_ID = 'device-id';

/** A device id that stays the same for a token whose own device id nobody noted. */
export function deviceIdOfToken(type: DeviceType, token: string): string {
	return deviceIdFrom(type, createHash('sha256').update(`device\n${token}`).digest('hex'));
}

/** `mt_instanceid` and `clientSessionId`: derived, so that they too stay the same over restarts. */
export function instanceIdOf(deviceId: string): string {
	return deviceIdFrom('WEB', createHash('sha256').update(`instance\n${deviceId}`).digest('hex'));
}
/** 1…70, the range one client draws from. */
export function clientSessionIdOf(deviceId: string): number {
	return 1 + ((createHash('sha256').update(`session\n${deviceId}`).digest()[0] ?? 0) % 70);
}
