import { NodeHelpers, type INodeParameters } from 'n8n-workflow';
import { expect, test } from 'vitest';
import { MaxUserApi } from '../../credentials/MaxUserApi.credentials';
import { Max } from '../../nodes/Max/Max.node';
import { MaxTrigger } from '../../nodes/Max/MaxTrigger.node';
import { maxDriver } from '../../src/channels/max';

const credential = new MaxUserApi();

/** What n8n hands to a node: defaults filled in, fields that are not shown dropped. */
function decrypted(stored: INodeParameters): INodeParameters {
	return NodeHelpers.getNodeParameters(credential.properties, stored, true, false, null, null) ?? {};
}

test('what a person saves is what the channel reads; every default is the channel’s own', () => {
	const { sealingSecret: _, ...saved } = maxDriver.configure(decrypted({ token: 't', deviceId: 'd' }));
	const { sealingSecret: __, ...bare } = maxDriver.configure({ token: 't', deviceId: 'd' });
	expect(saved).toEqual(bare);
	expect(saved.policy).toMatchObject({ firstContactsPerDay: 5, budget: { points: 20, chatGapMs: 1_000 } });
});

test('an empty credential is one for a login', () => {
	expect(maxDriver.configure(decrypted({})).settings).toMatchObject({ token: null, transport: 'websocket' });
});

test('every field reaches the channel', () => {
	const digests = ['11', '22', '33'].map((pair) => pair.repeat(32));
	const values: INodeParameters = {
		token: 'a-token',
		deviceId: '9f3c1a2b4d5e6f70',
		deviceType: 'ANDROID',
		label: 'Mine',
		permissions: ['read'],
		allowedChats: '5\n-6',
		transport: 'tcp',
		endpoint: 'tls://127.0.0.1:9',
		origin: 'https://example.com',
		proxyUrl: 'socks5://proxy:1',
		redirectDomains: 'example.com',
		interactive: true,
		sendsPerMinute: 7,
		chatGapSeconds: 2,
		loginPerMinute: 3,
		loginPerHour: 4,
		pingSeconds: 20,
		silenceSeconds: 50,
		requestSeconds: 9,
		reconnectMinSeconds: 2,
		reconnectMaxSeconds: 8,
		chatsCount: 15,
		compareSeconds: 60,
		historyPage: 30,
		pageDelayMs: 10,
		firstContactsPerDay: 1,
		loopLimit: 2,
		loopWindowSeconds: 30,
		allowDangerousRaw: true,
		serviceIds: '42',
		phoneHash: '0123456789ABCDEF',
		appVersion: '99.1',
		osVersion: 'Android 14',
		deviceName: 'Phone',
		locale: 'en',
		timezone: 'UTC',
		screen: 'small',
		arch: 'arm',
		buildNumber: 1,
		pushDeviceType: 'HUAWEI',
		fingerprintDigests: digests.join('\n'),
		idEncoding: 'plain',
	};
	expect(maxDriver.configure(decrypted(values))).toMatchObject({
		label: 'Mine',
		policy: {
			permissions: ['read'],
			allowedChats: ['5', '-6'],
			budget: { points: 7, chatGapMs: 2_000 },
			firstContactsPerDay: 1,
			loopLimit: 2,
			loopWindowMs: 30_000,
			allowDangerousRaw: true,
		},
		settings: {
			token: 'a-token',
			deviceId: '9f3c1a2b4d5e6f70',
			transport: 'tcp',
			origin: 'https://example.com',
			proxyUrl: 'socks5://proxy:1',
			redirectDomains: ['example.com'],
			wrapIds: false,
			interactive: true,
			pingMs: 20_000,
			silenceMs: 50_000,
			requestMs: 9_000,
			reconnect: { minMs: 2_000, maxMs: 8_000 },
			logins: { perMinute: 3, perHour: 4 },
			chatsCount: 15,
			compareMs: 60_000,
			historyPage: 30,
			pageDelayMs: 10,
			serviceIds: ['42'],
			phoneHash: '0123456789abcdef',
			device: {
				type: 'ANDROID',
				appVersion: '99.1',
				osVersion: 'Android 14',
				deviceName: 'Phone',
				locale: 'en',
				timezone: 'UTC',
				screen: 'small',
				arch: 'arm',
				buildNumber: 1,
				pushDeviceType: 'HUAWEI',
				digests,
			},
		},
	});
	// Those with no trace above: text for browsers, and certificates, which have to be real.
	const untried = credential.properties
		.filter(({ type, name }) => type !== 'notice' && !(name in values))
		.map(({ name }) => name);
	expect(untried).toEqual(['caCertificates', 'userAgent']);
});

test('no field hides behind another: n8n would drop the value of a proxy that is not shown', () => {
	expect(credential.properties.filter(({ displayOptions }) => displayOptions !== undefined)).toEqual([]);
});

test('secrets are hidden, and only our nodes get it', () => {
	const hidden = credential.properties
		.filter(({ typeOptions }) => typeOptions?.password === true)
		.map(({ name }) => name);
	expect(hidden).toEqual(['token', 'proxyUrl', 'caCertificates']);
	expect(credential.restrictToSupportedNodes).toBe(true);
	for (const node of [new Max(), new MaxTrigger()])
		expect(node.description.credentials?.[0]).toMatchObject({
			name: 'maxUserApi',
			required: true,
			testedBy: 'maxUserApiTest',
		});
});
