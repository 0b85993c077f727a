import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { readerLeaseName, type RemoteServer, type Store } from '../../src/contract';
import { openRedisCalls, openRedisStore, type RedisStoreOptions } from '../../src/redis';
import { GUARD_MS } from '../../src/redis/epoch';
import { silentLogger, systemClock, systemRandom } from '../../src/runtime';
import { LEASE_MS } from '../../src/pool/account/lease-keeper';
import { ACCOUNT, consumer, intent, journalEvent, LIMITS, wait } from '../store/support/samples';
import { ManualClock, until } from '../support/manual-clock';
import { RedisServer } from './support/redis-server';
import { Relay } from './support/relay';

const PASSWORD = 'a-password-of-redis';
const OLDEST = [5, 0, 0];

let server: RedisServer;
const stores: Store[] = [];
const written: unknown[] = [];

beforeAll(async () => {
	server = await RedisServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
	written.length = 0;
	for (const method of ['log', 'info', 'warn', 'error'] as const)
		vi.spyOn(console, method).mockImplementation((...said: unknown[]) => void written.push(...said));
});
afterEach(async () => {
	vi.restoreAllMocks();
	await Promise.all(stores.splice(0).map((store) => store.close()));
});

async function open(
	settings: RedisStoreOptions['settings'],
	more: Partial<RedisStoreOptions> = {},
): Promise<Store> {
	const services = { clock: systemClock, random: systemRandom, logger: silentLogger };
	const store = await openRedisStore({ ...services, settings, guardMs: 0, ...more });
	stores.push(store);
	return store;
}

/** Every verb that writes or reads, once. */
async function everything(store: Store): Promise<void> {
	const session = await store.acquireLease('session:s1', 'host/1/main', 15_000);
	const reader = await store.acquireLease(readerLeaseName(ACCOUNT), 'host/1/main', 15_000);
	if (!session.acquired || !reader.acquired) throw new Error('not acquired');
	const { token } = reader.lease;
	await store.renewLeases([session.lease, reader.lease], 15_000);
	await store.rememberSession('s1', ACCOUNT);
	const now = systemClock.now();
	await store.saveConsumer(consumer('c1', { lastAttachedAt: now }));
	const held = { heldBy: 'w1', heldUntil: now + 60_000 };
	const events = [1, 2, 3, 4].map((n) => journalEvent(`e${n}`, { at: now, ...(n === 4 ? held : {}) }));
	await store.append(ACCOUNT, { token, events, state: { pts: 1 } });
	await store.saveState(ACCOUNT, token, { pts: 2 });
	await store.recordEmit('c1', { key: 'k1', seqs: [1], attempt: 1, at: now });
	await store.acknowledge('c1', [1, 3], 'k1');
	await store.settleHeld(ACCOUNT, 4, 'consume');
	await store.readEntries(ACCOUNT, 0, 9);
	await store.readEntriesBySeq(ACCOUNT, [2]);
	const expiresAt = now + 86_400_000;
	await store.reserveIntent(intent('i1', { expiresAt }));
	await store.updateIntent('i1', { state: 'sent' });
	await store.loadIntent('i1');
	await store.deleteIntent('i1');
	await store.saveWait(wait('w1', { expiresAt }));
	await store.listWaits(ACCOUNT);
	await store.putValue(ACCOUNT, 'n', 1, 60_000);
	await store.increment(ACCOUNT, 'm', 1, 60_000);
	await store.listValues(ACCOUNT, '');
	await store.putSecret('s1', 'token', 'sealed');
	const windows = [{ name: '', points: 5, windowMs: 60_000 }];
	await store.pace?.take(ACCOUNT, { points: 1, windows, chat: { id: 'c', gapMs: 1_000 }, pauses: [] });
	await store.pace?.pause(ACCOUNT, 'default', 30_000);
	await store.sweep(LIMITS);
	await store.releaseLease(reader.lease);
	await store.forget(ACCOUNT);
}

/** A question to another process, and its answer. */
async function aCall(settings: RedisStoreOptions['settings']): Promise<void> {
	const services = { settings, clock: systemClock, random: systemRandom, logger: silentLogger };
	const server: RemoteServer = {
		...{ call: () => null, yield: async () => false, hint: async () => false },
		...{ answer: async () => ({ yes: true }), told: () => undefined },
	};
	const [asking, asked] = await Promise.all(
		['host/1/main/aa', 'host/2/worker/bb'].map((name) => openRedisCalls(services, name, server)),
	);
	if (asking === undefined || asked === undefined) throw new Error('not opened');
	await until(async () => (await asking.processes()).length === 1, 'the other process');
	expect(await asking.ask({ process: 'host/2/worker/bb' }, { is: 'it' }, 10_000)).toEqual({ yes: true });
	await Promise.all([asking.close(), asked.close()]);
}

