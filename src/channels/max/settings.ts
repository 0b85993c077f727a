import { createHash } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { z } from '#lib/zod';
import { ChannelError, type AccountConfig } from '../../contract';
import { fieldText, listField, numberField, permissionsField } from '../../contract/schemas';
import { DEVICE_TYPES, MOBILE_DEFAULTS, WEB_DEFAULTS, type DeviceProfile } from './device';

export const TRANSPORTS = ['websocket', 'json', 'tcp'] as const;
export type TransportKind = (typeof TRANSPORTS)[number];

/** Where public clients of autumn 2026 connect. */
export const DEFAULT_ENDPOINTS: Readonly<Record<TransportKind, string>> = {
	websocket: 'wss://api.oneme.ru/websocket',
	json: 'wss://ws-api.oneme.ru/websocket',
	tcp: 'tls://api.oneme.ru:443',
};
const DEFAULT_ORIGIN = 'https://web.max.ru';

const proxyField = fieldText
	.default('')
	.pipe(
		z.union(
			[z.literal(''), z.url({ protocol: /^(https?|socks5h?|socks)$/ })],
			'must be an address such as http://user:password@proxy.example.com:3128',
		),
	);

/**
 * The fields of the *MAX User API* credential. n8n hands numbers and lists over as it stored them, older entries as
 * text, absent optional fields as ''; anything it adds of its own is ignored. Empty = the documented default.
 */
const credentialSchema = z.object({
	/** name of the account in events and lists */
	label: fieldText.default(''),
	/** login token; empty = only the login operations work */
	token: fieldText.default(''),
	/** tells logins apart that are under way at the same time; no field of n8n's */
	loginId: fieldText.default(''),
	/** the device the token was obtained with: a UUID on the web, 16 hex characters on a phone */
	deviceId: fieldText.default(''),
	deviceType: fieldText
		.default('')
		.transform((value) => (value === '' ? 'WEB' : value.toUpperCase()))
		.pipe(z.enum(DEVICE_TYPES)),
	/** empty = websocket for WEB, tcp for the mobile device types */
	transport: fieldText.default('').pipe(z.union([z.literal(''), z.enum(TRANSPORTS)])),
	/** wss://, ws:// (websocket, json), tls://, tcp:// (tcp): the scheme says whether TLS is used */
	endpoint: fieldText
		.default('')
		.pipe(
			z.union(
				[z.literal(''), z.url({ protocol: /^(wss?|tls|tcp)$/ })],
				'must be an address that begins with wss://, ws://, tls:// or tcp://',
			),
		),
	/** header of the WebSocket upgrade, required by the service */
	origin: fieldText.default('').transform((value) => value || DEFAULT_ORIGIN),
	/** http://, https://, socks5:// with optional user:password@ */
	proxyUrl: proxyField,
	/** PEM texts of further certificate authorities: api2.oneme.ru and the file host use the Russian Trusted CA */
	caCertificates: fieldText.default(''),
	/** further domains a RECONNECT push may point to */
	redirectDomains: listField.default([]),
	appVersion: fieldText.default(''),
	userAgent: fieldText.default(''),
	osVersion: fieldText.default(''),
	deviceName: fieldText.default(''),
	locale: fieldText.default('').transform((value) => value || 'ru'),
	timezone: fieldText.default('').transform((value) => value || 'Europe/Moscow'),
	screen: fieldText.default(''),
	arch: fieldText.default(''),
	buildNumber: numberField(0, 0, 10_000_000),
	pushDeviceType: fieldText.default(''),
	/** three SHA-256 in hex: signing certificate, dex code and native library of the official build, in the order to send */
	fingerprintDigests: listField
		.default([])
		.pipe(z.array(z.string().regex(/^[0-9a-f]{64}$/i, 'must be SHA-256 in hex')))
		.pipe(
			z.union([z.tuple([]), z.tuple([z.string(), z.string(), z.string()])], 'must be three values or none'),
		),
	/** plain or extension 1 for wide ids on binary transports; empty = as the device type's official client does */
	idEncoding: fieldText.default('').pipe(z.enum(['', 'plain', 'extension'])),
	/** show the account as online while connected */
	interactive: z.boolean().default(false),
	pingSeconds: numberField(30, 5, 300),
	/** no byte from the service for so long: the connection is dead */
	silenceSeconds: numberField(75, 10, 600),
	requestSeconds: numberField(25, 1, 300),
	reconnectMinSeconds: numberField(1, 0, 60),
	reconnectMaxSeconds: numberField(60, 1, 3600),
	/** LOGINs; 0 = no limit. About 30–50 in a short time cost one account its token */
	loginPerMinute: numberField(1, 0, 1000),
	loginPerHour: numberField(20, 0, 10_000),
	/** chats that LOGIN returns at once; 200 is refused by the service */
	chatsCount: numberField(40, 1, 100),
	/** how often changed chats are compared with the stored state */
	compareSeconds: numberField(600, 10, 86_400),
	/** messages of one history page */
	historyPage: numberField(50, 5, 200),
	/** pause between two pages read in the background */
	pageDelayMs: numberField(300, 0, 60_000),
	sendsPerMinute: numberField(20, 1, 10_000),
	/** least time between two sends to one chat */
	chatGapSeconds: numberField(1, 0, 3600),
	permissions: permissionsField,
	allowedChats: listField.default([]),
	firstContactsPerDay: numberField(5, 0, 10_000),
	loopLimit: numberField(10, 0, 10_000),
	loopWindowSeconds: numberField(120, 1, 86_400),
	allowDangerousRaw: z.boolean().default(false),
	/** user ids whose messages are treated as MAX's own (login codes): nobody has published the account's id */
	serviceIds: listField.default([]),
	/** 16 hex digits, to match an older system; empty = computed */
	phoneHash: fieldText
		.default('')
		.pipe(z.union([z.literal(''), z.string().regex(/^[0-9a-f]{16}$/i)], 'must be 16 hex digits')),
});

