import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJournalHub } from '../../../src/pool/journal';
import { silentLogger } from '../../../src/runtime';
import { seededRandom, settle, until } from '../../support/manual-clock';
import { ACCOUNT, event, Executions, filter, Provider, world, type World } from './support';

describe.each(['memory', 'sqlite'] as const)('the hub on a %s store', (kind) => {
	let w: World;
	beforeEach(async () => {
		w = await world({ store: kind });
	});
	afterEach(() => w.close());

	it('hands a message on once the account is live', async () => {
		const handle = w.attach();
		await handle.live;
		await w.provider.write(event({ id: 'a' }));
		await until(() => w.executions.rows.length === 1, 'the execution');
		expect(w.executions.rows[0]).toMatchObject({ ids: ['a'], attempt: 1 });
		expect(w.executions.rows[0]?.key).toMatch(/^[\w-]{43}$/u);
	});

	it('runs the engine only while somebody is attached', async () => {
		await w.provider.write(event({ id: 'before' }));
		await w.clock.advance(1_000);
		expect(w.provider.reading).toBe(false);
		const handle = w.attach();
		await handle.live;
		expect(w.hub.stats()).toMatchObject({ subscribers: 1, state: 'live' });
		handle.end();
		handle.end();
		await until(() => w.provider.stops === 1 && w.hub.stats().state === 'idle', 'the engine to stop');
		expect(w.executions.rows).toEqual([]);
		expect(await w.store.lastSeq(ACCOUNT)).toBe(0);
	});

	it('recovers what came while nobody was attached, once, and marks where a trigger starts', async () => {
		await w.provider.write(event({ id: 'old' }));
		await w.clock.advance(1_000);
		const first = w.attach();
		await first.live;
		expect(w.provider.lastStart?.state).toBeNull();
		await w.provider.write(event({ id: 'a' }));
		await until(() => w.executions.rows.length === 1, 'a');
		w.executions.finishAll();
		await settle(10);
		first.end();
		await until(() => !w.provider.reading && w.hub.stats().state === 'idle', 'the stop');
		await w.provider.write(event({ id: 'b' }), event({ id: 'c', chat: 'c2' }));
		await w.clock.advance(60_000);
		const again = w.attach();
		await again.live;
		expect(w.provider.lastStart?.state).toEqual({ seen: 2 });
		await until(() => w.executions.rows.length === 3, 'b and c');
		expect(w.executions.ids.sort()).toEqual(['a', 'b', 'c']);
	});

	it('gives a new trigger what was written since it asked to listen, however long the account took to connect', async () => {
		await w.provider.write(event({ id: 'old' }));
		await w.clock.advance(1_000);
		const askedAt = w.clock.now();
		await w.provider.write(event({ id: 'while connecting' }));
		await w.clock.advance(60_000);
		w.executions.auto = () => ({ kind: 'finished', ok: true });
		const handle = w.hub.attach({ ...w.request(), askedAt });
		await handle.live;
		await w.provider.write(event({ id: 'live' }));
		await until(() => w.executions.rows.length === 2, 'both');
		expect(w.executions.ids).toEqual(['while connecting', 'live']);
	});

	it('gives each of two triggers what its own filter accepts, and the other goes on when one ends', async () => {
		const images = new Executions();
		const all = w.attach();
		const some = w.attach({ filter: filter({ messageKinds: ['image'] }) }, 'n2', images);
		await Promise.all([all.live, some.live]);
		await settle(20);
		await w.provider.write(
			event({ id: 'text', chat: 'x' }),
			event({ id: 'picture', chat: 'y', media: { has_images: true, images: [{ ref: 'r' }] } }),
		);
		await until(() => w.executions.rows.length === 2 && images.rows.length === 1, 'both');
		expect(images.ids).toEqual(['picture']);
		some.end();
		expect(w.provider.reading).toBe(true);
		await w.provider.write(event({ id: 'later', chat: 'z' }));
		await until(() => w.executions.rows.length === 3, 'later');
		expect(images.ids).toEqual(['picture']);
	});

	it('acknowledges what is finished and survives a restart without starting anything twice', async () => {
		const handle = w.attach();
		await handle.live;
		for (let index = 0; index < 12; index += 1)
			await w.provider.write(event({ id: `e${index}`, chat: `c${index % 3}` }));
		w.executions.auto = () => ({ kind: 'finished', ok: true });
		w.executions.finishAll();
		await until(() => w.executions.rows.length === 12 && w.executions.running.length === 0, 'all');
		await settle(20);
		await w.reopen({ forgetProcess: true });
		const again = w.attach();
		await again.live;
		await settle(50);
		expect(w.executions.rows).toHaveLength(12);
		const consumer = (await w.store.listConsumers(ACCOUNT))[0];
		const loaded = await w.store.loadConsumer(consumer?.id ?? '');
		expect(loaded?.position).toEqual({ watermark: 12, acknowledged: [], unsettled: [] });
	});

	it('stores only the id of what no remembered trigger wants, raw only when one asks', async () => {
		const handle = w.attach({ filter: filter({ includeChats: ['wanted'] }) });
		await handle.live;
		await settle(20);
		await w.provider.write(
			event({ id: 'no', chat: 'other', raw: { a: 1 } }),
			event({ id: 'yes', chat: 'wanted', raw: { a: 1 } }),
		);
		let entries = await w.store.readEntries(ACCOUNT, 0, 10);
		expect(entries.map((entry) => [entry.eventId, entry.event !== null])).toEqual([
			['no', false],
			['yes', true],
		]);
		expect(entries[1]?.event).not.toHaveProperty('raw');
		const curious = new Executions();
		const raw = w.attach({ wantsRaw: true }, 'n2', curious);
		await raw.live;
		await settle(20);
		await w.provider.write(event({ id: 'both', chat: 'wanted', raw: { a: 2 } }));
		entries = await w.store.readEntries(ACCOUNT, 2, 10);
		expect(entries[0]?.event?.raw).toEqual({ a: 2 });
		await until(() => curious.rows.length === 1 && w.executions.rows.length === 1, 'both triggers');
		w.executions.finishAll();
		await until(() => w.executions.rows.length === 2, 'the second of the first trigger');
		expect(curious.rows[0]?.events[0]?.raw).toEqual({ a: 2 });
		expect(w.executions.rows[1]?.events[0]).not.toHaveProperty('raw');
	});

	it('accepts a webhook only while somebody is attached', async () => {
		expect(await w.hub.accept({ text: 'hello' })).toBe(false);
		const handle = w.attach();
		expect(await w.hub.accept({ text: 'hello' })).toBe(true);
		expect(await w.hub.accept({ other: 1 })).toBe(false);
		await handle.live;
		await until(() => w.executions.rows.length === 1, 'the hint');
		expect(w.executions.rows[0]?.events[0]?.text).toBe('hello');
	});
});

