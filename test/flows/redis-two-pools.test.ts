import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { avitoDriver } from '../../src/channels/avito';
import type { ChannelError, ChannelEvent } from '../../src/contract';
import { eventFilterSchema } from '../../src/contract/schemas';
import { AccountPool, type CredentialSource, type Lease, type Pool } from '../../src/pool';
import { openRedisCalls, openRedisStore, type RedisSettings } from '../../src/redis';
import { silentLogger, systemRandom } from '../../src/runtime';
import { complaints, listKeys } from '../redis/support/key-table';
import { RedisServer } from '../redis/support/redis-server';
import { Relay } from '../redis/support/relay';
import { startAvitoSandbox, type AvitoSandbox } from '../sandbox/avito';
import { ManualClock, passes as timePasses } from '../support/manual-clock';

let redis: RedisServer;
let sandbox: AvitoSandbox;
let clock: ManualClock;
let prefix = 0;
const pools: Pool[] = [];
const relays: Relay[] = [];

beforeAll(async () => {
	redis = await RedisServer.start();
});
afterAll(() => redis.stop());

beforeEach(async () => {
	prefix += 1;
	clock = new ManualClock(Date.now());
	sandbox = await startAvitoSandbox({
		clock: { now: () => clock.now(), setTimer: (ms, run) => clock.after(ms, run) },
	});
});

afterEach(async () => {
	let closed = 0;
	const closing = pools.splice(0);
	for (const pool of closing) void pool.shutdown().then(() => (closed += 1));
	await passes(() => closed === closing.length, 'the pools to close');
	await Promise.all(relays.splice(0).map((relay) => relay.close()));
	await sandbox.close();
});

/** One process of n8n, as far as this package is concerned: a pool of its own on the shared Redis. */
function processOf(role: string, settings: RedisSettings = redis.settings(`flow-${prefix}`)): Pool {
	// All of them live by the test's clock, Redis' leases included.
	const shared = { settings, clock, random: systemRandom, logger: silentLogger, leaseTime: 'clock' } as const;
	const pool = new AccountPool({
		drivers: [avitoDriver],
		openStore: () => openRedisStore({ ...shared, guardMs: 0 }),
		openRemoteCalls: (holder, server) => openRedisCalls(shared, holder, server),
		clock,
		random: systemRandom,
		logger: silentLogger,
		processName: `one-host/7/${role}`,
		version: '0.0.0',
	});
	pools.push(pool);
	return pool;
}

/** A process whose way to Redis can be cut. */
async function cuttable(role: string): Promise<{ pool: Pool; relay: Relay }> {
	const relay = await Relay.to(redis.port);
	relays.push(relay);
	const settings = { ...redis.settings(`flow-${prefix}`), nodes: [{ host: '127.0.0.1', port: relay.port }] };
	return { pool: processOf(role, settings), relay };
}

function credential(): CredentialSource {
	const { client_id, client_secret } = sandbox.accounts[0];
	const data = { clientId: client_id, clientSecret: client_secret, endpoint: sandbox.origin };
	return { channel: 'avito', id: 'credential-1', data, read: () => Promise.resolve(data) };
}

function trigger(pool: Pool) {
	const texts: string[] = [];
	const events: ChannelEvent[] = [];
	const problems: ChannelError[] = [];
	let live = false;
	const subscription = pool.subscribe({
		credential: credential(),
		identity: { instance: 'i', workflow: 'w', node: 'n' },
		// No webhook: it looks for messages itself.
		pollEveryMs: () => 5_000,
		options: {
			filter: eventFilterSchema.parse({}),
			wantsRaw: false,
			start: { from: 'now' },
			catchUpMs: 86_400_000,
			catchUpPerChat: 1_000,
			window: 5,
			chatOrderMs: 30_000,
			acknowledge: 'immediately',
			batch: null,
			quietAfterDeviceMs: 0,
		},
		deliver: (delivery) => {
			events.push(...delivery.events);
			texts.push(...delivery.events.map(({ text }) => text));
			return Promise.resolve({ kind: 'finished', ok: true });
		},
		report: ({ error }) => problems.push(error),
	});
	void subscription.live.then(() => (live = true));
	return { subscription, texts, events, problems, isLive: () => live };
}

const passes = (condition: () => boolean, what: string): Promise<void> =>
	timePasses(clock, condition, what, { stepMs: 1_000, steps: 300 });

async function result<T>(work: Promise<T>, what: string): Promise<T> {
	let settled = false;
	const done = (): void => void (settled = true);
	work.then(done, done);
	await passes(() => settled, what);
	return work;
}

const send = (lease: Lease, chat: string, text: string, key: string) =>
	lease.call(
		{ name: 'message.send', input: { chatId: chat, text } },
		{ idempotency: { key, rememberMs: 86_400_000 } },
	);

const owner = async (lease: Lease) =>
	(await result(lease.call({ name: 'account.getStatus', input: {} }), 'the status')).items[0]?.['owner'];

const tokens = () => sandbox.control.requests({}).filter(({ path }) => path.startsWith('/token')).length;
const sent = () => sandbox.control.outbox({}).map(({ text }) => text);

