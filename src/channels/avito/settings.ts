import { createHash } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { z } from '#lib/zod';
import { ChannelError, type AccountConfig } from '../../contract';
import { fieldText, listField, numberField, permissionsField } from '../../contract/schemas';

const DEFAULT_ENDPOINT = 'https://api.avito.ru';

/**
 * The fields of the *Avito API* credential. n8n hands numbers and lists over as it stored them, older entries as text,
 * absent optional fields as ''; anything it adds of its own is ignored.
 */
const credentialSchema = z.object({
	/** name of the account in events and lists */
	label: fieldText.default(''),
	clientId: fieldText.default('').pipe(z.string().min(1, 'is missing')),
	clientSecret: fieldText.default('').pipe(z.string().min(1, 'is missing')),
	/** digits; empty = asked from Avito (`/core/v1/accounts/self`) */
	userId: fieldText.default('').pipe(z.string().regex(/^\d*$/, 'must be a number or empty')),
	/** origin of the API; another one points at the sandbox or a gateway of your own */
	endpoint: fieldText
		.default('')
		.transform((value) => value || DEFAULT_ENDPOINT)
		.pipe(z.url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://' })),
	/** the OpenAPI says `/token`, Avito's own curl samples `/token/` */
	tokenPath: fieldText
		.default('')
		.transform((value) => value || '/token')
		.pipe(z.string().startsWith('/')),
	/** http://, https://, socks5:// with optional user:password@ */
	proxyUrl: fieldText
		.default('')
		.pipe(
			z.union(
				[z.literal(''), z.url({ protocol: /^(https?|socks5h?|socks)$/ })],
				'must be an address such as http://user:password@proxy.example.com:3128',
			),
		),
	/** PEM text of a further certificate authority, e.g. of an inspecting proxy */
	caCertificate: fieldText.default(''),
	connections: numberField(20, 1, 100),
	timeoutSeconds: numberField(30, 1, 300),
	retries: numberField(3, 0, 10),
	retryMinSeconds: numberField(1, 0, 60),
	retryMaxSeconds: numberField(10, 0, 300),
	/** failures in a row that open the circuit; 0 = no circuit breaker */
	breakerFailures: numberField(5, 0, 1000),
	breakerSeconds: numberField(30, 1, 3600),
	requestsPerMinute: numberField(100, 1, 10_000),
	/** least time between two sends to one chat */
	chatGapSeconds: numberField(0, 0, 3600),
	/** how often missed messages are looked for */
	reconcileSeconds: numberField(300, 5, 86_400),
	permissions: permissionsField,
	allowedChats: listField.default([]),
	firstContactsPerDay: numberField(20, 0, 10_000),
	loopLimit: numberField(10, 0, 10_000),
	loopWindowSeconds: numberField(120, 1, 86_400),
	allowDangerousRaw: z.boolean().default(false),
	/** 16 hex digits, to match an older system; empty = computed */
	phoneHash: fieldText
		.default('')
		.pipe(z.union([z.literal(''), z.string().regex(/^[0-9a-f]{16}$/i)], 'must be 16 hex digits')),
});

/** What the rest of the channel works with; milliseconds throughout. */
export interface AvitoSettings {
	label: string;
	clientId: string;
	clientSecret: string;
	userId: string | null;
	/** origin without a closing slash */
	endpoint: string;
	tokenPath: string;
	proxyUrl: string | null;
	/** certificate authorities, or null for Node's own list */
	ca: string[] | null;
	connections: number;
	timeoutMs: number;
	retry: { times: number; minMs: number; maxMs: number };
	breaker: { failures: number; openMs: number };
	reconcileMs: number;
	allowedChats: readonly string[];
	phoneHash: string | null;
}

/**
 * Credential fields → account configuration.
 * @throws ChannelError `credential_invalid` with the field's name
 */
export function configure(credential: unknown): AccountConfig & { settings: AvitoSettings } {
	const parsed = credentialSchema.safeParse(credential);
	if (!parsed.success) throw invalidCredential(parsed.error);
	const fields = parsed.data;
	const endpoint = new URL(fields.endpoint);
	const settings: AvitoSettings = {
		label: fields.label || `Avito ${fields.userId || fields.clientId}`,
		clientId: fields.clientId,
		clientSecret: fields.clientSecret,
		userId: fields.userId === '' ? null : fields.userId,
		endpoint: endpoint.origin,
		tokenPath: fields.tokenPath,
		proxyUrl: fields.proxyUrl === '' ? null : fields.proxyUrl,
		ca: fields.caCertificate === '' ? null : [...rootCertificates, fields.caCertificate],
		connections: fields.connections,
		timeoutMs: fields.timeoutSeconds * 1000,
		retry: {
			times: fields.retries,
			minMs: fields.retryMinSeconds * 1000,
			maxMs: Math.max(fields.retryMinSeconds, fields.retryMaxSeconds) * 1000,
		},
		breaker: { failures: fields.breakerFailures, openMs: fields.breakerSeconds * 1000 },
		reconcileMs: fields.reconcileSeconds * 1000,
		allowedChats: fields.allowedChats,
		phoneHash: fields.phoneHash === '' ? null : fields.phoneHash.toLowerCase(),
	};
	return {
		channel: 'avito',
		session: `avito:${hash(`${fields.clientId}\n${fields.userId}`).slice(0, 32)}`,
		settingsHash: hash(JSON.stringify({ ...settings, label: '', allowedChats: [] })),
		label: settings.label,
		policy: {
			permissions: fields.permissions,
			allowedChats: fields.allowedChats,
			budget: { points: fields.requestsPerMinute, windowMs: 60_000, chatGapMs: fields.chatGapSeconds * 1000 },
			firstContactsPerDay: fields.firstContactsPerDay,
			loopLimit: fields.loopLimit,
			loopWindowMs: fields.loopWindowSeconds * 1000,
			allowDangerousRaw: fields.allowDangerousRaw,
		},
		sealingSecret: fields.clientSecret,
		settings,
		shownSettings: {
			endpoint: settings.endpoint,
			proxy: settings.proxyUrl === null ? null : withoutPassword(settings.proxyUrl),
			connections: settings.connections,
			timeout_seconds: fields.timeoutSeconds,
			retries: fields.retries,
			requests_per_minute: fields.requestsPerMinute,
			reconcile_seconds: fields.reconcileSeconds,
			permissions: fields.permissions,
			allowed_chats: fields.allowedChats.length,
		},
	};
}

function invalidCredential(error: z.ZodError): ChannelError {
	const issue = error.issues[0];
	const field = String(issue?.path[0] ?? 'credential');
	return new ChannelError(
		'credential_invalid',
		`Avito credential, field ${field}: ${issue?.message ?? 'is wrong'}`,
		{
			channel: 'avito',
			field,
			hint: 'Open the Avito API credential and correct this field.',
		},
	);
}

function withoutPassword(url: string): string {
	const { protocol, host } = new URL(url);
	return `${protocol}//${host}`;
}

function hash(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