describe('a Redis of another version', () => {
	it('is asked nothing that Redis 5 does not know, neither command nor option', async () => {
		const admin = server.client();
		onTestFinished(() => admin.disconnect());
		const monitor = await server.client().monitor();
		const asked = new Map<string, Set<string>>();
		monitor.on('monitor', (_time: string, words: string[]) => {
			const [name = '', ...rest] = words.map((word) => word.toLowerCase());
			const known = asked.get(name) ?? new Set();
			for (const word of rest) known.add(word);
			asked.set(name, known);
		});
		const settings = server.settings('versions');
		await everything(await open(settings));
		await aCall(settings);
		await until(() => asked.has('xreadgroup') && asked.has('zremrangebyscore'), 'what was asked');
		monitor.disconnect();
		expect(asked.size).toBeGreaterThan(25);
		const tooNew: string[] = [];
		for (const [name, words] of [...asked]) {
			const [, docs] = (await admin.call('COMMAND', 'DOCS', name)) as [string, unknown[]];
			for (const { what, token, since } of parts(docs, name))
				if (isNewer(since) && (token === null || words.has(token))) tooNew.push(`${name} ${what} ${since}`);
		}
		expect(tooNew).toEqual([]);
	});

	it('that has no streams is refused in words', async () => {
		const middle = await Relay.to(server.port);
		onTestFinished(() => middle.close());
		middle.rewrite = (said) =>
			said.replace(/redis_version:\d+\.\d+/, (is) => `redis_version:${'4.0'.padEnd(is.length - 14, '0')}`);
		const clock = new ManualClock();
		const settings = { ...server.settings('old'), nodes: [{ host: '127.0.0.1', port: middle.port }] };
		let warnings = 0;
		const logger = { ...silentLogger, warn: () => void (warnings += 1) };
		const opening = open(settings, { clock, logger });
		const told = expect(opening).rejects.toMatchObject({
			code: 'store_unavailable',
			message: expect.stringMatching(/^Redis 4\.0\S* is too old/),
			hint: expect.stringContaining('Redis 5 or newer'),
		});
		await until(() => warnings > 0, 'the refusal', 1_000_000);
		await clock.advance(10_000);
		await told;
	});

	it.each([
		["READONLY You can't write against a read only replica.", 'Redis is a read-only replica now'],
		["OOM command not allowed when used memory > 'maxmemory'.", 'Redis is out of memory'],
	])('before 7, which wraps what goes wrong within a script, is understood: %s', async (error, message) => {
		const middle = await Relay.to(server.port);
		onTestFinished(() => middle.close());
		const settings = { ...server.settings('wraps'), nodes: [{ host: '127.0.0.1', port: middle.port }] };
		const store = await open(settings);
		await store.putValue(ACCOUNT, 'n', 1);
		const sha = 'f_1d6a7f3e1c1a5b7a1d6a7f3e1c1a5b7a1d6a7f3e';
		middle.rewrite = (said) =>
			/^:\d+\r\n$/.test(said)
				? `-ERR Error running script (call to ${sha}): @user_script:3: @user_script: 3: -${error} \r\n`
				: said;
		await expect(store.putValue(ACCOUNT, 'n', 2)).rejects.toMatchObject({
			code: 'store_unavailable',
			message,
		});
	});
});

