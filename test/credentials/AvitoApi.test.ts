import { NodeHelpers, type INodeParameters } from 'n8n-workflow';
import { expect, test } from 'vitest';
import { AvitoApi } from '../../credentials/AvitoApi.credentials';
import { Avito } from '../../nodes/Avito/Avito.node';
import { AvitoTrigger } from '../../nodes/Avito/AvitoTrigger.node';
import { avitoDriver } from '../../src/channels/avito';

const credential = new AvitoApi();

/** What n8n hands to a node: defaults filled in, fields that are not shown dropped. */
function decrypted(stored: INodeParameters): INodeParameters {
	return NodeHelpers.getNodeParameters(credential.properties, stored, true, false, null, null) ?? {};
}

test('what a person saves is what the channel reads, defaults included', () => {
	const config = avitoDriver.configure(decrypted({ clientId: 'id', clientSecret: 'secret' }));
	expect(config.policy).toEqual({
		permissions: ['read', 'send', 'delete', 'account'],
		allowedChats: [],
		budget: { points: 100, windowMs: 60_000, chatGapMs: 0 },
		firstContactsPerDay: 20,
		loopLimit: 10,
		loopWindowMs: 120_000,
		allowDangerousRaw: false,
	});
	expect(config.settings).toMatchObject({
		endpoint: 'https://api.avito.ru',
		connections: 20,
		timeoutMs: 30_000,
		retry: { times: 3, minMs: 1_000, maxMs: 10_000 },
		reconcileMs: 300_000,
	});
});

test('every field reaches the channel', () => {
	const config = avitoDriver.configure(
		decrypted({
			clientId: 'id',
			clientSecret: 'secret',
			userId: '94000001',
			label: 'Shop',
			permissions: ['read'],
			allowedChats: 'u2i-1\nu2i-2',
			endpoint: 'http://127.0.0.1:9',
			proxyUrl: 'http://proxy:1',
			requestsPerMinute: 60,
			connections: 5,
			timeoutSeconds: 10,
			retries: 1,
			phoneHash: '0123456789ABCDEF',
		}),
	);
	expect(config).toMatchObject({
		label: 'Shop',
		policy: { permissions: ['read'], allowedChats: ['u2i-1', 'u2i-2'], budget: { points: 60 } },
		settings: {
			userId: '94000001',
			endpoint: 'http://127.0.0.1:9',
			proxyUrl: 'http://proxy:1',
			connections: 5,
			timeoutMs: 10_000,
			retry: { times: 1 },
			phoneHash: '0123456789abcdef',
		},
	});
});

test('no field hides behind another: n8n would drop the value of a proxy that is not shown', () => {
	expect(credential.properties.filter(({ displayOptions }) => displayOptions !== undefined)).toEqual([]);
});

test('secrets are hidden, and only our nodes get it', () => {
	const hidden = credential.properties
		.filter(({ typeOptions }) => typeOptions?.password === true)
		.map(({ name }) => name);
	expect(hidden).toEqual(['clientSecret', 'proxyUrl', 'caCertificate']);
	expect(credential.restrictToSupportedNodes).toBe(true);
	for (const node of [new Avito(), new AvitoTrigger()])
		expect(node.description.credentials?.[0]).toMatchObject({
			name: 'avitoApi',
			required: true,
			testedBy: 'avitoApiTest',
		});
});
