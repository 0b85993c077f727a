import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
	consumerLeaseName,
	readerLeaseName,
	sessionLeaseName,
	type MirrorPlace,
	type Store,
	type StoreMirror,
} from '../../src/contract';
import { openRedisStore, type RedisSettings } from '../../src/redis';
import { silentLogger, systemRandom } from '../../src/runtime';
import { mirrorPlace, seal } from '../../src/store';
import {
	ACCOUNT,
	consumer,
	DAY,
	intent,
	journalEvent,
	LIMITS,
	OTHER_ACCOUNT,
	wait,
} from '../store/support/samples';
import { ManualClock, passes } from '../support/manual-clock';
import { complaints, listKeys } from './support/key-table';
import { RedisServer } from './support/redis-server';
import { Relay } from './support/relay';

const TTL = 15_000;
const TOKEN = 'a-token-the-provider-rotated';

describe('a second copy of what is in Redis', () => {
	let server: RedisServer;
	let clock: ManualClock;
	let dir: string;
	let prefix = 0;

	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(() => server.stop());
	beforeEach(() => {
		prefix += 1;
		clock = new ManualClock();
		dir = mkdtempSync(join(tmpdir(), 'mirror-'));
		onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
	});

	const services = () => ({ clock, random: systemRandom, logger: silentLogger });
	const placeIn = (folder: string) => mirrorPlace({ ...services(), dir: join(dir, folder) });

	/** `mirror`: the host's folder, or a place of its own */
	async function open(mirror: string | MirrorPlace = 'main', settings?: RedisSettings): Promise<Store> {
		const place = typeof mirror === 'string' ? placeIn(mirror) : mirror;
		const store = await openRedisStore({
			...services(),
			settings: settings ?? server.settings(`mirror-${prefix}`),
			...({ leaseTime: 'clock', guardMs: 0, mirror: place } as const),
		});
		onTestFinished(() => store.close());
		return store;
	}

	async function empty(): Promise<void> {
		const admin = server.client();
		await admin.flushall();
		admin.disconnect();
	}

	/** Redis comes back empty, and these processes notice it as they renew their leases. */
	async function lose(...stores: Store[]): Promise<void> {
		await empty();
		for (const store of stores) await store.renewLeases([], TTL);
		for (const store of stores) await restored(store);
	}

	/** Redis has lost something, if only a trigger that this process has on another account, and this process notices it. */
	async function loseLastWrites(store: Store): Promise<void> {
		await store.saveConsumer(consumer('b', { accountId: OTHER_ACCOUNT }));
		const admin = server.client();
		await admin.del(...(await admin.keys(`mirror-${prefix}:*:consumer:{b}`)));
		admin.disconnect();
		const emit = { key: 'k', seqs: [1], attempt: 1, at: clock.now() };
		await expect(store.recordEmit('b', emit)).rejects.toThrow('no consumer');
	}

	async function restored(store: Store): Promise<void> {
		const isBack = () => store.info.degraded?.includes('were put back from a copy') === true;
		await passes(clock, isBack, 'what was lost', { stepMs: 250, steps: 400 });
	}

	async function read(store: Store, name = 'host/1/main'): Promise<number> {
		const answer = await store.acquireLease(readerLeaseName(ACCOUNT), name, TTL);
		if (!answer.acquired) throw new Error('not acquired');
		return answer.lease.token;
	}

	/** Its reader is gone: what it held ends. */
	async function release(token: number): Promise<void> {
		const settings = server.settings(`mirror-${prefix}`);
		const store = await openRedisStore({ ...services(), settings, leaseTime: 'clock', guardMs: 0 });
		await store.releaseLease({ name: readerLeaseName(ACCOUNT), token, expiresAt: 0 });
		await store.close();
	}

	const events = (...ids: string[]) => ids.map((id) => journalEvent(id, { at: clock.now() }));
	const attached = (id: string) => consumer(id, { lastAttachedAt: clock.now() });

	/** The event ids a trigger has still before it, in order; those on their way in brackets. */
	async function before(store: Store, id: string): Promise<string[]> {
		const found = await store.loadConsumer(id);
		if (found === null) return ['nobody'];
		const { watermark, acknowledged, unsettled } = found.position;
		const onTheirWay = new Set(unsettled.flatMap(({ seqs }) => seqs));
		return (await store.readEntries(ACCOUNT, watermark, 1_000))
			.filter(({ seq }) => !acknowledged.includes(seq))
			.map(({ seq, eventId }) => (onTheirWay.has(seq) ? `[${eventId}]` : eventId));
	}

	it('numbers no life as an earlier one: a trigger reads on, whoever puts back first', async () => {
		const [main, other] = [await open('main'), await open('other')];
		await other.saveConsumer(attached('there'));
		await main.saveConsumer(attached('here'));
		let token = await read(main);
		await main.append(ACCOUNT, { token, events: events('e1', 'e2'), state: { pts: 2 } });
		expect(await before(other, 'there')).toEqual(['e1', 'e2']);
		await other.close();
		// Two lives without the other host: the numbers here go on far above those it knows.
		for (const id of ['e3', 'e4']) {
			await main.append(ACCOUNT, { token, events: events(id), state: { pts: 3 } });
			await lose(main);
			token = await read(main);
		}
		await main.append(ACCOUNT, { token, events: events('e5'), state: { pts: 5 } });
		const all = await main.readEntries(ACCOUNT, 0, 100);
		await main.acknowledge(
			'here',
			all.map(({ seq }) => seq),
		);
		await empty();
		const back = await open('other');
		await passes(clock, () => back.info.degraded !== null, 'the other host', { stepMs: 250, steps: 400 });
		await main.renewLeases([], TTL);
		await restored(main);
		await back.append(ACCOUNT, { token: await read(back), events: events('e6') });
		expect(await before(main, 'here')).toEqual(['e6']);
	});

	it('is put back: what triggers have before them, states, ids, sends, questions, values and sealed tokens', async () => {
		const store = await open();
		await store.rememberSession('s1', ACCOUNT);
		await store.putValue('s1', 'paused', true);
		const sealed = seal(TOKEN, { secret: 's', owner: 's1', name: 'token' }, systemRandom);
		await store.putSecret('s1', 'token', sealed);
		const token = await read(store);
		await store.saveConsumer(attached('a'));
		await store.saveConsumer(attached('b'));
		await store.append(ACCOUNT, { token, events: events('e1', 'e2', 'e3', 'e4', 'e5'), state: { pts: 5 } });
		await store.recordEmit('a', { key: 'k1', seqs: [1], attempt: 1, at: clock.now() });
		await store.acknowledge('a', [1], 'k1');
		await store.acknowledge('a', [4]);
		await store.recordEmit('a', { key: 'k2', seqs: [2, 3], attempt: 2, at: clock.now() });
		await store.acknowledge('b', [1, 2, 3, 4, 5]);
		await store.append(ACCOUNT, { token, events: [], state: { pts: 6 } });
		const expiresAt = clock.now() + DAY;
		await store.reserveIntent(intent('i1', { expiresAt }));
		await store.updateIntent('i1', { state: 'done', result: { message_id: 'm1' } });
		await store.saveWait(wait('w1', { expiresAt }));
		await store.increment(ACCOUNT, 'firsts', 3, DAY);
		const known = { intent: await store.loadIntent('i1'), waits: await store.listWaits(ACCOUNT) };

		await lose(store);
		expect(await before(store, 'a')).toEqual(['[e2]', '[e3]', 'e5']);
		expect(await before(store, 'b')).toEqual([]);
		const { position } = (await store.loadConsumer('a'))!;
		expect(position.unsettled.map(({ key, attempt }) => [key, attempt])).toEqual([['k2', 2]]);
		expect(position.watermark).toBeGreaterThanOrEqual(100_005);
		expect(await store.loadState(ACCOUNT)).toEqual({ pts: 6 });
		expect(await store.loadIntent('i1')).toEqual(known.intent);
		expect(await store.listWaits(ACCOUNT)).toEqual(known.waits);
		expect(await store.getValue('s1', 'paused')).toBe(true);
		expect(await store.getValue(ACCOUNT, 'firsts')).toBe(3);
		expect(await store.getSecret('s1', 'token')).toBe(sealed);
		expect(await store.accountOf('s1')).toBe(ACCOUNT);
		// The reader before cannot write any more; the next one is told nothing a second time.
		const old = store.append(ACCOUNT, { token, events: events('e6') });
		await expect(old).rejects.toMatchObject({ code: 'account_in_use' });
		const result = await store.append(ACCOUNT, {
			token: await read(store),
			events: events('e1', 'e5', 'e6'),
		});
		expect(result.duplicates).toEqual(['e1', 'e5']);
		expect(await before(store, 'a')).toEqual(['[e2]', '[e3]', 'e5', 'e6']);
		const client = server.client();
		const found = await listKeys(client, `mirror-${prefix}`);
		client.disconnect();
		expect(complaints(found, [TOKEN])).toEqual([]);
		expect(found.map(({ kind }) => kind)).not.toContain('moving');
	});

	it('goes on being kept afterwards: a second loss costs nothing either', async () => {
		const store = await open();
		await store.saveConsumer(attached('a'));
		await store.append(ACCOUNT, { token: await read(store), events: events('e1', 'e2'), state: { pts: 2 } });
		await lose(store);
		const token = await read(store);
		await store.append(ACCOUNT, { token, events: events('e3'), state: { pts: 3 } });
		const [first] = await store.readEntries(ACCOUNT, 0, 1);
		await store.acknowledge('a', [first!.seq]);
		await empty();
		await store.renewLeases([], TTL);
		await restored(store);
		expect(await before(store, 'a')).toEqual(['e2', 'e3']);
		expect(await store.loadState(ACCOUNT)).toEqual({ pts: 3 });
	});

	it('lets executions that are under way go on under the numbers they know', async () => {
		const store = await open();
		await store.saveConsumer(attached('a'));
		await store.append(ACCOUNT, { token: await read(store), events: events('e1', 'e2', 'e3') });
		await store.recordEmit('a', { key: 'k1', seqs: [1], attempt: 1, at: clock.now() });
		await empty();
		// What an execution has done while nobody has noticed yet stays done.
		await store.acknowledge('a', [1], 'k1');
		await expect(store.readEntriesBySeq(ACCOUNT, [2])).rejects.toMatchObject({ code: 'store_unavailable' });
		await restored(store);
		expect(await before(store, 'a')).toEqual(['e2', 'e3']);
		const found = await store.readEntriesBySeq(ACCOUNT, [2]);
		expect(found.map(({ seq, eventId }) => [seq, eventId])).toEqual([[2, 'e2']]);
		await store.recordEmit('a', { key: 'k2', seqs: [2], attempt: 1, at: clock.now() });
		expect(await before(store, 'a')).toEqual(['[e2]', 'e3']);
		await store.acknowledge('a', [2], 'k2');
		expect(await before(store, 'a')).toEqual(['e3']);
	});

	it('knows a send again, whenever Redis was emptied', async () => {
		const store = await open();
		await store.saveConsumer(attached('a'));
		const record = intent('i1', { expiresAt: clock.now() + DAY });
		await store.reserveIntent(record);
		await store.updateIntent('i1', { state: 'done', result: { message_id: 'm1' } });
		await empty();
		await expect(store.reserveIntent(record)).rejects.toMatchObject({ code: 'store_unavailable' });
		await restored(store);
		const again = await store.reserveIntent(record);
		expect(again).toMatchObject({ created: false, intent: { state: 'done', result: { message_id: 'm1' } } });
	});

	it('is not missed by what was asked for while Redis was away and is answered by the empty one', async () => {
		const forgetful = await RedisServer.start(['--save', '']);
		onTestFinished(() => forgetful.stop());
		const store = await open('main', forgetful.settings('away'));
		await store.saveConsumer(attached('a'));
		await store.append(ACCOUNT, { token: await read(store), events: events('e1', 'e2') });
		await forgetful.kill();
		const away = () => store.info.degraded?.includes('does not answer') === true;
		await passes(clock, away, 'the outage', { stepMs: 0, steps: 500 });
		// They wait for a connection, and get one to a Redis that has nothing.
		const asked = [
			store.readEntriesBySeq(ACCOUNT, [1]),
			store.loadConsumer('a'),
			store.readEntries(ACCOUNT, 1, 9),
		];
		const answers = Promise.allSettled(asked);
		await forgetful.run();
		await restored(store);
		const [entries, known, more] = await answers;
		expect([entries?.status, known?.status]).toEqual(['rejected', 'rejected']);
		expect(more?.status === 'rejected' || (more?.value as unknown[]).length === 0).toBe(true);
		expect((await store.readEntriesBySeq(ACCOUNT, [1])).map(({ eventId }) => eventId)).toEqual(['e1']);
		expect(await before(store, 'a')).toEqual(['e1', 'e2']);
	});

	it('keeps its place for a trigger that is just being opened', async () => {
		const store = await open();
		await store.saveConsumer(attached('a'));
		await store.append(ACCOUNT, { token: await read(store), events: events('e1', 'e2') });
		await empty();
		await expect(store.loadConsumer('a')).rejects.toMatchObject({ code: 'store_unavailable' });
		await restored(store);
		expect(await before(store, 'a')).toEqual(['e1', 'e2']);
		// Who reads on by an old number has them already.
		expect(await store.readEntries(ACCOUNT, 1, 10)).toEqual([]);
	});

	it('is put back when its process starts again, also when that is broken off in the middle', async () => {
		const first = await open();
		await first.saveConsumer(attached('a'));
		await first.append(ACCOUNT, {
			token: await read(first),
			events: events('e1', 'e2', 'e3'),
			state: { pts: 3 },
		});
		await first.acknowledge('a', [1]);
		await first.close();
		await empty();
		let failures = 2;
		const place: MirrorPlace = {
			...placeIn('main'),
			exists: () => true,
			async open(): Promise<StoreMirror> {
				const mirror = await placeIn('main').open();
				const take = mirror.takeAccount.bind(mirror);
				mirror.takeAccount = (...args) => {
					failures -= 1;
					return failures >= 0 ? Promise.reject(new Error('the process died')) : take(...args);
				};
				return mirror;
			},
		};
		const second = await open(place);
		await restored(second);
		expect(failures).toBe(-1);
		expect(await before(second, 'a')).toEqual(['e2', 'e3']);
		expect(await second.loadState(ACCOUNT)).toEqual({ pts: 3 });
		expect(await second.lastSeq(ACCOUNT)).toBe((await second.readEntries(ACCOUNT, 0, 9)).at(-1)?.seq);
	});

	it('of a process with a session and no trigger has its sends and tokens, and nothing that others know better', async () => {
		const settings = server.settings(`mirror-${prefix}`);
		const main = await openRedisStore({ ...services(), settings, leaseTime: 'clock', guardMs: 0 });
		await main.saveConsumer(attached('a'));
		const state = { pts: 2 };
		await main.append(ACCOUNT, { token: await read(main), events: events('e1', 'e2'), state });
		await main.acknowledge('a', [1]);
		await main.close();
		const worker = await open('worker');
		await worker.acquireLease(sessionLeaseName('s1'), 'host/2/worker', TTL);
		const sealed = seal(TOKEN, { secret: 's', owner: 's1', name: 'token' }, systemRandom);
		await worker.putSecret('s1', 'token', sealed);
		await worker.putValue('s1', 'logins', [clock.now()]);
		await worker.rememberSession('s1', ACCOUNT);
		const record = intent('i1', { expiresAt: clock.now() + DAY });
		await worker.reserveIntent(record);
		await worker.updateIntent('i1', { state: 'done', result: { message_id: 'm1' } });
		// Only as long as the process: the file is of those who read or listen.
		expect(placeIn('worker').exists()).toBe(false);
		await lose(worker);
		const again = await worker.reserveIntent(record);
		expect(again).toMatchObject({ created: false, intent: { state: 'done', result: { message_id: 'm1' } } });
		expect(await worker.getSecret('s1', 'token')).toBe(sealed);
		expect(await worker.getValue('s1', 'logins')).toHaveLength(1);
		expect(await worker.loadState(ACCOUNT)).toBeNull();
		expect(await before(worker, 'a')).toEqual(['nobody']);
		// What nobody may have passed is not called known: from an older state it comes again.
		const token = await read(worker);
		const { duplicates } = await worker.append(ACCOUNT, { token, events: events('e1', 'e2') });
		expect(duplicates).toEqual([]);
	});

	it('of a reader that stopped before others had read what it appended lets it come again', async () => {
		const main = await open('main');
		await main.saveConsumer(attached('a'));
		const token = await read(main);
		await main.append(ACCOUNT, { token, events: events('e1'), state: { pts: 1 } });
		await main.acknowledge('a', [1]);
		await main.close();
		await release(token);
		const worker = await open('worker');
		const session = await worker.acquireLease(sessionLeaseName('s1'), 'host/2/worker', TTL);
		if (!session.acquired) throw new Error('not acquired');
		await worker.rememberSession('s1', ACCOUNT);
		const reading = await worker.acquireLease(readerLeaseName(ACCOUNT), 'host/2/worker', TTL);
		if (!reading.acquired) throw new Error('not acquired');
		const batch = { token: reading.lease.token, events: events('e2'), state: { pts: 2 } };
		await worker.append(ACCOUNT, batch);
		// Either lease may be told first.
		for (const lease of [session.lease, reading.lease]) await worker.releaseLease(lease);
		await empty();
		await worker.renewLeases([], TTL);
		await restored(worker);
		const again = await open('main');
		await restored(again);
		expect(await again.loadState(ACCOUNT)).toEqual({ pts: 1 });
		const next = { token: await read(again), events: events('e1', 'e2'), state: { pts: 2 } };
		expect(await again.append(ACCOUNT, next)).toMatchObject({ duplicates: ['e1'] });
		expect(await before(again, 'a')).toEqual(['e2']);
	});

	it('of an earlier life is kept though its process gave the account up before its triggers were back', async () => {
		const first = await open();
		const token = await read(first);
		await first.saveConsumer(attached('a'));
		await first.append(ACCOUNT, { token, events: events('e1', 'e2'), state: { pts: 2 } });
		await first.acknowledge('a', [1]);
		await first.close();
		await release(token);
		const second = await open();
		const reading = await second.acquireLease(readerLeaseName(ACCOUNT), 'host/1/main', TTL);
		if (!reading.acquired) throw new Error('not acquired');
		await second.releaseLease(reading.lease);
		await lose(second);
		expect(await before(second, 'a')).toEqual(['e2']);
		expect(await second.loadState(ACCOUNT)).toEqual({ pts: 2 });
	});

	it('of a trigger that is just being opened is kept though its process gave the account up once more', async () => {
		const store = await open();
		await store.saveConsumer(attached('a'));
		await store.append(ACCOUNT, { token: await read(store), events: events('e1'), state: { pts: 1 } });
		await lose(store);
		const reading = await store.acquireLease(readerLeaseName(ACCOUNT), 'host/1/main', TTL);
		if (!reading.acquired) throw new Error('not acquired');
		await store.acquireLease(consumerLeaseName('a'), 'host/1/main', TTL);
		await store.releaseLease(reading.lease);
		await lose(store);
		expect(await before(store, 'a')).toEqual(['e1']);
		expect(await store.loadState(ACCOUNT)).toEqual({ pts: 1 });
	});

	it.each(['first', 'last'])(
		'of a reader that has not heard yet of a trigger in another process keeps what is before that one: put back %s',
		async (turn) => {
			const [reader, main] = [await open('reader'), await open('main')];
			const token = await read(reader, 'host/2/worker');
			await main.saveConsumer(attached('a'));
			await reader.append(ACCOUNT, { token, events: events('e1', 'e2'), state: { pts: 2 } });
			await empty();
			for (const store of turn === 'first' ? [reader, main] : [main, reader]) {
				await store.renewLeases([], TTL);
				await restored(store);
			}
			expect(await before(main, 'a')).toEqual(['e1', 'e2']);
			expect(await main.loadState(ACCOUNT)).toEqual({ pts: 2 });
		},
	);

	it('is whole at every moment: what was put back and is lost again, before it was copied anew, is put back again', async () => {
		const first = await open();
		await first.saveConsumer(attached('a'));
		const token = await read(first);
		await first.append(ACCOUNT, { token, events: events('e1', 'e2'), state: { pts: 2 } });
		await first.acknowledge('a', [1]);
		await first.close();
		await empty();
		let isBroken = true;
		const broken = Promise.withResolvers<void>();
		const place: MirrorPlace = {
			...placeIn('main'),
			exists: () => true,
			async open(): Promise<StoreMirror> {
				const mirror = await placeIn('main').open();
				return new Proxy(mirror, {
					get(target, name) {
						const verb: unknown = Reflect.get(target, name);
						if (typeof verb !== 'function') return verb;
						if (!/^(stage|take)/.test(String(name))) return verb.bind(target) as unknown;
						return async (...args: unknown[]) => {
							if (isBroken && name === 'stage') {
								broken.resolve();
								throw new Error('the process died');
							}
							return (verb as (...some: unknown[]) => unknown).apply(target, args);
						};
					},
				});
			},
		};
		const second = await open(place);
		await broken.promise;
		await empty();
		isBroken = false;
		await second.renewLeases([], TTL);
		await restored(second);
		expect(await before(second, 'a')).toEqual(['e2']);
		expect(await second.loadState(ACCOUNT)).toEqual({ pts: 2 });
	});

	it('is put back once more when the loss is noticed in the middle, and somebody else is there already', async () => {
		const first = await open();
		await first.saveConsumer(attached('a'));
		await first.append(ACCOUNT, { token: await read(first), events: events('e1'), state: { pts: 1 } });
		await first.close();
		await empty();
		const [other, ended] = [await open('another-host'), Promise.withResolvers<void>()];
		let inTheMiddle = async (): Promise<void> => undefined;
		const place: MirrorPlace = {
			...placeIn('main'),
			async open(): Promise<StoreMirror> {
				const mirror = await placeIn('main').open();
				const { begunOf } = mirror;
				mirror.begunOf = async (account) => {
					// Everything but the state is back.
					await inTheMiddle();
					return begunOf(account);
				};
				return mirror;
			},
		};
		const opening = open(place);
		inTheMiddle = async () => {
			inTheMiddle = () => Promise.resolve();
			const store = await opening;
			await empty();
			for (const each of [other, store]) await each.renewLeases([], TTL);
			await other.rememberSession('s1', ACCOUNT);
			ended.resolve();
		};
		const second = await opening;
		await ended.promise;
		await restored(second);
		expect(await before(second, 'a')).toEqual(['e1']);
		expect(await second.loadState(ACCOUNT)).toEqual({ pts: 1 });
	});

	it('is put back once more when the loss is noticed at the end of putting back', async () => {
		const first = await open();
		await first.saveConsumer(attached('a'));
		await first.append(ACCOUNT, { token: await read(first), events: events('e1'), state: { pts: 1 } });
		await first.close();
		await empty();
		let atTheEnd = async (): Promise<void> => undefined;
		const place: MirrorPlace = {
			...placeIn('main'),
			async open(): Promise<StoreMirror> {
				const mirror = await placeIn('main').open();
				const { staleAccounts } = mirror;
				mirror.staleAccounts = async (epoch) => {
					const stale = await staleAccounts(epoch);
					if (stale.length === 0) await atTheEnd();
					return stale;
				};
				return mirror;
			},
		};
		const ended = Promise.withResolvers<void>();
		const opening = open(place);
		atTheEnd = async () => {
			atTheEnd = () => Promise.resolve();
			const store = await opening;
			await empty();
			await store.renewLeases([], TTL);
			ended.resolve();
		};
		const second = await opening;
		await ended.promise;
		await restored(second);
		expect(await before(second, 'a')).toEqual(['e1']);
		expect(await second.loadState(ACCOUNT)).toEqual({ pts: 1 });
	});

	it('of such a process knows a send that began while it was made', async () => {
		const [written, taken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		let copies = 0;
		const place: MirrorPlace = {
			...placeIn('worker'),
			async openMemory(): Promise<StoreMirror> {
				const mirror = await placeIn('worker').openMemory();
				const { takeAccount } = mirror;
				mirror.takeAccount = async (...copy) => {
					copies += 1;
					// The one that is made a second after the session was opened comes right behind the one before the send.
					if (copies === 1) await clock.advance(1_000);
					if (copies === 2) await written.promise;
					await takeAccount(...copy);
					if (copies === 2) taken.resolve();
				};
				return mirror;
			},
		};
		const store = await open(place);
		await store.acquireLease(sessionLeaseName('s1'), 'host/2/worker', TTL);
		await store.rememberSession('s1', ACCOUNT);
		const record = intent('i1', { expiresAt: clock.now() + DAY });
		await store.reserveIntent(record);
		await passes(clock, () => copies === 2, 'the second copy', { stepMs: 0, steps: 500 });
		await store.updateIntent('i1', { state: 'sent' });
		written.resolve();
		await taken.promise;
		await lose(store);
		expect(await store.reserveIntent(record)).toMatchObject({ created: false, intent: { state: 'sent' } });
	});

	it('of such a process goes on in the file once it listens', async () => {
		const store = await open('worker');
		await store.acquireLease(sessionLeaseName('s1'), 'host/2/worker', TTL);
		await store.rememberSession('s1', ACCOUNT);
		const record = intent('i1', { expiresAt: clock.now() + DAY });
		await store.reserveIntent(record);
		const token = await read(store);
		await store.saveConsumer(attached('a'));
		await store.append(ACCOUNT, { token, events: events('e1'), state: { pts: 1 } });
		await store.close();
		await empty();
		const next = await open('worker');
		await restored(next);
		expect(await before(next, 'a')).toEqual(['e1']);
		expect(await next.reserveIntent(record)).toMatchObject({ created: false });
	});

	it('keeps of an account that has gone to another process what was sent here, and nothing else', async () => {
		const worker = await open('worker');
		const answer = await worker.acquireLease(sessionLeaseName('s1'), 'host/2/worker', TTL);
		if (!answer.acquired) throw new Error('not acquired');
		await worker.rememberSession('s1', ACCOUNT);
		const record = intent('i1', { expiresAt: clock.now() + DAY });
		await worker.reserveIntent(record);
		await worker.updateIntent('i1', { state: 'sent' });
		await worker.releaseLease(answer.lease);
		const main = await open('main');
		await main.saveConsumer(attached('a'));
		const token = await read(main);
		await main.append(ACCOUNT, { token, events: events('e1', 'e2'), state: { pts: 2 } });
		await main.acknowledge('a', [1]);
		await empty();
		// What the worker has comes first, and does not count as somebody's reading.
		await worker.renewLeases([], TTL);
		await restored(worker);
		expect(await worker.loadState(ACCOUNT)).toBeNull();
		expect(await before(worker, 'a')).toEqual(['nobody']);
		await main.renewLeases([], TTL);
		await restored(main);
		expect(main.info.degraded).not.toContain('somebody had read before');
		expect(await before(main, 'a')).toEqual(['e2']);
		expect(await main.loadState(ACCOUNT)).toEqual({ pts: 2 });
		expect((await main.reserveIntent(record)).intent.state).toBe('sent');
	});

	it('of several processes: each knows best how far its own triggers are', async () => {
		const [reader, follower] = [await open('one'), await open('two')];
		const token = await read(reader);
		await reader.saveConsumer(attached('here'));
		await follower.saveConsumer(attached('there'));
		await reader.append(ACCOUNT, { token, events: events('e1', 'e2', 'e3'), state: { pts: 3 } });
		await follower.readEntries(ACCOUNT, 0, 10);
		await reader.acknowledge('here', [1]);
		await follower.acknowledge('there', [1, 2]);
		await lose(reader, follower);
		expect(await before(reader, 'here')).toEqual(['e2', 'e3']);
		expect(await before(follower, 'there')).toEqual(['e3']);
		expect(await reader.loadState(ACCOUNT)).toEqual({ pts: 3 });
	});

	it('of a process without one: it hears that another one had it', async () => {
		const main = await open();
		await main.saveConsumer(attached('a'));
		const settings = server.settings(`mirror-${prefix}`);
		const worker = await openRedisStore({ ...services(), settings, leaseTime: 'clock', guardMs: 0 });
		onTestFinished(() => worker.close());
		await empty();
		await worker.renewLeases([], TTL);
		expect(worker.info.degraded).toContain('triggers go on from now');
		await main.renewLeases([], TTL);
		await restored(main);
		await worker.renewLeases([], TTL);
		expect(worker.info.degraded).toContain('were put back from a copy');
	});

	it('that comes after somebody has read without it: the account is read again from where the copy ends', async () => {
		const first = await open();
		await first.saveConsumer(attached('a'));
		await first.append(ACCOUNT, { token: await read(first), events: events('e1', 'e2'), state: { pts: 2 } });
		await first.acknowledge('a', [1]);
		await first.close();
		await empty();
		await clock.advance(TTL);
		const other = await open('another-host');
		const token = await read(other);
		// Nobody knows the trigger there: it is taken for a new one.
		await other.saveConsumer({ ...attached('a'), notBefore: clock.now() });
		const position = await other.acquireLease(consumerLeaseName('a'), 'host/1/main', DAY);
		await other.append(ACCOUNT, { token, events: events('e9'), state: { pts: 9 } });
		const second = await open();
		await restored(second);
		expect(await before(second, 'a')).toEqual(['e9', 'e2']);
		expect((await second.loadConsumer('a'))?.notBefore).toBe(attached('a').notBefore);
		expect(await other.renewLeases(position.acquired ? [position.lease] : [], DAY)).toHaveLength(1);
		expect(await second.loadState(ACCOUNT)).toEqual({ pts: 2 });
		const late = other.append(ACCOUNT, { token, events: events('e10'), state: { pts: 10 } });
		await expect(late).rejects.toMatchObject({ code: 'account_in_use' });
		// The next reader finds what is missing; what is known does not come again.
		const again = { token: await read(other), events: events('e2', 'e3', 'e9', 'e10') };
		expect((await other.append(ACCOUNT, again)).duplicates).toEqual(['e2', 'e9']);
		expect(await before(second, 'a')).toEqual(['e9', 'e2', 'e3', 'e10']);
		expect((await other.sweep(LIMITS)).gaps).toEqual([]);
	});

	it('that comes after two lives, of which the second one kept what the first one had, is put back', async () => {
		const first = await open();
		await first.saveConsumer(attached('a'));
		await first.append(ACCOUNT, { token: await read(first), events: events('e1', 'e2'), state: { pts: 2 } });
		await first.acknowledge('a', [1]);
		await first.close();
		await empty();
		const other = await open('another-host');
		await other.rememberSession('s1', ACCOUNT);
		// The next life begins with what the one before had.
		await loseLastWrites(other);
		await restored(other);
		const second = await open();
		await restored(second);
		expect(await before(second, 'a')).toEqual(['e2']);
		expect(await second.loadState(ACCOUNT)).toEqual({ pts: 2 });
	});

	it('that takes the place of an older journal keeps nobody from putting back what it does not have', async () => {
		const [main, other] = [await open('main'), await open('other')];
		await main.saveConsumer(attached('here'));
		// A second session of the same person: its process does not read, and has not heard of everything yet.
		const session = await other.acquireLease(sessionLeaseName('s2'), 'host/2/main', TTL);
		expect(session.acquired).toBe(true);
		await other.rememberSession('s2', ACCOUNT);
		await other.saveConsumer(attached('there'));
		const token = await read(main);
		await main.append(ACCOUNT, { token, events: events('e1', 'e2', 'e3'), state: { pts: 3 } });
		await other.readEntries(ACCOUNT, 2, 10);
		await loseLastWrites(other);
		await restored(other);
		await main.renewLeases([], TTL);
		await restored(main);
		expect((await before(main, 'here')).sort()).toEqual(['e1', 'e2', 'e3']);
		expect((await before(other, 'there')).sort()).toEqual(['e1', 'e2', 'e3']);
	});

	it('of what began later does not hide that of an earlier reader, whichever is put back first', async () => {
		const first = await open();
		await first.saveConsumer(attached('a'));
		await first.append(ACCOUNT, { token: await read(first), events: events('e1', 'e2'), state: { pts: 2 } });
		await first.close();
		await empty();
		await clock.advance(TTL);
		// Somebody reads from now on, since nobody knows better; and what this one has is put back first after the next loss.
		const other = await open('another-host');
		await other.saveConsumer({ ...attached('a'), notBefore: clock.now() });
		await other.append(ACCOUNT, { token: await read(other), events: events('e9'), state: { pts: 9 } });
		await lose(other);
		const second = await open();
		await restored(second);
		expect(await second.loadState(ACCOUNT)).toEqual({ pts: 2 });
		expect((await second.loadConsumer('a'))?.notBefore).toBe(attached('a').notBefore);
		expect(await before(second, 'a')).toEqual(['e9', 'e1', 'e2']);
		// The one who began later cannot bring its own back.
		await lose(second, other);
		expect(await second.loadState(ACCOUNT)).toEqual({ pts: 2 });
	});

	it('gives a trigger that was just taken for a new one its beginning and what was journalled before it', async () => {
		const first = await open();
		await first.saveConsumer(attached('a'));
		await first.append(ACCOUNT, { token: await read(first), events: events('e1'), state: { pts: 1 } });
		await first.close();
		await empty();
		await clock.advance(TTL);
		const other = await open('another-host');
		const position = await other.acquireLease(consumerLeaseName('a'), 'host/1/main', DAY);
		const taken = { ...attached('a'), notBefore: clock.now() };
		expect(await other.loadConsumer('a')).toBeNull();
		const token = await read(other);
		await other.append(ACCOUNT, { token, events: events('e8', 'e9'), state: { pts: 9 } });
		const second = await open();
		// It was found nowhere and is written now, at the same time as what is known of it is put back.
		await other.saveConsumer(taken);
		await restored(second);
		await other.saveConsumer(taken);
		expect((await second.loadConsumer('a'))?.notBefore).toBe(attached('a').notBefore);
		expect((await second.listConsumers(ACCOUNT)).map(({ notBefore }) => notBefore)).toEqual([
			attached('a').notBefore,
		]);
		expect(await before(second, 'a')).toContain('e8');
		expect(await other.renewLeases(position.acquired ? [position.lease] : [], DAY)).toHaveLength(1);
	});

	it('that comes after somebody has read without it, and without a state, tells that something may be missing', async () => {
		const first = await open();
		await first.saveConsumer(attached('a'));
		await first.append(ACCOUNT, { token: await read(first), events: events('e1', 'e2') });
		await first.close();
		await empty();
		const other = await open('another-host');
		const token = await read(other);
		await other.append(ACCOUNT, { token, events: events('e9'), state: { pts: 9 } });
		const second = await open();
		await restored(second);
		expect(second.info.degraded).toContain('For some accounts (1) somebody had read before');
		expect(await before(second, 'a')).toEqual(['e9', 'e1', 'e2']);
		// The reader goes on, and its sweep tells the gap.
		await other.append(ACCOUNT, { token, events: events('e10'), state: { pts: 10 } });
		expect((await other.sweep(LIMITS)).gaps).toMatchObject([{ consumer: 'a', accountId: ACCOUNT, count: 0 }]);
	});

	it('never has a state without the messages before it', async () => {
		const first = await open();
		await first.saveConsumer(attached('a'));
		const token = await read(first);
		await first.append(ACCOUNT, { token, events: events('e1'), state: { pts: 1 } });
		// Another process reads for a while; then this one again, which could not copy what came meanwhile.
		await first.renewLeases([{ name: readerLeaseName(ACCOUNT), token: token - 1, expiresAt: 0 }], TTL);
		await release(token);
		const other = await open('another-host');
		const theirs = await read(other);
		await other.append(ACCOUNT, { token: theirs, events: events('e2'), state: { pts: 2 } });
		await first.saveState(ACCOUNT, theirs, { pts: 3 });
		await first.append(ACCOUNT, { token: theirs, events: [], state: { pts: 4 } });
		await other.close();
		await lose(first);
		const [state, waiting] = [await first.loadState(ACCOUNT), await before(first, 'a')];
		expect([state, waiting]).toEqual([{ pts: 4 }, ['e1', 'e2']]);
	});

	it('that cannot be written is said in status, costs nothing while Redis keeps its data, and a gap when it does not', async () => {
		const full = () => Promise.reject(new Error('the disk is full'));
		const place = { exists: () => false, open: full, openMemory: full };
		const store = await open(place);
		const token = await read(store);
		await store.saveConsumer(attached('a'));
		await store.append(ACCOUNT, { token, events: events('e1') });
		expect(store.info.degraded).toContain('the disk is full');
		expect(await before(store, 'a')).toEqual(['e1']);
		await empty();
		await store.renewLeases([], TTL);
		expect(store.info.degraded).toContain('triggers go on from now');
		await store.saveConsumer(attached('a'));
		expect((await store.sweep(LIMITS)).gaps).toMatchObject([{ consumer: 'a', count: 0 }]);
	});

	it('has what was appended though the answer was lost', async () => {
		const relay = await Relay.to(server.port);
		onTestFinished(() => relay.close());
		const settings = {
			...server.settings(`mirror-${prefix}`),
			nodes: [{ host: '127.0.0.1', port: relay.port }],
		};
		const store = await open('main', settings);
		await store.saveConsumer(attached('a'));
		const token = await read(store);
		await store.append(ACCOUNT, { token, events: events('e1'), state: { pts: 1 } });
		relay.swallowAnswers = true;
		const lost = store.append(ACCOUNT, { token, events: events('e2'), state: { pts: 2 } });
		const told = expect(lost).rejects.toMatchObject({ code: 'store_unavailable' });
		await passes(clock, () => relay.swallowed > 0, 'the answer that is lost', { stepMs: 0, steps: 500 });
		relay.swallowAnswers = false;
		relay.cut();
		await told;
		let result: unknown;
		while (result === undefined) {
			result = await store
				.append(ACCOUNT, { token, events: events('e2', 'e3'), state: { pts: 3 } })
				.catch(() => undefined);
			await clock.advance(500);
		}
		expect(result).toMatchObject({ duplicates: ['e2'], appended: [{ eventId: 'e3' }] });
		await lose(store);
		expect(await before(store, 'a')).toEqual(['e1', 'e2', 'e3']);
		expect(await store.loadState(ACCOUNT)).toEqual({ pts: 3 });
	});
});