describe('two processes on one Redis', () => {
	it('a trigger in main, sends from main and worker: one token, one owner, every send once', async () => {
		const main = processOf('main');
		const worker = processOf('worker');
		const listening = trigger(main);
		await passes(listening.isLive, 'the trigger to be live');
		const { chat_id } = sandbox.control.incoming({ text: 'hello' });
		await passes(() => listening.texts.length > 0, 'the message');
		const leases = [main.lease(credential()), worker.lease(credential())] as const;
		const sends = Array.from({ length: 20 }, (_, n) => send(leases[n % 2]!, chat_id, `reply ${n}`, `k${n}`));
		const results = await result(Promise.all(sends), 'twenty sends');
		expect(new Set(results.map(({ items }) => items[0]?.['message_id'])).size).toBe(20);
		expect([...sent()].sort()).toEqual(Array.from({ length: 20 }, (_, n) => `reply ${n}`).sort());
		expect(tokens()).toBe(1);
		expect(await owner(leases[1])).toBe('one-host/7/main');
		// The same job run again, in the other process: nothing is sent, the first result comes back.
		const again = await result(send(leases[0], chat_id, 'reply 1', 'k1'), 'the repeat');
		expect(again.items[0]).toMatchObject({
			message_id: results[1]?.items[0]?.['message_id'],
			duplicate: true,
		});
		expect(sent()).toHaveLength(20);
		expect(listening.texts).toEqual(['hello']);
	});

	it('what a credential does not allow is refused, wherever the session is', async () => {
		const main = processOf('main');
		const worker = processOf('worker');
		const listening = trigger(main);
		await passes(listening.isLive, 'the trigger to be live');
		const { chat_id } = sandbox.control.incoming({ text: 'hello' });
		await passes(() => listening.texts.length > 0, 'the message');
		const source = credential();
		const restricted = { ...source, data: { ...(source.data as object), permissions: ['read'] } };
		const refused = worker
			.lease(restricted)
			.call({ name: 'message.send', input: { chatId: chat_id, text: 'x' } });
		await expect(result(refused, 'the refusal')).rejects.toMatchObject({ code: 'permission_denied' });
		expect(sent()).toEqual([]);
	});

	it('a worker that was first gives the session up for a trigger, and goes on through main', async () => {
		const worker = processOf('worker');
		const lease = worker.lease(credential());
		await result(lease.call({ name: 'account.getSelf', input: {} }), 'a call in the worker');
		expect(await owner(lease)).toBe('one-host/7/worker');
		const listening = trigger(processOf('main'));
		const began = clock.now();
		await passes(listening.isLive, 'the trigger to be live');
		// Not after the worker's linger of five minutes, nor after its lease.
		expect(clock.now() - began).toBeLessThan(15_000);
		const self = await result(lease.call({ name: 'account.getSelf', input: {} }), 'a call through main');
		expect(self.items).toHaveLength(1);
		expect(await owner(lease)).toBe('one-host/7/main');
		expect(listening.problems).toEqual([]);
	});

	it('a main that is cut off stops by itself, the next one takes over: every message once, nothing sent twice', async () => {
		const first = await cuttable('main-1');
		const before = trigger(first.pool);
		await passes(before.isLive, 'the first to be live');
		const { chat_id } = sandbox.control.incoming({ text: 'one' });
		await passes(() => before.texts.length > 0, 'the first message');
		const second = processOf('main-2');
		const after = trigger(second);
		const worker = processOf('worker').lease(credential());
		await result(send(worker, chat_id, 'through the first', 'k1'), 'a send through the first');
		first.relay.isCut = true;
		first.relay.cut();
		sandbox.control.incoming({ text: 'two', chat_id });
		const sending = send(worker, chat_id, 'through the next', 'k2');
		await result(sending, 'a send through the next owner');
		await passes(after.isLive, 'the second to be live');
		await passes(() => [...before.texts, ...after.texts].includes('two'), 'the message in between');
		sandbox.control.incoming({ text: 'three', chat_id });
		await passes(() => after.texts.includes('three'), 'the message afterwards');
		expect(sent()).toEqual(['through the first', 'through the next']);
		expect([...before.texts, ...after.texts].sort()).toEqual(['one', 'three', 'two']);
		expect(before.texts).not.toContain('three');
		expect(await owner(worker)).not.toBe('one-host/7/main-1');
	});

	it('disconnect in a worker is the emergency stop of all, and connect there brings the trigger back', async () => {
		const main = processOf('main');
		const listening = trigger(main);
		await passes(listening.isLive, 'the trigger to be live');
		const lease = processOf('worker').lease(credential());
		await result(lease.call({ name: 'account.disconnect', input: {} }), 'disconnect');
		const mine = main.lease(credential()).call({ name: 'account.getSelf', input: {} });
		await expect(result(mine, 'the refusal')).rejects.toMatchObject({ code: 'account_paused' });
		const quiet = sandbox.control.requests({}).length;
		await clock.advance(300_000);
		expect(sandbox.control.requests({}).length).toBe(quiet);
		await result(lease.call({ name: 'account.connect', input: {} }), 'connect');
		sandbox.control.incoming({ text: 'while away' });
		await passes(() => listening.texts.length > 0, 'the message');
		expect(listening.texts).toEqual(['while away']);
	});

	it('leaves nothing in Redis that is not explained, and no secret', async () => {
		const main = processOf('main');
		const listening = trigger(main);
		await passes(listening.isLive, 'the trigger to be live');
		const { chat_id } = sandbox.control.incoming({ text: 'hello' });
		await passes(() => listening.texts.length > 0, 'the message');
		const lease = processOf('worker').lease(credential());
		await result(send(lease, chat_id, 'reply', 'k1'), 'a send');
		const client = redis.client();
		const found = await listKeys(client, `flow-${prefix}`);
		client.disconnect();
		const { client_secret } = sandbox.accounts[0];
		const kinds = new Set(found.map(({ kind }) => kind));
		expect(['journal', 'consumer', 'lease', 'reader', 'intent'].filter((kind) => !kinds.has(kind))).toEqual(
			[],
		);
		expect(complaints(found, [client_secret, 'Bearer '])).toEqual([]);
	});
});