describe('a Redis that does not say who it is', () => {
	const rules = ['n8n', 'on', `>${PASSWORD}`, '~*', 'resetchannels', '+@all', '-@dangerous'];
	const login = { QUEUE_BULL_REDIS_USERNAME: 'n8n', QUEUE_BULL_REDIS_PASSWORD: PASSWORD };
	let secretive: RedisServer;
	beforeAll(async () => {
		secretive = await RedisServer.start(['--user', ...rules]);
	});
	afterAll(() => secretive.stop());

	it('and that comes back with older data is known for another one: every lease ends, and new ones wait', async () => {
		const clock = new ManualClock();
		const settings = secretive.settings('p', login);
		const store = await open(settings, { clock, guardMs: GUARD_MS });
		await clock.advance(GUARD_MS);
		const held = await store.acquireLease('session:a', 'host/1/main', LEASE_MS);
		if (!held.acquired) throw new Error('not acquired');
		const admin = secretive.client();
		await admin.save();
		admin.disconnect();
		await store.putValue(ACCOUNT, 'n', 1);
		await secretive.kill();
		await secretive.run();
		const isLost = () => store.info.degraded?.includes('lost a part of its data') === true;
		await until(isLost, 'the loss');
		expect(await store.renewLeases([held.lease], LEASE_MS)).toEqual(['session:a']);
		let given = false;
		const again = store.acquireLease('session:a', 'host/1/main', LEASE_MS).then(() => (given = true));
		await until(() => clock.pending > 0, 'the wait');
		await clock.advance(GUARD_MS / 2);
		expect(given).toBe(false);
		await clock.advance(GUARD_MS / 2);
		await again;
	});

	it('is the same one for every process, and after a connection was lost', async () => {
		const middle = await Relay.to(secretive.port);
		onTestFinished(() => middle.close());
		const named = secretive.settings('same', login);
		const cuttable = { ...named, nodes: [{ host: '127.0.0.1', port: middle.port }] };
		const store = await open(cuttable);
		await store.putValue(ACCOUNT, 'n', 1);
		const admin = secretive.client();
		onTestFinished(() => admin.disconnect());
		const [key = ''] = await admin.keys('same:*epoch');
		const before = await admin.hgetall(key);
		await (await open(named)).getValue(ACCOUNT, 'n');
		middle.cut();
		await until(async () => (await store.getValue(ACCOUNT, 'n').catch(() => null)) === 1, 'the connection');
		expect(await admin.hgetall(key)).toEqual(before);
		expect(store.info.degraded).toBeNull();
	});

	it('nor wants the password that it is given, is no reason to write to the console', async () => {
		const store = await open(secretive.settings('quiet', login));
		const open_ = await open(server.settings('quiet', { QUEUE_BULL_REDIS_PASSWORD: PASSWORD }));
		await Promise.all([store, open_].map((each) => each.putValue(ACCOUNT, 'n', 1)));
		expect(written).toEqual([]);
	});
});

describe('a user with few rights', () => {
	/** As written there, for another prefix. */
	const documented = /^ACL SETUSER \S+ on >password (.*)$/m.exec(
		readFileSync(join(import.meta.dirname, '../../docs/scaling.md'), 'utf8'),
	)?.[1];
	const login = { QUEUE_BULL_REDIS_USERNAME: 'few', QUEUE_BULL_REDIS_PASSWORD: PASSWORD };

	it('needs no more than the documentation says', async () => {
		const admin = server.client();
		onTestFinished(() => admin.disconnect());
		const rules = (documented ?? '').split(' ');
		await admin.call('ACL', 'SETUSER', 'few', 'reset', 'on', `>${PASSWORD}`, ...rules);
		const settings = server.settings('bull:messenger-accounts', login);
		await everything(await open(settings));
		await aCall(settings);
		const refused = (await admin.call('ACL', 'LOG')) as unknown[][];
		expect(refused.map((entry) => entry[entry.indexOf('object') + 1]).sort()).toEqual(['config|get', 'info']);
		const elsewhere = await admin.call('ACL', 'DRYRUN', 'few', 'GET', 'bull:jobs:1');
		expect(elsewhere).not.toBe('OK');
	});
});

interface Part {
	what: string;
	/** the word that asks for it; null: the command itself */
	token: string | null;
	since: string;
}

/** What a command and its options are since when, as Redis documents itself (`COMMAND DOCS`). */
function parts(docs: unknown[], name: string): Part[] {
	const of = (flat: unknown[]) =>
		new Map(flat.flatMap((key, at) => (at % 2 === 0 ? [[String(key), flat[at + 1]] as const] : [])));
	const found: Part[] = [];
	const walk = (list: unknown): void => {
		for (const each of (list ?? []) as unknown[][]) {
			const argument = of(each);
			const [token, since] = [argument.get('token'), argument.get('since')];
			if (typeof since === 'string' && typeof token === 'string')
				found.push({ what: token, token: token.toLowerCase(), since });
			walk(argument.get('arguments'));
		}
	};
	const command = of(docs);
	if (command.get('subcommands') === undefined)
		found.push({ what: name, token: null, since: String(command.get('since')) });
	for (const [at, each] of ((command.get('subcommands') ?? []) as unknown[]).entries()) {
		if (at % 2 === 1) continue;
		const subcommand = of((command.get('subcommands') as unknown[])[at + 1] as unknown[]);
		const word = String(each).split('|')[1] ?? '';
		found.push({ what: word, token: word, since: String(subcommand.get('since')) });
		walk(subcommand.get('arguments'));
	}
	walk(command.get('arguments'));
	return found;
}

function isNewer(since: string): boolean {
	const numbers = since.split('.').map(Number);
	const at = numbers.findIndex((number, index) => number !== OLDEST[index]);
	return at >= 0 && (numbers[at] ?? 0) > (OLDEST[at] ?? 0);
}
