import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readerLeaseName, type Store } from '../../src/contract';
import { openRedisStore } from '../../src/redis';
import { silentLogger, systemRandom } from '../../src/runtime';
import { openForMove, seal } from '../../src/store';
import { newPlace } from '../store/support/place';
import { ACCOUNT, consumer, DAY, intent, journalEvent, OTHER_ACCOUNT, wait } from '../store/support/samples';
import { passes } from '../support/manual-clock';
import { complaints, listKeys } from './support/key-table';
import { RedisServer } from './support/redis-server';

const COUNT = 1_200;

describe('switching n8n to queue mode', () => {
	let server: RedisServer;
	let prefix = 0;
	let place: ReturnType<typeof newPlace>;

	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(() => server.stop());
	beforeEach(() => {
		prefix += 1;
		place = newPlace();
	});

	const source = () => openForMove({ dir: place.dir, clock: place.clock, logger: silentLogger });

	async function openRedis(moveFrom = source): Promise<Store> {
		const settings = server.settings(`moving-${prefix}`);
		const services = { clock: place.clock, random: systemRandom, logger: silentLogger };
		const options = { ...services, settings, leaseTime: 'clock', guardMs: 0, moveFrom } as const;
		const store = await openRedisStore(options);
		onTestFinished(() => store.close());
		return store;
	}

	/** What n8n had in its file when it was stopped; the leases were given back. */
	async function useFile(): Promise<void> {
		const store = await place.openSqliteStore();
		const at = place.clock.now();
		for (const account of [ACCOUNT, OTHER_ACCOUNT]) {
			const lease = await store.acquireLease(readerLeaseName(account), 'host/1/main/x', 15_000);
			if (!lease.acquired) throw new Error('not acquired');
			const { token } = lease.lease;
			await store.rememberSession(`session-of-${account}`, account);
			await store.saveConsumer(consumer(`c-${account}`, { accountId: account, lastAttachedAt: at }));
			const events = Array.from({ length: COUNT }, (_, n) =>
				journalEvent(`${account}:e${n + 1}`, { at: at + n, ...(n === 5 ? { event: null } : {}) }),
			);
			await store.append(account, { token, events, state: { pts: 7 } });
			await store.acknowledge(`c-${account}`, [1, 2, 3, 6, 7]);
			await store.recordEmit(`c-${account}`, { key: `k-${account}`, seqs: [4], attempt: 2, at });
			await store.releaseLease(lease.lease);
		}
		await store.reserveIntent(intent('i1', { expiresAt: at + DAY }));
		await store.updateIntent('i1', { state: 'done', result: { message_id: 'm1' } });
		await store.saveWait(wait('w1', { expiresAt: at + DAY }));
		await store.putValue(ACCOUNT, 'paused', true);
		await store.putValue(ACCOUNT, 'short', 1, 1_000);
		const secret = seal('the token', { secret: 's', owner: ACCOUNT, name: 'token' }, systemRandom);
		await store.putSecret(ACCOUNT, 'token', secret);
		await store.close();
	}

	it('goes on where the file was left: positions, numbers, ids, states, sends, questions, tokens', async () => {
		await useFile();
		const before = await place.openSqliteStore();
		const known = {
			state: await before.loadState(ACCOUNT),
			consumer: await before.loadConsumer(`c-${ACCOUNT}`),
			entries: await before.readEntries(OTHER_ACCOUNT, 0, COUNT),
			intent: await before.loadIntent('i1'),
			waits: await before.listWaits(ACCOUNT),
			secret: await before.getSecret(ACCOUNT, 'token'),
		};
		await before.close();
		const store = await openRedis();
		expect(await store.loadState(ACCOUNT)).toEqual(known.state);
		expect(await store.loadConsumer(`c-${ACCOUNT}`)).toEqual(known.consumer);
		expect(known.consumer?.position).toMatchObject({ watermark: 3, acknowledged: [6, 7] });
		expect(await store.readEntries(OTHER_ACCOUNT, 0, COUNT)).toEqual(known.entries);
		expect(known.entries).toHaveLength(COUNT);
		expect(await store.loadIntent('i1')).toEqual(known.intent);
		expect(await store.listWaits(ACCOUNT)).toEqual(known.waits);
		expect(await store.getSecret(ACCOUNT, 'token')).toBe(known.secret);
		expect(await store.accountOf(`session-of-${ACCOUNT}`)).toBe(ACCOUNT);
		expect(await store.getValue(ACCOUNT, 'paused')).toBe(true);
		// The numbers go on, and what came before the switch is known.
		const lease = await store.acquireLease(readerLeaseName(ACCOUNT), 'host/2/main/y', 15_000);
		const token = lease.acquired ? lease.lease.token : 0;
		const events = [journalEvent(`${ACCOUNT}:e9`), journalEvent('new', { at: place.clock.now() + DAY })];
		const result = await store.append(ACCOUNT, { token, events });
		expect(result.duplicates).toEqual([`${ACCOUNT}:e9`]);
		expect(result.appended).toEqual([{ seq: COUNT + 1, eventId: 'new', late: false }]);
		const client = server.client();
		const found = await listKeys(client, `moving-${prefix}`);
		client.disconnect();
		expect(complaints(found, ['the token'])).toEqual([]);
		expect(found.map(({ kind }) => kind)).not.toContain('moving');
	});

	it('happens once: what Redis knows by then is newer, unless the file has been used again', async () => {
		await useFile();
		const first = await openRedis();
		await first.deleteValue(ACCOUNT, 'paused');
		await first.resetPosition(`c-${ACCOUNT}`, 100);
		expect(await source()).toBeNull();
		const again = await openRedis();
		expect(await again.getValue(ACCOUNT, 'paused')).toBeUndefined();
		const back = await place.openSqliteStore();
		await back.close();
		const third = await openRedis();
		expect((await third.loadConsumer(`c-${ACCOUNT}`))?.position.watermark).toBe(100);
	});

	it('that breaks off in the middle begins anew at the next start', async () => {
		await useFile();
		const broken = async () => {
			const opened = await source();
			if (opened === null) return null;
			return {
				...opened,
				entries: (account: string, after: number, limit: number) => {
					if (account === OTHER_ACCOUNT && after >= 500) throw new Error('the process died');
					return opened.entries(account, after, limit);
				},
			};
		};
		await expect(openRedis(broken)).rejects.toThrow('the process died');
		const store = await openRedis();
		expect(await store.readEntries(OTHER_ACCOUNT, 0, COUNT)).toHaveLength(COUNT);
		expect((await store.loadConsumer(`c-${OTHER_ACCOUNT}`))?.position).toMatchObject({
			watermark: 3,
			acknowledged: [6, 7],
		});
	});

	it('waits for the leases of a process that was killed, and leaves the file to one that lives', async () => {
		await useFile();
		const file = await place.openSqliteStore();
		const lease = await file.acquireLease('session:s', 'host/1/main/x', 15_000);
		const opening = source();
		let opened: Awaited<typeof opening> | undefined;
		void opening.then((result) => (opened = result));
		await passes(place.clock, () => opened !== undefined, 'the lease to end', { stepMs: 1_000, steps: 30 });
		expect(opened).not.toBeNull();
		opened?.close(false);
		if (!lease.acquired) throw new Error('not acquired');
		const alive = await file.acquireLease('session:t', 'host/1/main/x', 60_000);
		const renewing = source();
		let result: Awaited<typeof renewing> | undefined;
		void renewing.then((found) => (result = found));
		for (let second = 0; second < 70 && result === undefined; second += 5) {
			if (alive.acquired) await file.renewLeases([alive.lease], 60_000);
			await place.clock.advance(5_000);
		}
		expect(result).toBeNull();
	});

	it('without a file there is nothing to do', async () => {
		expect(await source()).toBeNull();
		await expect(openRedis()).resolves.toBeDefined();
	});
});