/** What the rest of the channel works with; milliseconds throughout. */
export interface MaxSettings {
	label: string;
	token: string | null;
	deviceId: string | null;
	device: DeviceProfile;
	transport: TransportKind;
	endpoint: URL;
	origin: string;
	proxyUrl: string | null;
	/** certificate authorities, or null for Node's own list */
	ca: string[] | null;
	redirectDomains: readonly string[];
	wrapIds: boolean;
	interactive: boolean;
	pingMs: number;
	silenceMs: number;
	requestMs: number;
	reconnect: { minMs: number; maxMs: number };
	logins: { perMinute: number; perHour: number };
	chatsCount: number;
	compareMs: number;
	historyPage: number;
	pageDelayMs: number;
	/** the gap between sends holds over all chats, not only within one */
	gapOverChats: boolean;
	allowedChats: readonly string[];
	serviceIds: readonly string[];
	phoneHash: string | null;
}

/**
 * Credential fields → account configuration.
 * @throws ChannelError `credential_invalid` with the field's name
 */
export function configure(credential: unknown): AccountConfig & { settings: MaxSettings } {
	const parsed = credentialSchema.safeParse(credential);
	if (!parsed.success) {
		const issue = parsed.error.issues[0];
		throw invalidCredential(String(issue?.path[0] ?? 'credential'), issue?.message ?? 'is wrong');
	}
	const fields = parsed.data;
	const transport = fields.transport || (fields.deviceType === 'WEB' ? 'websocket' : 'tcp');
	const settings: MaxSettings = {
		label: fields.label || 'MAX account',
		token: fields.token === '' ? null : fields.token,
		deviceId: fields.deviceId === '' ? null : fields.deviceId,
		device: deviceOf(fields),
		transport,
		endpoint: endpointOf(fields.endpoint, transport),
		origin: fields.origin,
		proxyUrl: fields.proxyUrl === '' ? null : fields.proxyUrl,
		ca: fields.caCertificates === '' ? null : [...rootCertificates, ...splitPem(fields.caCertificates)],
		redirectDomains: fields.redirectDomains,
		wrapIds: fields.idEncoding === '' ? fields.deviceType === 'WEB' : fields.idEncoding === 'extension',
		interactive: fields.interactive,
		pingMs: fields.pingSeconds * 1000,
		silenceMs: Math.max(fields.silenceSeconds, fields.pingSeconds + 5) * 1000,
		requestMs: fields.requestSeconds * 1000,
		reconnect: {
			minMs: fields.reconnectMinSeconds * 1000,
			maxMs: Math.max(fields.reconnectMinSeconds, fields.reconnectMaxSeconds) * 1000,
		},
		logins: { perMinute: fields.loginPerMinute, perHour: fields.loginPerHour },
		chatsCount: fields.chatsCount,
		compareMs: fields.compareSeconds * 1000,
		historyPage: fields.historyPage,
		pageDelayMs: fields.pageDelayMs,
		// The notes advise a message a second per account. Whoever chose a longer pause meant one chat, whoever chose more
		// than a send a second does not want it.
		gapOverChats: fields.chatGapSeconds <= 1 && fields.sendsPerMinute <= 60,
		allowedChats: fields.allowedChats,
		serviceIds: fields.serviceIds,
		phoneHash: fields.phoneHash === '' ? null : fields.phoneHash.toLowerCase(),
	};
	return {
		channel: 'max',
		session: `max:${hash(`${fields.token}\n${fields.deviceId}\n${fields.token === '' ? settings.endpoint.href + fields.loginId : ''}`).slice(0, 32)}`,
		settingsHash: hash(JSON.stringify({ ...settings, label: '', allowedChats: [] })),
		label: settings.label,
		policy: {
			permissions: fields.permissions,
			allowedChats: fields.allowedChats,
			budget: { points: fields.sendsPerMinute, windowMs: 60_000, chatGapMs: fields.chatGapSeconds * 1000 },
			firstContactsPerDay: fields.firstContactsPerDay,
			loopLimit: fields.loopLimit,
			loopWindowMs: fields.loopWindowSeconds * 1000,
			allowDangerousRaw: fields.allowDangerousRaw,
		},
		sealingSecret: fields.token === '' ? hash(`no token\n${fields.deviceId}`) : fields.token,
		settings,
		shownSettings: {
			transport,
			endpoint: settings.endpoint.href,
			proxy: settings.proxyUrl === null ? null : withoutPassword(settings.proxyUrl),
			device_type: fields.deviceType,
			app_version: settings.device.appVersion,
			fingerprint: fields.fingerprintDigests.length > 0,
			interactive: fields.interactive,
			logins_per_minute: fields.loginPerMinute,
			logins_per_hour: fields.loginPerHour,
			sends_per_minute: fields.sendsPerMinute,
			compare_seconds: fields.compareSeconds,
			permissions: fields.permissions,
			allowed_chats: fields.allowedChats.length,
		},
	};
}