describe('one node on two accounts', () => {
	it('shares its window between them in turns', async () => {
		const w = await world();
		const second = new Provider(w.clock);
		const other = createJournalHub({
			store: w.store,
			account: 'avito:2',
			label: 'other shop',
			token: 1,
			clock: w.clock,
			random: seededRandom(2),
			logger: silentLogger,
			open: second,
			memories: w.memories,
			onWaitMatched: () => Promise.resolve('gone'),
		});
		const options = { window: 2, chatOrderMs: 0 };
		const first = w.attach(options);
		const handle = other.attach({ ...w.request(options), slot: 'second' });
		await Promise.all([first.live, handle.live]);
		await settle(20);
		await w.provider.write(...Array.from({ length: 10 }, (_, index) => event({ id: `a${index}` })));
		await second.write(...Array.from({ length: 3 }, (_, index) => event({ id: `b${index}` })));
		await settle(10);
		expect(w.executions.running).toHaveLength(2);
		for (let index = 0; index < 8; index += 1) {
			w.executions.settle(w.executions.running[0]);
			await settle(10);
			expect(w.executions.running).toHaveLength(2);
		}
		// The flooded account does not make the other wait for its whole backlog.
		expect(w.executions.ids.filter((id) => id.startsWith('b'))).toEqual(['b0', 'b1', 'b2']);
		await other.stop();
		await w.close();
	});
});

describe('an engine that appends without waiting', () => {
	it('keeps its order, whatever is written beside', async () => {
		const w = await world();
		const handle = w.attach({ quietAfterDeviceMs: 60_000, filter: filter({ directions: ['in', 'out'] }) });
		await handle.live;
		await settle(20);
		const [device, client] = [
			event({ id: 'd', meta: { direction: 'out', sent_by: 'device' } }),
			event({ id: 'c' }),
		];
		const writer = w.provider.writer;
		const at = w.clock.now();
		await Promise.all([
			writer.append([{ event: device, at, recovered: false }]),
			writer.append([{ event: client, at, recovered: false }]),
		]);
		const entries = await w.store.readEntries(ACCOUNT, 0, 10);
		expect(entries.map((entry) => entry.eventId)).toEqual(['d', 'c']);
		await settle(10);
		expect(w.executions.ids).toEqual(['d']);
		await w.close();
	});
});

describe('an older reader', () => {
	it('is refused once a newer one has journalled', async () => {
		const w = await world();
		const handle = w.attach();
		await handle.live;
		await settle(20);
		await w.store.append(ACCOUNT, { token: 99, events: [] });
		await expect(w.provider.write(event({ id: 'a' }))).rejects.toMatchObject({ code: 'account_in_use' });
		await settle(10);
		expect(w.executions.rows).toEqual([]);
		await w.close();
	});
});
