import { createHash } from 'node:crypto';
import { z } from '#lib/zod';
import { ChannelError, type AccountConfig } from '../../contract';
import { permissionsField } from '../../contract/schemas';
import { environmentValue } from '../../runtime';
import { parseReference } from './peers/reference';
import type { LinkOptions } from './seam';
import {
	DC_ADDRESSES,
	DC_PORT,
	formatSession,
	parseSession,
	parseSessionFile,
	SessionFormatError,
	sessionFileIn,
	type SessionData,
} from './sessions';

/** A text field; n8n stores an unset one as '', null or nothing, and a pasted key may carry spaces. */
const fieldText = z
	.union([z.string(), z.number(), z.null()])
	.transform((value) => (value === null ? '' : String(value).trim()));

/** A number field, also when it was stored as text; empty means the default. */
function numberField(fallback: number, min: number, max: number) {
	return z
		.union([z.number(), z.string(), z.null(), z.undefined()])
		.transform((value) => (value === null || value === undefined || value === '' ? fallback : Number(value)))
		.pipe(z.number('must be a number').min(min).max(max));
}

const listField = z
	.union([z.array(z.union([z.string(), z.number()])), z.string()])
	.transform((value) => (typeof value === 'string' ? value.split(/[\s,;]+/) : value.map(String)))
	.transform((values) => values.map((value) => value.trim()).filter((value) => value !== ''));

/** The fields of the *Telegram User API* credential; anything n8n adds of its own is ignored. */
const credentialSchema = z.object({
	label: fieldText.default(''),
	/** empty: `TELEGRAM_API_ID` of the server */
	apiId: fieldText.default(''),
	/** empty: `TELEGRAM_API_HASH` of the server */
	apiHash: fieldText.default(''),
	/** empty: only the login operations work */
	session: fieldText.default(''),
	/** tells logins apart that are under way at the same time with one application; no field of n8n's */
	loginId: fieldText.default(''),
	/** socks5://, http:// with optional user:password@; tg://proxy?server=…&port=…&secret=… or its t.me form for MTProxy */
	proxyUrl: fieldText.default(''),
	deviceName: fieldText.default(''),
	/** `host:port` of another data centre (sandbox, test servers), for a login also `2@host:port`; else the session's own */
	endpoint: fieldText
		.default('')
		.pipe(z.union([z.literal(''), z.string().regex(/^(\d@)?\[?[\w.:-]+\]?:\d{1,5}$/)], 'must be host:port')),
	/** PEM of that data centre's RSA key */
	publicKey: fieldText.default(''),
	timeoutSeconds: numberField(30, 1, 300),
	sendsPerWindow: numberField(10, 1, 10_000),
	windowSeconds: numberField(60, 1, 86_400),
	chatGapSeconds: numberField(1, 0, 3600),
	/** ids, @usernames or links of channels asked regularly, since Telegram does not push all of large ones */
	watchedChats: listField
		.default([])
		.pipe(z.array(z.string().refine(isChatName, 'must be ids (-100…), @usernames or links of channels'))),
	/** how long texts are kept so that a deletion can tell what was deleted; 0 = not at all */
	keepTextsHours: numberField(0, 0, 24 * 30),
	permissions: permissionsField,
	allowedChats: listField.default([]),
	firstContactsPerDay: numberField(20, 0, 10_000),
	loopLimit: numberField(10, 0, 10_000),
	loopWindowSeconds: numberField(120, 1, 86_400),
	allowDangerousRaw: z.boolean().default(false),
	phoneHash: fieldText
		.default('')
		.pipe(z.union([z.literal(''), z.string().regex(/^[0-9a-f]{16}$/i)], 'must be 16 hex digits')),
});

export interface TelegramSettings {
	label: string;
	apiId: number;
	apiHash: string;
	session: SessionData;
	/** there is no session yet: only the login operations work */
	loggedOut: boolean;
	/** which login this is; logins at the same time share neither key nor state */
	loginId: string;
	/** of the session: `seq` and `qts` belong to it */
	sessionHash: string;
	proxy: LinkOptions['proxy'];
	device: LinkOptions['device'];
	publicKeys: string[];
	timeoutMs: number;
	watched: readonly string[];
	/** texts of messages are kept this long for their deletions, ms; 0 = not at all */
	keepTextsMs: number;
	allowedChats: readonly string[];
	phoneHash: string | null;
}

