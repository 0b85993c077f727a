import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readerLeaseName, sessionLeaseName, type RemoteServer } from '../../src/contract';
import { openRedisCalls, openRedisStore, type RedisSettings } from '../../src/redis';
import { silentLogger, systemClock, systemRandom } from '../../src/runtime';
import { ACCOUNT, consumer, journalEvent } from '../store/support/samples';
import { ManualClock, until } from '../support/manual-clock';
import { RedisCluster, RedisServer } from './support/redis-server';

const PASSWORD = 'a-password-of-redis';
const OWNER = 'host/1/main/aa';
const SESSION = 'session-1';

const services = (settings: RedisSettings) => ({
	...{ settings, clock: systemClock, random: systemRandom, logger: silentLogger },
});

const nobody: RemoteServer = {
	call: () => null,
	yield: async () => false,
	hint: async () => false,
	answer: async () => null,
	told: () => undefined,
};

/** What main and a worker do in every minute of their lives. */
async function serves(settings: RedisSettings): Promise<void> {
	const store = await openRedisStore({ ...services(settings), guardMs: 0 });
	onTestFinished(() => store.close());
	expect(store.info.degraded).toBeNull();
	const session = await store.acquireLease(sessionLeaseName(SESSION), OWNER, 60_000);
	const reader = await store.acquireLease(readerLeaseName(ACCOUNT), OWNER, 60_000);
	if (!session.acquired || !reader.acquired) throw new Error('not acquired');
	expect(await store.renewLeases([session.lease, reader.lease], 60_000)).toEqual([]);
	await store.saveConsumer(consumer('c1'));
	const { token } = reader.lease;
	const { appended } = await store.append(ACCOUNT, {
		token,
		events: [journalEvent('e1')],
		state: { pts: 1 },
	});
	expect(appended.map(({ seq }) => seq)).toEqual([1]);
	expect((await store.readEntries(ACCOUNT, 0, 9)).map(({ eventId }) => eventId)).toEqual(['e1']);
	await store.acknowledge('c1', [1]);
	expect((await store.loadConsumer('c1'))?.position.watermark).toBe(1);

	const items = [{ said: 'ёж' }];
	const owner = { ...nobody, call: () => Promise.resolve({ items }) };
	const calls = await Promise.all([
		openRedisCalls(services(settings), OWNER, owner),
		openRedisCalls(services(settings), 'host/2/worker/bb', nobody),
	]);
	onTestFinished(async () => {
		await Promise.all(calls.map((each) => each.close()));
	});
	const policy = {
		permissions: ['read' as const],
		allowedChats: [],
		budget: { points: 10, windowMs: 60_000, chatGapMs: 0 },
		...{ firstContactsPerDay: 5, loopLimit: 10, loopWindowMs: 120_000, allowDangerousRaw: false },
	};
	const options = { signal: new AbortController().signal, timeoutMs: 30_000 };
	for (let count = 0; count < 100; count += 1) {
		const command = { name: 'chat.list', input: { count } };
		const outcome = await calls[1].call(SESSION, { command, options, policy });
		expect(outcome).toMatchObject({ kind: 'result', result: { items } });
	}
	expect(await calls[1].processes()).toEqual([OWNER]);
}

describe('n8n’s Redis may be', () => {
	let server: RedisServer;
	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(() => server.stop());

	it('one server, in the database n8n has chosen, under its prefix', async () => {
		const settings = server.settings('own', { QUEUE_BULL_REDIS_DB: '3' });
		await serves(settings);
		const client = server.client();
		onTestFinished(() => client.disconnect());
		expect(await client.dbsize()).toBe(0);
		await client.select(3);
		const keys = await client.keys('*');
		expect(keys.length).toBeGreaterThan(5);
		expect(keys.filter((key) => !key.startsWith('own:v1:'))).toEqual([]);
	});

	it('one whose user may do nothing dangerous, subscribe to nothing, and see no keys but n8n’s', async () => {
		const admin = server.client();
		onTestFinished(() => admin.disconnect());
		const rules = ['on', `>${PASSWORD}`, '~bull:*', 'resetchannels', '+@all', '-@dangerous'];
		await admin.call('ACL', 'SETUSER', 'n8n', ...rules);
		await serves(
			server.settings('bull:messenger-accounts', {
				QUEUE_BULL_REDIS_USERNAME: 'n8n',
				QUEUE_BULL_REDIS_PASSWORD: PASSWORD,
			}),
		);
	});

	it('one behind TLS', async () => {
		const tls = await behindTls(server.port);
		onTestFinished(() => void tls.server.close());
		const port = String(tls.port);
		const more = { QUEUE_BULL_REDIS_PORT: port, QUEUE_BULL_REDIS_TLS: 'true' };
		await serves(server.settings('tls', { ...more, QUEUE_BULL_REDIS_TLS_VALIDATE_CERTIFICATE: 'false' }));
		const clock = new ManualClock();
		let warnings = 0;
		const logger = { ...silentLogger, warn: () => void (warnings += 1) };
		const refused = openRedisStore({ ...services(server.settings('tls', more)), clock, logger });
		const told = expect(refused).rejects.toThrow('DEPTH_ZERO');
		await until(() => warnings > 0, 'the certificate to be refused', 1_000_000);
		await clock.advance(10_000);
		await told;
	});

	it('one that forgets its scripts again and again, as one behind a proxy may', async () => {
		const admin = server.client();
		let isOver = false;
		const forgetting = (async () => {
			while (!isOver) await admin.script('FLUSH');
		})();
		await serves(server.settings('forgetful')).finally(() => (isOver = true));
		await forgetting;
		admin.disconnect();
	});

	it('a cluster', async () => {
		const cluster = await RedisCluster.start();
		onTestFinished(() => cluster.stop());
		await serves(cluster.settings('cluster'));
	});
});

/** What a provider of Redis puts before it: the same bytes inside TLS, under a certificate nobody has signed. */
async function behindTls(port: number): Promise<{ server: Server; port: number }> {
	const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
	const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
	const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes', '-newkey', 'rsa:2048'];
	execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
	const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (near) => {
		const far = connect(port, '127.0.0.1');
		for (const socket of [near, far]) socket.on('error', () => undefined);
		near.on('close', () => far.destroy());
		far.on('close', () => near.destroy());
		near.pipe(far).pipe(near);
	});
	rmSync(folder, { recursive: true, force: true });
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	return { server, port: address.port };
}