function deviceOf(fields: z.output<typeof credentialSchema>): DeviceProfile {
	const defaults = fields.deviceType === 'WEB' ? WEB_DEFAULTS : MOBILE_DEFAULTS;
	return {
		type: fields.deviceType,
		appVersion: fields.appVersion || defaults.appVersion,
		osVersion: fields.osVersion || defaults.osVersion,
		deviceName: fields.deviceName || defaults.deviceName,
		locale: fields.locale,
		timezone: fields.timezone,
		screen: fields.screen || defaults.screen,
		headerUserAgent: fields.userAgent || defaults.headerUserAgent,
		arch: fields.arch || defaults.arch,
		buildNumber: fields.buildNumber || defaults.buildNumber,
		pushDeviceType: fields.pushDeviceType || defaults.pushDeviceType,
		digests: fields.fingerprintDigests,
	};
}

function endpointOf(field: string, transport: TransportKind): URL {
	const url = new URL(field || DEFAULT_ENDPOINTS[transport]);
	const fits = transport === 'tcp' ? /^(tls|tcp):$/ : /^wss?:$/;
	if (!fits.test(url.protocol)) {
		throw invalidCredential('endpoint', `${url.protocol}// does not fit the transport ${transport}`);
	}
	if (transport === 'tcp' && url.port === '') url.port = '443';
	return url;
}

/** A field may hold several certificates one after another; lines may have been joined when it was pasted. */
function splitPem(text: string): string[] {
	const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
	if (blocks === null) throw invalidCredential('caCertificates', 'holds no PEM certificate');
	return blocks.map((block) => {
		const body = block.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '');
		return `-----BEGIN CERTIFICATE-----\n${(body.match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
	});
}

function invalidCredential(field: string, problem: string): ChannelError {
	return new ChannelError('credential_invalid', `MAX credential, field ${field}: ${problem}`, {
		channel: 'max',
		field,
		hint: 'Open the MAX User API credential and correct this field.',
	});
}

function withoutPassword(url: string): string {
	const { protocol, host } = new URL(url);
	return `${protocol}//${host}`;
}

function hash(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