/** @throws ChannelError `credential_invalid` with the field's name; no secret is in it */
export function configure(credential: unknown): AccountConfig & { settings: TelegramSettings } {
	const parsed = credentialSchema.safeParse(credential);
	if (!parsed.success) {
		const issue = parsed.error.issues[0];
		throw invalid(String(issue?.path[0] ?? 'credential'), issue?.message ?? 'is wrong');
	}
	const fields = parsed.data;
	const apiId = Number(fields.apiId || (environmentValue('TELEGRAM_API_ID') ?? ''));
	const apiHash = fields.apiHash || (environmentValue('TELEGRAM_API_HASH') ?? '');
	if (!Number.isInteger(apiId) || apiId <= 0)
		throw invalid('apiId', 'must be the number from my.telegram.org');
	if (!/^[0-9a-f]{32}$/i.test(apiHash))
		throw invalid('apiHash', 'must be the 32 hex digits from my.telegram.org');
	const loggedOut = fields.session === '';
	const session = at(loggedOut ? NO_SESSION : readSession(fields.session), fields.endpoint);
	const settings: TelegramSettings = {
		label: fields.label || 'Telegram',
		apiId,
		apiHash,
		session,
		sessionHash: hash(session.authKey ?? '').slice(0, 16),
		loggedOut,
		loginId: fields.loginId,
		proxy: readProxy(fields.proxyUrl),
		device: { model: fields.deviceName || 'n8n', system: 'Node.js', app: '1.0', lang: 'en' },
		publicKeys: fields.publicKey === '' ? [] : [fields.publicKey.replaceAll('\\n', '\n')],
		timeoutMs: fields.timeoutSeconds * 1000,
		watched: fields.watchedChats,
		keepTextsMs: fields.keepTextsHours * 3_600_000,
		allowedChats: fields.allowedChats,
		phoneHash: fields.phoneHash === '' ? null : fields.phoneHash.toLowerCase(),
	};
	return {
		channel: 'telegram',
		session: `telegram:${hash(session.authKey ?? `${String(apiId)}\n${apiHash}\n${fields.endpoint}\n${fields.loginId}`).slice(0, 32)}`,
		settingsHash: hash(
			JSON.stringify({
				...settings,
				label: '',
				allowedChats: [],
				session: { ...session, authKey: settings.sessionHash },
			}),
		),
		label: settings.label,
		policy: {
			permissions: fields.permissions,
			allowedChats: fields.allowedChats,
			budget: {
				points: fields.sendsPerWindow,
				windowMs: fields.windowSeconds * 1000,
				chatGapMs: fields.chatGapSeconds * 1000,
			},
			firstContactsPerDay: fields.firstContactsPerDay,
			loopLimit: fields.loopLimit,
			loopWindowMs: fields.loopWindowSeconds * 1000,
			allowDangerousRaw: fields.allowDangerousRaw,
		},
		sealingSecret: loggedOut
			? apiHash
			: sessionFileIn(fields.session) === null
				? fields.session
				: formatSession(session),
		settings,
		shownSettings: {
			data_centre: session.dc,
			endpoint: fields.endpoint === '' ? null : fields.endpoint,
			proxy:
				settings.proxy === null
					? null
					: `${settings.proxy.kind} ${settings.proxy.host}:${String(settings.proxy.port)}`,
			device: settings.device.model,
			sends: `${String(fields.sendsPerWindow)} per ${String(fields.windowSeconds)} s`,
			timeout_seconds: fields.timeoutSeconds,
			watched_chats: fields.watchedChats.length,
			keep_texts_hours: fields.keepTextsHours,
			permissions: fields.permissions,
			allowed_chats: fields.allowedChats.length,
		},
	};
}

function readSession(text: string): SessionData {
	try {
		const file = sessionFileIn(text);
		return file === null ? parseSession(text) : parseSessionFile(file);
	} catch (error) {
		if (error instanceof SessionFormatError) throw invalid('session', `cannot be used: ${error.message}`);
		throw error;
	}
}

/** Where a login begins; Telegram sends it on to the account's own data centre. */
const NO_SESSION: SessionData = {
	dc: 2,
	address: DC_ADDRESSES[2] ?? '',
	port: DC_PORT,
	authKey: null,
	userId: null,
};

function at(session: SessionData, endpoint: string): SessionData {
	if (endpoint === '') return session;
	const [, dc, rest = ''] = /^(?:(\d)@)?(.*)$/.exec(endpoint) ?? [];
	// A login may end at another data centre than it began at: its session knows the way.
	if (session.authKey !== null && dc !== undefined && Number(dc) !== session.dc) return session;
	const colon = rest.lastIndexOf(':');
	return {
		...session,
		dc: session.authKey === null && dc !== undefined ? Number(dc) : session.dc,
		address: rest.slice(0, colon).replace(/^\[|\]$/g, ''),
		port: Number(rest.slice(colon + 1)),
	};
}

function readProxy(text: string): TelegramSettings['proxy'] {
	if (text === '') return null;
	const url = URL.parse(text);
	if (url === null) throw invalid('proxyUrl', 'is no address');
	const named = (name: string): string => url.searchParams.get(name) ?? '';
	if (url.protocol === 'tg:' || /(^|\.)t(elegram)?\.me$/.test(url.hostname)) {
		const [host, port, secret] = [named('server'), Number(named('port')), named('secret')];
		if (host === '' || !Number.isInteger(port) || secret === '')
			throw invalid('proxyUrl', 'needs server, port and secret');
		return { kind: 'mtproxy', host, port, secret };
	}
	const kind = /^socks5?h?:$/.test(url.protocol) ? 'socks5' : url.protocol === 'http:' ? 'http' : null;
	if (kind === null || url.hostname === '')
		throw invalid('proxyUrl', 'must be socks5://, http:// or an MTProxy link');
	return {
		kind,
		host: url.hostname,
		port: url.port === '' ? (kind === 'http' ? 80 : 1080) : Number(url.port),
		...(url.username === ''
			? {}
			: { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
	};
}

/** What is always pushed (people, basic groups) may be in the list and needs no watching. */
function isChatName(given: string): boolean {
	return ['id', 'message', 'username'].includes(parseReference(given)?.kind ?? '');
}

function invalid(field: string, problem: string): ChannelError {
	return new ChannelError('credential_invalid', `Telegram credential, field ${field}: ${problem}`, {
		channel: 'telegram',
		field,
		hint: 'Open the Telegram User API credential and correct this field.',
	});
}

function hash(value: string | Buffer): string {
	return createHash('sha256').update(value).digest('hex');
}
