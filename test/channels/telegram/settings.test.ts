import { createServer, connect, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { telegramDriver } from '../../../src/channels/telegram';
import { formatSession } from '../../../src/channels/telegram/sessions';
import type { TelegramSettings } from '../../../src/channels/telegram/settings';
import { API, startBench } from './fixture';

const session = formatSession({
	dc: 2,
	address: '149.154.167.51',
	port: 443,
	authKey: Buffer.alloc(256, 7),
	userId: null,
});
const fields = { ...API, session };

describe('the credential', () => {
	it('names the session by its key and shows no secret', () => {
		const config = telegramDriver.configure({ ...fields, proxyUrl: 'socks5://user:pass@proxy.test:1080' });
		expect(config.session).toMatch(/^telegram:[0-9a-f]{32}$/);
		const shown = JSON.stringify([config.shownSettings, config.session, config.settingsHash]);
		for (const secret of [session, API.apiHash, 'pass', 'user:']) expect(shown).not.toContain(secret);
		expect(config.shownSettings['proxy']).toBe('socks5 proxy.test:1080');
	});

	it.each([
		['apiId', { ...fields, apiId: 'x' }],
		['apiHash', { ...fields, apiHash: 'short' }],
		['session', { ...fields, session: session.slice(0, 120) }],
		['proxyUrl', { ...fields, proxyUrl: 'ftp://proxy.test' }],
		['endpoint', { ...fields, endpoint: 'nowhere' }],
		['permissions', { ...fields, permissions: ['everything'] }],
	])('says which field is wrong (%s) without repeating it', (field, given) => {
		const refused = (): unknown => telegramDriver.configure(given);
		expect(refused).toThrow(expect.objectContaining({ code: 'credential_invalid', field }) as Error);
		expect(refused).not.toThrow(session.slice(0, 60));
	});

	it('begins a login at the endpoint, and leaves a session of another data centre its own address', () => {
		const sessionOf = (endpoint: string, text = session): unknown =>
			(telegramDriver.configure({ ...fields, session: text, endpoint }).settings as TelegramSettings).session;
		expect(sessionOf('4@sandbox.test:1443', '')).toMatchObject({
			dc: 4,
			address: 'sandbox.test',
			port: 1443,
		});
		expect(sessionOf('2@sandbox.test:1443')).toMatchObject({ dc: 2, address: 'sandbox.test', port: 1443 });
		expect(sessionOf('sandbox.test:1443')).toMatchObject({ dc: 2, address: 'sandbox.test', port: 1443 });
		expect(sessionOf('4@sandbox.test:1443')).toMatchObject({ dc: 2, address: '149.154.167.51', port: 443 });
	});

	it('reads an MTProxy link', () => {
		const { settings } = telegramDriver.configure({
			...fields,
			proxyUrl: 'https://t.me/proxy?server=mt.test&port=443&secret=dd00112233445566778899aabbccddeeff',
		});
		expect(settings).toMatchObject({ proxy: { kind: 'mtproxy', host: 'mt.test', port: 443 } });
	});
});

describe('a proxy', () => {
	it('carries every connection (HTTP CONNECT)', async () => {
		const targets: string[] = [];
		const proxy = createServer((client) => {
			client.on('error', () => undefined);
			client.once('data', (head) => {
				const target = /^CONNECT ([\d.]+):(\d+) /.exec(head.toString('latin1'));
				if (target === null) return void client.destroy();
				targets.push(`${String(target[1])}:${String(target[2])}`);
				const upstream = connect(Number(target[2]), target[1], () => {
					client.write('HTTP/1.1 200 Connection established\r\n\r\n');
					client.pipe(upstream).pipe(client);
				});
				upstream.on('error', () => client.destroy());
				client.on('close', () => upstream.destroy());
			});
		});
		await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
		onTestFinished(() => void proxy.close());
		const bench = await startBench({
			proxyUrl: `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`,
		});
		const before = bench.sandbox.control.connections({}).length;
		const account = await bench.open();
		expect(account.profile.name).toBe('Boris');
		expect(targets).toEqual([`127.0.0.1:${String(bench.sandbox.dcs[1]?.port)}`]);
		expect(bench.sandbox.control.connections({})).toHaveLength(before + 1);
	});

	it('that is dead is an error, never left out', async () => {
		const closed = createServer();
		await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
		const { port } = closed.address() as AddressInfo;
		await new Promise((resolve) => closed.close(resolve));
		const bench = await startBench({ proxyUrl: `socks5://127.0.0.1:${String(port)}` });
		const before = bench.sandbox.control.connections({}).length;
		await expect(bench.open()).rejects.toMatchObject({ code: 'unreachable' });
		expect(bench.sandbox.control.connections({})).toHaveLength(before);
	});
});
