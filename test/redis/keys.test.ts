import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readerLeaseName, type Store } from '../../src/contract';
import { openRedisStore } from '../../src/redis';
import { Keys } from '../../src/redis/keys';
import { silentLogger, systemRandom } from '../../src/runtime';
import { seal } from '../../src/store';
import { ACCOUNT, consumer, intent, journalEvent, LIMITS, wait } from '../store/support/samples';
import { ManualClock } from '../support/manual-clock';
import { complaints, KEY_KINDS, listKeys } from './support/key-table';
import { RedisServer } from './support/redis-server';

const PREFIX = 'n8n-7:messenger-accounts';
const REDIS_PASSWORD = 'the-password-of-redis';
const TOKEN = 'a-token-the-provider-rotated';
const SEALING = 'the-secret-of-the-credential';

describe('what is in Redis', () => {
	let server: RedisServer;
	let client: Redis;
	let store: Store;
	let clock: ManualClock;

	beforeAll(async () => {
		server = await RedisServer.start(['--requirepass', REDIS_PASSWORD]);
	});
	afterAll(() => server.stop());
	beforeEach(async () => {
		clock = new ManualClock();
		client = server.client(REDIS_PASSWORD);
		await client.flushall();
		const settings = server.settings(PREFIX, { QUEUE_BULL_REDIS_PASSWORD: REDIS_PASSWORD });
		const services = { clock, random: systemRandom, logger: silentLogger };
		store = await openRedisStore({ ...services, settings, leaseTime: 'clock', guardMs: 0 });
	});
	afterEach(async () => {
		await store.close();
		client.disconnect();
	});

	/** Everything a store can be asked for, once. */
	async function useEverything(): Promise<void> {
		await store.acquireLease('session:s1', 'host/1/main', 15_000);
		const reader = await store.acquireLease(readerLeaseName(ACCOUNT), 'host/1/main', 15_000);
		const token = reader.acquired ? reader.lease.token : 0;
		await store.rememberSession('s1', ACCOUNT);
		const lastAttachedAt = clock.now();
		await store.saveConsumer(consumer('c1', { lastAttachedAt }));
		const at = clock.now();
		const held = { heldBy: 'w1', heldUntil: at + 60_000 };
		await store.append(ACCOUNT, {
			token,
			events: [1, 2, 3, 4, 5].map((n) => journalEvent(`e${n}`, { at, ...(n === 4 ? held : {}) })),
			state: { pts: 1 },
		});
		await store.acknowledge('c1', [2, 5]);
		await store.recordEmit('c1', { key: 'k1', seqs: [3], attempt: 1, at: clock.now() });
		const expiresAt = clock.now() + 86_400_000;
		await store.reserveIntent(intent('i1', { expiresAt }));
		await store.updateIntent('i1', { state: 'sent' });
		await store.saveWait(wait('w1', { expiresAt }));
		await store.putValue(ACCOUNT, 'n', 1, 1_000);
		await store.increment('s1', 'attempts', 1, 60_000);
		const windows = [{ name: '', points: 5, windowMs: 60_000 }];
		const chat = { id: 'c1', gapMs: 1_000 };
		await store.pace?.take(ACCOUNT, { points: 1, windows, chat, pauses: [] });
		await store.pace?.pause(ACCOUNT, 'default', 30_000);
		const context = { secret: SEALING, owner: 's1', name: 'token' };
		await store.putSecret('s1', 'token', seal(TOKEN, context, systemRandom));
		await clock.advance(1_000);
	}

	it('is explained key by key, ends by itself, and holds no secret', async () => {
		await useEverything();
		await store.sweep({ ...LIMITS, maxEntries: 3 });
		const found = await listKeys(client, PREFIX);
		expect(complaints(found, [REDIS_PASSWORD, TOKEN, SEALING])).toEqual([]);
		expect(await client.dbsize()).toBe(found.length);
		// Every kind but those that only exist while a sweep or a call runs: the table explains nothing that does not exist.
		const kinds = new Set(found.map(({ kind }) => kind));
		expect(Object.keys(KEY_KINDS).filter((kind) => !kinds.has(kind))).toEqual([
			'moving',
			'sweeping',
			'processes',
			'inbox',
		]);
	});

	it('goes with the account, down to what belongs to everybody and to its leases', async () => {
		await useEverything();
		await store.forget(ACCOUNT);
		const kinds = (await listKeys(client, PREFIX)).map(({ kind }) => kind).sort();
		expect(kinds).toEqual(['epoch', 'lease', 'mark', 'reader']);
	});

	it('stays while it is swept: a silent account keeps its place for ever', async () => {
		await useEverything();
		const aged = (await listKeys(client, PREFIX)).filter(({ kind }) => !['lease', 'reader'].includes(kind));
		for (const { key } of aged) await client.pexpire(key, 3_600_000);
		await store.sweep(LIMITS);
		const short = (await listKeys(client, PREFIX)).filter(({ ttlMs }) => ttlMs <= 3_600_000);
		// These have an end of their own, and nothing may prolong it.
		expect(short.map(({ kind }) => kind).sort()).toEqual(['intent', 'pace', 'pacechats', 'pauses', 'wait']);
	});

	it('shares one slot wherever one script touches several keys, whatever the names contain', () => {
		const keys = new Keys('p');
		const tagOf = (key: string) => /\{([^{}]*)\}$/.exec(key)?.[1];
		for (const name of ['avito:1', 'a}b', '{x}', 'a%b', '{']) {
			const account = [keys.account(name), keys.journal(name), keys.held(name), keys.seen(name)];
			const tags = [...account, keys.chats(name), keys.lease(readerLeaseName(name))].map(tagOf);
			expect(new Set(tags).size).toBe(1);
			expect(decodeURIComponent(tags[0] ?? '')).toBe(name);
			const consumers = [keys.consumer(name), keys.acknowledged(name), keys.emits(name), keys.gaps(name)];
			expect(new Set(consumers.map(tagOf))).toEqual(new Set(tags));
		}
	});
});
