import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { maxDriver } from '../../src/channels/max';
import { telegramDriver } from '../../src/channels/telegram';
import type { Clock } from '../../src/contract';
import { AccountPool, type Pool } from '../../src/pool';
import { openRedisCalls, openRedisStore } from '../../src/redis';
import { silentLogger, systemClock, systemRandom } from '../../src/runtime';
import { decode } from '../e2e/login/camera';
import { startPageServer, type PageServer } from '../n8n/login/support/page-server';
import { Visitor } from '../n8n/login/support/visitor';
import { RedisServer } from '../redis/support/redis-server';
import { startMaxSandbox, type MaxSandbox } from '../sandbox/max';
import { startTelegramSandbox, type TelegramSandbox } from '../sandbox/telegram';

/**
 * *Messenger Login* where n8n has several processes for webhooks: whatever spreads the requests gives each click to
 * another one. What a visit needs is in Redis; none of the processes knows it by itself.
 */
const API = { apiId: '12345', apiHash: '0123456789abcdef0123456789abcdef' };

let redis: RedisServer;
let max: MaxSandbox;
let telegram: TelegramSandbox;
let pools: Pool[];
let server: PageServer;
let asked = 0;
let later = 0;
let prefix = 0;
/** The real one, put forward between two looks at a picture. */
const clock: Clock = { ...systemClock, now: () => systemClock.now() + later };

beforeAll(async () => {
	[redis, max, telegram] = await Promise.all([
		RedisServer.start(),
		startMaxSandbox(),
		startTelegramSandbox(),
	]);
});

afterAll(async () => {
	await Promise.all([redis.stop(), max.close(), telegram.close()]);
});

beforeEach(async () => {
	prefix += 1;
	asked = 0;
	later = 0;
	pools = ['webhook-1', 'webhook-2', 'webhook-3'].map((role) => processOf(role));
	const dc = telegram.dcs[1]!;
	const fingerprintDigests = ['11', '22', '33'].map((pair) => pair.repeat(32)).join('\n');
	const node = {
		parameters: { messengers: ['max', 'telegram'], handOver: ['credential', 'page'], options: {} },
		credentials: {
			maxUserApi: { endpoint: max.addresses.tcpPlain, fingerprintDigests },
			telegramUserApi: { ...API, endpoint: `2@127.0.0.1:${String(dc.port)}`, publicKey: dc.publicKeyPem },
		},
	};
	server = await startPageServer(node, clock, whicheverIsNext());
});

afterEach(async () => {
	await server.close();
	await Promise.all(pools.map((pool) => pool.shutdown()));
});

function processOf(role: string): Pool {
	const shared = {
		settings: redis.settings(`login-${String(prefix)}`),
		clock,
		random: systemRandom,
		logger: silentLogger,
	};
	return new AccountPool({
		drivers: [maxDriver, telegramDriver],
		openStore: () => openRedisStore({ ...shared, guardMs: 0 }),
		openRemoteCalls: (holder, calls) => openRedisCalls(shared, holder, calls),
		clock,
		random: systemRandom,
		logger: silentLogger,
		processName: `one-host/7/${role}`,
		version: '0.0.0',
	});
}

/** The pool of the process whose turn it is. */
function whicheverIsNext(): Pool {
	return new Proxy({} as Pool, {
		get: (_, name: keyof Pool) => {
			const pool = pools[asked % pools.length]!;
			return (pool[name] as (...given: unknown[]) => unknown).bind(pool);
		},
	});
}

/** A visitor each of whose clicks is another process's. */
class SpreadVisitor extends Visitor {
	override press(action: string, fields: Record<string, string> = {}): Promise<this> {
		asked += 1;
		return super.press(action, fields);
	}
}

async function visit(messenger: 'max' | 'telegram'): Promise<SpreadVisitor> {
	const visitor = await new SpreadVisitor(server.url, { 'accept-language': 'en' }).open();
	return visitor.press('start', { messenger });
}

/** The picture of the code appears with the first look; looks are two seconds apart. */
async function look(visitor: SpreadVisitor): Promise<void> {
	later += 3_000;
	await visitor.press('poll');
}

/** What a phone's camera reads from it. */
function picture({ text }: Visitor): string {
	const path = /crispEdges"[^>]*><path d="([^"]+)"/.exec(text)?.[1] ?? '';
	return decode(path, Number(/viewBox="0 0 (\d+) /.exec(text)?.[1]));
}

describe('a login whose every step another process serves', () => {
	it('to Telegram by phone, with a wrong code and the password', async () => {
		const [anna] = telegram.accounts;
		const visitor = await visit('telegram');
		await visitor.press('way', { value: 'phone' });
		await visitor.press('phone', { country: 'RU', phone: anna.phone });
		expect(visitor.view).toBe('code');
		await visitor.press('code', { code: '00000' });
		expect(visitor.words).toContain('The code is wrong');
		await visitor.press('code', { code: anna.code });
		expect(visitor.view).toBe('password');
		await visitor.press('password', { password: anna.password ?? '' });
		expect(visitor.view).toBe('done');
		expect(visitor.words).toContain('Logged in as Anna Lee');
		expect(server.started).toMatchObject([{ channel: 'telegram', user_id: anna.id, way: 'phone' }]);
	});

	it('to MAX by phone, with the password', async () => {
		const [anna] = max.accounts;
		const visitor = await visit('max');
		await visitor.press('phone', { country: 'RU', phone: anna.phone });
		expect(visitor.view).toBe('code');
		await visitor.press('code', { code: max.control.lastCode({ phone: anna.phone }).code ?? '' });
		expect(visitor.view).toBe('password');
		await visitor.press('password', { password: anna.password ?? '' });
		expect(visitor.view).toBe('done');
		expect(server.started).toMatchObject([{ channel: 'max', user_id: anna.id, way: 'phone' }]);
	});

	it('to Telegram by QR code', async () => {
		const [, boris] = telegram.accounts;
		const visitor = await visit('telegram');
		await look(visitor);
		expect(visitor.view).toBe('qr');
		telegram.control.scanQr({ account: boris.id, token: picture(visitor) });
		await look(visitor);
		expect(visitor.view).toBe('done');
		expect(server.started).toMatchObject([{ channel: 'telegram', user_id: boris.id, way: 'qr' }]);
	});
});

it('a login goes on in another process when the one that asked for the code is gone', async () => {
	const [, boris] = telegram.accounts;
	const visitor = await visit('telegram');
	await visitor.press('way', { value: 'phone' });
	await visitor.press('phone', { country: 'RU', phone: boris.phone });
	expect(visitor.view).toBe('code');
	await Promise.all(pools.map((pool) => pool.shutdown()));
	pools = [processOf('webhook-4')];
	await visitor.press('code', { code: boris.code });
	expect(visitor.view).toBe('done');
	expect(server.started).toMatchObject([{ channel: 'telegram', user_id: boris.id }]);
});
