import { NodeHelpers, type INodeParameters } from 'n8n-workflow';
import { afterEach, expect, test, vi } from 'vitest';
import { TelegramUserApi } from '../../credentials/TelegramUserApi.credentials';
import { TelegramUser } from '../../nodes/TelegramUser/TelegramUser.node';
import { TelegramUserTrigger } from '../../nodes/TelegramUser/TelegramUserTrigger.node';
import { telegramDriver } from '../../src/channels/telegram';
import { formatSession } from '../../src/channels/telegram/sessions';

const credential = new TelegramUserApi();
const API = { apiId: '12345', apiHash: '0123456789abcdef0123456789abcdef' };
const session = formatSession({
	dc: 2,
	address: '149.154.167.51',
	port: 443,
	authKey: Buffer.alloc(256, 7),
	userId: null,
});

/** What n8n hands to a node: defaults filled in, fields that are not shown dropped. */
function decrypted(stored: INodeParameters): INodeParameters {
	return NodeHelpers.getNodeParameters(credential.properties, stored, true, false, null, null) ?? {};
}

afterEach(() => {
	vi.unstubAllEnvs();
});

test('what a person saves is what the channel reads; every default is the channel’s own', () => {
	const { sealingSecret: _, ...saved } = telegramDriver.configure(decrypted({ ...API, session }));
	const { sealingSecret: __, ...bare } = telegramDriver.configure({ ...API, session });
	expect(saved).toEqual(bare);
	expect(saved.policy).toMatchObject({ firstContactsPerDay: 20, budget: { points: 10, windowMs: 60_000 } });
});

test('an empty session is for a login, and the server may hold API ID and hash', () => {
	vi.stubEnv('TELEGRAM_API_ID', '777');
	vi.stubEnv('TELEGRAM_API_HASH', 'f'.repeat(32));
	expect(telegramDriver.configure(decrypted({})).settings).toMatchObject({
		apiId: 777,
		apiHash: 'f'.repeat(32),
		loggedOut: true,
	});
});

test('every field reaches the channel', () => {
	const values: INodeParameters = {
		...API,
		session,
		label: 'Mine',
		permissions: ['read'],
		allowedChats: '5\n-6',
		proxyUrl: 'socks5://user:word@proxy:1',
		deviceName: 'Robot',
		endpoint: '127.0.0.1:4430',
		publicKey: 'a key',
		sendsPerWindow: 7,
		windowSeconds: 30,
		chatGapSeconds: 2,
		timeoutSeconds: 9,
		watchedChats: '-1001, -1002',
		keepTextsHours: 2,
		firstContactsPerDay: 1,
		loopLimit: 2,
		loopWindowSeconds: 20,
		allowDangerousRaw: true,
		phoneHash: '0123456789ABCDEF',
	};
	expect(telegramDriver.configure(decrypted(values))).toMatchObject({
		label: 'Mine',
		policy: {
			permissions: ['read'],
			allowedChats: ['5', '-6'],
			budget: { points: 7, windowMs: 30_000, chatGapMs: 2_000 },
			firstContactsPerDay: 1,
			loopLimit: 2,
			loopWindowMs: 20_000,
			allowDangerousRaw: true,
		},
		settings: {
			apiId: 12_345,
			apiHash: API.apiHash,
			loggedOut: false,
			session: { dc: 2, address: '127.0.0.1', port: 4430 },
			proxy: { kind: 'socks5', host: 'proxy', port: 1, username: 'user', password: 'word' },
			device: { model: 'Robot' },
			publicKeys: ['a key'],
			timeoutMs: 9_000,
			watched: ['-1001', '-1002'],
			keepTextsMs: 7_200_000,
			phoneHash: '0123456789abcdef',
		},
	});
	const untried = credential.properties.filter(({ type, name }) => type !== 'notice' && !(name in values));
	expect(untried).toEqual([]);
});

test('no field hides behind another: n8n would drop the value of a proxy that is not shown', () => {
	expect(credential.properties.filter(({ displayOptions }) => displayOptions !== undefined)).toEqual([]);
});

test('secrets are hidden, and only our nodes get it', () => {
	const hidden = credential.properties
		.filter(({ typeOptions }) => typeOptions?.password === true)
		.map(({ name }) => name);
	expect(hidden).toEqual(['apiHash', 'session', 'proxyUrl']);
	expect(credential.restrictToSupportedNodes).toBe(true);
	for (const node of [new TelegramUser(), new TelegramUserTrigger()])
		expect(node.description.credentials?.[0]).toMatchObject({
			name: 'telegramUserApi',
			required: true,
			testedBy: 'telegramUserApiTest',
		});
});
