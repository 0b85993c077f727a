import { describe, expect, it } from 'vitest';
import { configure } from '../../../src/channels/avito/settings';
import { accountPolicySchema } from '../../../src/contract/schemas';

const keys = { clientId: 'id-1', clientSecret: 'secret-1' };

describe('the Avito credential', () => {
	it('needs the two keys only; the rest has the documented defaults', () => {
		const config = configure(keys);
		expect(config).toMatchObject({
			channel: 'avito',
			label: 'Avito id-1',
			settings: {
				endpoint: 'https://api.avito.ru',
				tokenPath: '/token',
				userId: null,
				connections: 20,
				timeoutMs: 30_000,
				retry: { times: 3, minMs: 1_000, maxMs: 10_000 },
				reconcileMs: 300_000,
			},
			policy: { budget: { points: 100, windowMs: 60_000, chatGapMs: 0 }, allowedChats: [] },
		});
		expect(accountPolicySchema.parse(config.policy)).toEqual(config.policy);
	});

	it('takes what n8n stores: numbers as text, lists as text, empty fields', () => {
		const { settings, policy } = configure({
			...keys,
			clientId: ' id-1 ',
			userId: 94000001,
			connections: '5',
			timeoutSeconds: '',
			allowedChats: 'u2i-a, u2i-b\nu2i-c',
			permissions: ['read'],
			oauthTokenData: { left: 'over' },
		});
		expect(settings).toMatchObject({
			clientId: 'id-1',
			userId: '94000001',
			connections: 5,
			timeoutMs: 30_000,
		});
		expect(policy).toMatchObject({ allowedChats: ['u2i-a', 'u2i-b', 'u2i-c'], permissions: ['read'] });
	});

	it.each([
		['clientSecret', { clientId: 'x' }, 'is missing'],
		['clientId', { ...keys, clientId: '  ' }, 'is missing'],
		['userId', { ...keys, userId: 'me' }, 'must be a number or empty'],
		['endpoint', { ...keys, endpoint: 'ftp://x' }, 'must be an address that begins with https://'],
		['proxyUrl', { ...keys, proxyUrl: 'proxy:3128' }, 'must be an address such as http://'],
		['connections', { ...keys, connections: 0 }, ''],
		['phoneHash', { ...keys, phoneHash: '+79990000000' }, 'must be 16 hex digits'],
		['permissions', { ...keys, permissions: ['everything'] }, ''],
	])('names the field that is wrong and how it has to be: %s', (field, credential, problem) => {
		expect(() => configure(credential)).toThrow(
			expect.objectContaining({
				code: 'credential_invalid',
				field,
				message: expect.stringContaining(`field ${field}: ${problem}`) as string,
			}) as Error,
		);
	});

	it('keys the session on client id and user id, and reopens when the connection settings differ', () => {
		const base = configure(keys);
		expect(configure({ ...keys, clientSecret: 'other' }).session).toBe(base.session);
		expect(configure({ ...keys, userId: '1' }).session).not.toBe(base.session);
		expect(configure({ ...keys, clientId: 'id-2' }).session).not.toBe(base.session);
		expect(configure({ ...keys, proxyUrl: 'http://p:1' }).settingsHash).not.toBe(base.settingsHash);
		expect(configure({ ...keys, label: 'New name' }).settingsHash).toBe(base.settingsHash);
	});

	it('shows no secret', () => {
		const config = configure({ ...keys, proxyUrl: 'http://user:pass-word@proxy.example:3128' });
		const shown = JSON.stringify([config.shownSettings, config.session, config.settingsHash, config.label]);
		expect(shown).not.toMatch(/secret-1|pass-word/);
		expect(config.shownSettings['proxy']).toBe('http://proxy.example:3128');
	});
});
