import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consumerId } from '../../../src/pool/consumer';
import type { ConsumerOptions } from '../../../src/pool/types';
import { settle, until } from '../../support/manual-clock';
import { ACCOUNT, event, Executions, filter, world, type World } from '../journal/support';

const ID = consumerId({ instance: 'i', workflow: 'w', node: 'n1' }, ACCOUNT);

describe('a consumer', () => {
	let w: World;
	beforeEach(async () => {
		w = await world();
	});
	afterEach(() => w.close());

	async function attached(parts: Partial<ConsumerOptions> = {}) {
		const handle = w.attach(parts);
		await handle.live;
		await until(async () => (await w.store.loadConsumer(ID)) !== null, 'the consumer');
		await settle(10);
		return handle;
	}
	const position = async () => (await w.store.loadConsumer(ID))?.position;

	describe('order and window', () => {
		it('never has more unfinished executions than the window, whatever the backlog', async () => {
			await attached({ window: 3 });
			for (let index = 0; index < 20; index += 1)
				await w.provider.write(event({ id: `e${index}`, chat: `c${index}` }));
			await settle(20);
			expect(w.executions.running).toHaveLength(3);
			w.executions.settle(w.executions.running[1]);
			await settle(10);
			expect(w.executions.running).toHaveLength(3);
			w.executions.auto = () => ({ kind: 'finished', ok: true });
			w.executions.finishAll();
			await until(() => w.executions.rows.length === 20, 'all');
			expect(w.executions.peak).toBe(3);
		});

		it('emits the next event of a chat after the earlier one settled, others meanwhile', async () => {
			await attached();
			await w.provider.write(
				event({ id: 'a1', chat: 'a' }),
				event({ id: 'a2', chat: 'a' }),
				event({ id: 'b1', chat: 'b' }),
			);
			await settle(20);
			expect(w.executions.ids).toEqual(['a1', 'b1']);
			w.executions.settle(w.executions.rows[0]);
			await settle(20);
			expect(w.executions.ids).toEqual(['a1', 'b1', 'a2']);
		});

		it('waits no longer than the order limit', async () => {
			await attached({ chatOrderMs: 30_000 });
			await w.provider.write(event({ id: 'a1' }), event({ id: 'a2' }));
			await w.clock.advance(29_999);
			expect(w.executions.ids).toEqual(['a1']);
			await w.clock.advance(1);
			await settle(10);
			expect(w.executions.ids).toEqual(['a1', 'a2']);
		});

		it('is parallel within a chat when told so', async () => {
			await attached({ chatOrderMs: 0, window: 4 });
			await w.provider.write(...[1, 2, 3, 4, 5].map((index) => event({ id: `a${index}` })));
			await settle(20);
			expect(w.executions.ids).toEqual(['a1', 'a2', 'a3', 'a4']);
		});

		it('lets other chats through while one chat has a long backlog of its own', async () => {
			await w.close();
			w = await world({ limits: { bodies: 3, readAhead: 5, pending: 1_000, live: 10, repeats: 10 } });
			await attached();
			await w.provider.write(
				...Array.from({ length: 60 }, (_, index) => event({ id: `a${index}`, chat: 'a' })),
			);
			await w.provider.write(event({ id: 'b', chat: 'b' }));
			await until(() => w.executions.rows.length === 2, 'the other chat');
			expect(w.executions.ids).toEqual(['a0', 'b']);
			w.executions.auto = () => ({ kind: 'finished', ok: true });
			w.executions.finishAll();
			await until(() => w.executions.rows.length === 61, 'all of them');
			expect(w.executions.ids.filter((id) => id !== 'b')).toEqual(
				Array.from({ length: 60 }, (_, index) => `a${index}`),
			);
		});

		it('takes 2,000 events at once with bounded memory and hands each on once', async () => {
			await attached();
			await w.provider.write(
				...Array.from({ length: 2_000 }, (_, index) => event({ id: `e${index}`, chat: `c${index % 500}` })),
			);
			await settle(20);
			expect(w.executions.running).toHaveLength(5);
			expect(w.hub.stats().pending).toBeLessThan(700);
			w.executions.auto = () => ({ kind: 'finished', ok: true });
			w.executions.finishAll();
			await until(
				() => w.executions.rows.length === 2_000 && w.executions.running.length === 0,
				'all',
				60_000,
			);
			expect(new Set(w.executions.ids).size).toBe(2_000);
			await w.clock.advance(2_000);
			await settle(20);
			expect(await position()).toEqual({ watermark: 2_000, acknowledged: [], unsettled: [] });
		}, 30_000);

		it('acknowledges in bulk what its filter rejects', async () => {
			await attached({ filter: filter({ includeChats: ['wanted'] }) });
			let writes = 0;
			const acknowledge = w.store.acknowledge.bind(w.store);
			w.store.acknowledge = (...args) => {
				writes += 1;
				return acknowledge(...args);
			};
			for (let index = 0; index < 100; index += 1)
				await w.provider.write(event({ id: `e${index}`, chat: 'other' }));
			await w.clock.advance(2_000);
			await settle(10);
			expect(writes).toBe(1);
			expect((await position())?.watermark).toBe(100);
		});
	});

	it('writes what its filter has passed when it is closed', async () => {
		const handle = await attached({ filter: filter({ includeChats: ['wanted'] }) });
		await w.provider.write(event({ chat: 'other' }), event({ chat: 'other' }));
		await settle(5);
		expect((await position())?.watermark).toBe(0);
		handle.end();
		await settle(5);
		expect((await position())?.watermark).toBe(2);
	});

	it('does not emit what a wait of another process has taken', async () => {
		await attached({ window: 1 });
		const item = event({ id: 'theirs' });
		const held = { heldBy: 'w9', heldUntil: w.clock.now() + 60_000 };
		await w.store.append(ACCOUNT, {
			token: 1,
			events: [
				{ eventId: 'theirs', event: item, chatId: 'c1', at: w.clock.now(), recovered: false, ...held },
			],
		});
		await w.provider.write(event({ id: 'ours', chat: 'c2' }));
		await until(() => w.executions.ids.includes('ours'), 'ours');
		await w.store.settleHeld(ACCOUNT, 1, 'consume');
		w.executions.finishAll();
		await w.clock.advance(70_000);
		await settle(10);
		expect(w.executions.ids).toEqual(['ours']);
		expect((await position())?.watermark).toBe(2);
	});

	describe('settlements', () => {
		it('writes the emit down before it hands it on, and acknowledges after', async () => {
			await attached({ acknowledge: 'finished' });
			await w.provider.write(event({ id: 'a' }));
			await until(() => w.executions.rows.length === 1, 'the execution');
			expect((await position())?.unsettled).toMatchObject([
				{ seqs: [1], attempt: 1, key: w.executions.rows[0]?.key },
			]);
			w.executions.finishAll({ kind: 'finished', ok: false });
			await settle(10);
			expect(await position()).toEqual({ watermark: 1, acknowledged: [], unsettled: [] });
		});

		it('emits again with the same key after a back-off when no execution was created', async () => {
			await attached();
			w.executions.refuseNext = 2;
			await w.provider.write(event({ id: 'a' }));
			await settle(20);
			expect(w.executions).toMatchObject({ refused: 1, rows: [] });
			expect(w.memories.of({ instance: 'i', workflow: 'w', node: 'n1' }, 5).window.used).toBe(0);
			await w.clock.advance(1_000);
			await settle(10);
			expect(w.executions.refused).toBe(2);
			await w.clock.advance(2_000);
			await until(() => w.executions.rows.length === 1, 'the third try');
			expect(w.executions.rows[0]).toMatchObject({ attempt: 1, ids: ['a'] });
		});

		it('is not blocked by an event that can never be created', async () => {
			const handle = w.hub.attach({
				...w.request(),
				deliver: (delivery) =>
					delivery.events[0]?.event_id === 'poison'
						? Promise.resolve({ kind: 'not_created', error: new Error('too large') })
						: w.executions.deliver(delivery),
			});
			await handle.live;
			await settle(20);
			await w.provider.write(
				event({ id: 'poison', chat: 'x' }),
				event({ id: 'next', chat: 'x' }),
				event({ id: 'y', chat: 'y' }),
			);
			await w.clock.advance(31_000);
			await settle(20);
			expect(w.executions.ids).toEqual(['y', 'next']);
			expect((await position())?.acknowledged).toEqual([]);
			expect((await position())?.unsettled).toContainEqual(
				expect.objectContaining({ seqs: [1], attempt: 1 }),
			);
		});

		it('tries three times with "succeeded", then gives up with an account_state', async () => {
			await attached({
				acknowledge: 'succeeded',
				filter: filter({ eventTypes: ['message', 'account_state'] }),
			});
			w.executions.auto = (row) => ({ kind: 'finished', ok: row.events[0]?.event_type === 'account_state' });
			await w.provider.write(event({ id: 'a' }), event({ id: 'b' }));
			for (let index = 0; index < 12; index += 1) {
				await w.clock.advance(5_000);
				await settle(10);
			}
			const attempts = (id: string) =>
				w.executions.rows.filter((row) => row.ids.includes(id)).map((row) => row.attempt);
			expect(attempts('a')).toEqual([1, 2, 3]);
			expect(attempts('b')).toEqual([1, 2, 3]);
			expect(
				w.executions.rows.filter((row) => row.ids.includes('a')).map((row) => row.events[0]?.meta.attempt),
			).toEqual([1, 2, 3]);
			expect(new Set(w.executions.rows.map((row) => row.key)).size).toBe(w.executions.rows.length);
			const told = w.executions.rows.filter((row) => row.events[0]?.event_type === 'account_state');
			expect(told.map((row) => row.events[0]?.data?.['event_id'])).toEqual(['a', 'b']);
			await w.clock.advance(2_000);
			expect((await position())?.unsettled).toEqual([]);
		});

		it('a trigger on account_state that always fails does not feed itself', async () => {
			await attached({ acknowledge: 'succeeded', filter: filter({ eventTypes: ['account_state'] }) });
			w.executions.auto = () => ({ kind: 'finished', ok: false });
			await w.hub.announce(event({ id: 's', type: 'account_state', chat: '' }));
			for (let index = 0; index < 10; index += 1) await w.clock.advance(10_000);
			expect(w.executions.rows.map((row) => row.attempt)).toEqual([1, 2, 3]);
		});

		it('when n8n creates nothing at all, only so many are tried again and again', async () => {
			await w.close();
			w = await world({ limits: { bodies: 10, readAhead: 50, pending: 1_000, live: 10, repeats: 4 } });
			await attached({ window: 2 });
			w.executions.refuseNext = 1_000_000;
			await w.provider.write(
				...Array.from({ length: 100 }, (_, index) => event({ id: `e${index}`, chat: `c${index}` })),
			);
			await w.clock.advance(10_000);
			expect((await position())?.unsettled.length).toBeLessThanOrEqual(6);
			w.executions.refuseNext = 0;
			w.executions.auto = () => ({ kind: 'finished', ok: true });
			await w.clock.advance(60_000);
			await until(() => w.executions.rows.length === 100, 'all of them');
			expect(new Set(w.executions.ids).size).toBe(100);
		});

		it('what could not be written down is not handed on', async () => {
			await attached();
			const recordEmit = w.store.recordEmit.bind(w.store);
			w.store.recordEmit = () => Promise.reject(new Error('disk full'));
			await w.provider.write(event({ id: 'a' }));
			await settle(20);
			expect(w.executions.rows).toEqual([]);
			w.store.recordEmit = recordEmit;
			await w.clock.advance(2_000);
			await until(() => w.executions.rows.length === 1, 'the emit');
		});

		it('an acknowledgement that could not be written is written later', async () => {
			await attached();
			const acknowledge = w.store.acknowledge.bind(w.store);
			w.store.acknowledge = () => Promise.reject(new Error('busy'));
			await w.provider.write(event({ id: 'a' }));
			await until(() => w.executions.rows.length === 1, 'a');
			w.executions.finishAll();
			await settle(10);
			w.store.acknowledge = acknowledge;
			expect((await position())?.unsettled).toHaveLength(1);
			await w.clock.advance(2_000);
			expect(await position()).toEqual({ watermark: 1, acknowledged: [], unsettled: [] });
		});
	});

	describe('closing and opening again', () => {
		it('continues from its position; executions under way are awaited, not repeated', async () => {
			const handle = await attached({ acknowledge: 'finished', window: 1 });
			await w.provider.write(event({ id: 'a', chat: 'a' }), event({ id: 'b', chat: 'b' }));
			await until(() => w.executions.rows.length === 1, 'a');
			handle.end();
			const again = await attached({
				acknowledge: 'finished',
				window: 1,
				filter: filter({ ignoreBots: false }),
			});
			await again.live;
			await settle(20);
			expect(w.executions.ids).toEqual(['a']);
			w.executions.settle(w.executions.rows[0]);
			await until(() => w.executions.rows.length === 2, 'b');
			w.executions.settle(w.executions.rows[1]);
			await settle(20);
			expect(w.executions.rows.map((row) => [row.ids, row.attempt])).toEqual([
				[['a'], 1],
				[['b'], 1],
			]);
			expect(await position()).toEqual({ watermark: 2, acknowledged: [], unsettled: [] });
		});

		it('a failure that is reported after closing is tried again by the next one', async () => {
			const handle = await attached({ acknowledge: 'succeeded' });
			await w.provider.write(event({ id: 'a' }));
			await until(() => w.executions.rows.length === 1, 'a');
			handle.end();
			w.executions.finishAll({ kind: 'finished', ok: false });
			await settle(10);
			expect((await position())?.unsettled).toHaveLength(1);
			await attached({ acknowledge: 'succeeded' });
			await w.clock.advance(2_000);
			await until(() => w.executions.rows.length === 2, 'the second attempt');
			expect(w.executions.rows[1]?.attempt).toBe(2);
		});

		it('a second attach of the same trigger takes the place of the first', async () => {
			const first = await attached();
			const other = new Executions();
			w.attach({}, 'n1', other);
			await settle(20);
			first.end();
			await w.provider.write(event({ id: 'a' }));
			await until(() => other.rows.length === 1, 'the second');
			expect(w.executions.rows).toEqual([]);
			expect(w.hub.stats().subscribers).toBe(1);
			expect((await w.store.loadConsumer(ID))?.published).toBe(true);
		});

		it('is remembered as unpublished afterwards, and as there while it stays', async () => {
			const handle = await attached();
			const before = (await w.store.loadConsumer(ID))?.lastAttachedAt ?? 0;
			await w.clock.advance(7 * 3_600_000);
			expect((await w.store.loadConsumer(ID))?.lastAttachedAt).toBeGreaterThan(before);
			handle.end();
			await settle(10);
			expect((await w.store.loadConsumer(ID))?.published).toBe(false);
		});

		it('forgotten after 90 days it starts at now, and so does the engine', async () => {
			const handle = await attached();
			await w.provider.write(event({ id: 'a' }));
			await until(() => w.executions.rows.length === 1, 'a');
			w.executions.finishAll();
			await settle(10);
			handle.end();
			await until(() => w.hub.stats().state === 'idle', 'the stop');
			await w.provider.write(event({ id: 'missed' }));
			await w.clock.advance(91 * 86_400_000);
			await w.store.sweep({
				maxAgeMs: 7 * 86_400_000,
				maxEntries: 100_000,
				idsMs: 7 * 86_400_000,
				consumersMs: 90 * 86_400_000,
			});
			await attached();
			expect(w.provider.lastStart?.state).toBeNull();
			await settle(20);
			expect(w.executions.ids).toEqual(['a']);
		});

		it('another account in the same place resets the position', async () => {
			const handle = await attached();
			handle.end();
			await until(() => w.hub.stats().state === 'idle', 'the stop');
			const owner = (await import('../../../src/pool/consumer')).nodeId({
				instance: 'i',
				workflow: 'w',
				node: 'n1',
			});
			expect(await w.store.getValue(`node:${owner}`, 'account/')).toBe(ACCOUNT);
			// The same node was on another account for a while.
			const other = consumerId({ instance: 'i', workflow: 'w', node: 'n1' }, 'avito:2');
			const record = await w.store.loadConsumer(ID);
			if (record === null) throw new Error('not remembered');
			await w.store.saveConsumer({ ...record, id: other, accountId: 'avito:2' });
			await w.store.putValue(`node:${owner}`, 'account/', 'avito:2');
			await attached();
			expect(await w.store.loadConsumer(other)).toBeNull();
		});
	});

	describe('catching up', () => {
		it('cuts what is older than "catch up at most", one gap per chat', async () => {
			const options = { catchUpMs: 3_600_000, filter: filter({ eventTypes: ['message', 'gap'] }), window: 1 };
			const handle = await attached(options);
			await w.provider.write(event({ id: 'first', chat: 'z' }));
			await w.provider.write(
				...[1, 2, 3].map((index) => event({ id: `old${index}`, chat: index === 3 ? 'b' : 'a' })),
			);
			await settle(10);
			handle.end();
			await until(() => w.hub.stats().state === 'idle', 'the stop');
			await w.clock.advance(7_200_000);
			await w.provider.write(event({ id: 'new', chat: 'a' }));
			w.executions.auto = () => ({ kind: 'finished', ok: true });
			w.executions.finishAll();
			await attached({ ...options, window: 5 });
			await until(() => w.executions.rows.length === 4, 'gaps and the new one');
			await settle(20);
			const gaps = w.executions.rows.flatMap((row) => row.events).filter((item) => item.event_type === 'gap');
			expect(
				gaps.map((gap) => [gap.external_chat_id, gap.data?.['count'], gap.data?.['reason']]).sort(),
			).toEqual([
				['a', 2, 'catch_up'],
				['b', 1, 'catch_up'],
			]);
			expect(w.executions.ids).toContain('new');
			expect(w.executions.ids.filter((id) => id.startsWith('old'))).toEqual([]);
			await w.clock.advance(2_000);
			await settle(10);
			expect((await position())?.watermark).toBe(await w.store.lastSeq(ACCOUNT));
		});

		it('keeps the newest of a chat when there are more than "per chat"', async () => {
			const options = { catchUpPerChat: 3, filter: filter({ eventTypes: ['message', 'gap'] }) };
			const handle = await attached(options);
			handle.end();
			await until(() => w.hub.stats().state === 'idle', 'the stop');
			await w.provider.write(...Array.from({ length: 10 }, (_, index) => event({ id: `e${index}` })));
			w.executions.auto = () => ({ kind: 'finished', ok: true });
			// The journal of the time away is filled by another trigger's attach, so the whole rest is a backlog.
			const other = w.attach({ filter: filter({ eventTypes: ['call'] }) }, 'n2');
			await other.live;
			await settle(10);
			await attached(options);
			await until(() => w.executions.rows.length === 4, 'three and a gap');
			await settle(20);
			expect(w.executions.ids.filter((id) => /^e\d/u.test(id))).toEqual(['e7', 'e8', 'e9']);
			const gap = w.executions.rows.find((row) => row.events[0]?.event_type === 'gap');
			expect(gap?.events[0]?.data?.['count']).toBe(7);
		});

		it('looks through the whole backlog before it emits', async () => {
			const options = { catchUpPerChat: 2, filter: filter({ eventTypes: ['message', 'gap'] }) };
			const handle = await attached(options);
			handle.end();
			await until(() => w.hub.stats().state === 'idle', 'the stop');
			await w.provider.write(
				...Array.from({ length: 1_000 }, (_, index) => event({ id: `e${index}`, chat: `c${index % 2}` })),
			);
			w.executions.auto = () => ({ kind: 'finished', ok: true });
			const other = w.attach({ filter: filter({ eventTypes: ['call'] }) }, 'n2');
			await other.live;
			await settle(20);
			await attached(options);
			await until(() => w.executions.rows.length >= 6, 'two per chat and the gaps');
			await settle(50);
			expect(w.executions.ids.filter((id) => /^e\d/u.test(id)).sort()).toEqual([
				'e996',
				'e997',
				'e998',
				'e999',
			]);
		});

		it('passes recovered events from before the publication of a new trigger', async () => {
			const first = await attached();
			first.end();
			await until(() => w.hub.stats().state === 'idle', 'the stop');
			await w.provider.write(event({ id: 'before' }));
			await w.clock.advance(10_000);
			const fresh = new Executions();
			const newcomer = w.attach({}, 'n2', fresh);
			await newcomer.live;
			await settle(20);
			expect(w.provider.lastStart?.state).not.toBeNull();
			expect(fresh.rows).toEqual([]);
			await attached();
			await until(() => w.executions.rows.length === 1, 'the old trigger');
			await w.provider.write(event({ id: 'after', chat: 'other' }));
			await until(() => fresh.rows.length === 1, 'the newcomer');
			expect(fresh.ids).toEqual(['after']);
		});

		it('marks what comes late', async () => {
			await attached();
			await w.clock.advance(10_000);
			await w.provider.write(event({ id: 'newer' }));
			await until(() => w.executions.rows.length === 1, 'newer');
			w.executions.finishAll();
			w.provider.messages.push({
				event: event({ id: 'older' }),
				at: w.clock.now() - 5_000,
				recovered: false,
			});
			await w.reopen();
			await attached();
			await until(() => w.executions.rows.length === 2, 'older');
			expect(w.executions.rows[1]?.events[0]?.meta).toMatchObject({ late: true });
			expect(w.executions.rows[0]?.events[0]?.meta).not.toHaveProperty('late');
		});
	});

	describe('batches', () => {
		const batch = { silenceMs: 1_000, maxWaitMs: 5_000, maxMessages: 10 };

		it('gathers a chat until it is silent', async () => {
			await attached({ batch });
			await w.provider.write(event({ id: 'a1', chat: 'a' }), event({ id: 'b1', chat: 'b' }));
			await w.clock.advance(900);
			await w.provider.write(event({ id: 'a2', chat: 'a' }));
			await w.clock.advance(200);
			expect(w.executions.rows.map((row) => row.ids)).toEqual([['b1']]);
			await w.clock.advance(800);
			await settle(10);
			expect(w.executions.rows.map((row) => row.ids)).toEqual([['b1'], ['a1', 'a2']]);
		});

		it('caps the silence by the maximum wait and the number of messages', async () => {
			await attached({ batch });
			for (let index = 0; index < 8; index += 1) {
				await w.provider.write(event({ id: `a${index}` }));
				await w.clock.advance(700);
			}
			await settle(10);
			expect(w.executions.rows[0]?.ids).toHaveLength(8);
			await w.provider.write(
				...Array.from({ length: 12 }, (_, index) => event({ id: `x${index}`, chat: 'x' })),
			);
			await settle(20);
			expect(w.executions.rows[1]?.ids).toHaveLength(10);
		});

		it('of a backlog joins everything of a chat that is there', async () => {
			const handle = await attached({ batch: { ...batch, maxMessages: 500 } });
			handle.end();
			await until(() => w.hub.stats().state === 'idle', 'the stop');
			await w.provider.write(
				...Array.from({ length: 450 }, (_, index) => event({ id: `e${index}`, chat: `c${index % 3}` })),
			);
			await attached({ batch: { ...batch, maxMessages: 500 } });
			await w.clock.advance(2_000);
			await until(() => w.executions.rows.length === 3, 'three batches');
			expect(w.executions.rows.map((row) => row.ids.length)).toEqual([150, 150, 150]);
		});
	});

	describe('a start at a chosen time', () => {
		it('is handed over to this trigger alone before the journal, each event once', async () => {
			await w.provider.write(event({ id: 'too old' }));
			await w.clock.advance(10_000);
			const at = w.clock.now();
			await w.provider.write(
				event({ id: 'old1' }),
				event({ id: 'old2' }),
				event({ id: 'out', meta: { direction: 'out' } }),
			);
			await w.clock.advance(10_000);
			const other = new Executions();
			const plain = w.attach({}, 'n2', other);
			await plain.live;
			await settle(10);
			w.executions.auto = () => ({ kind: 'finished', ok: true });
			other.auto = w.executions.auto;
			await attached({ start: { from: 'time', at } });
			await until(() => w.executions.rows.length === 2, 'the old ones');
			await w.provider.write(event({ id: 'new' }));
			await until(() => w.executions.rows.length === 3, 'the new one');
			expect(w.executions.ids).toEqual(['old1', 'old2', 'new']);
			await until(() => other.rows.length === 1, 'the other trigger');
			expect(other.ids).toEqual(['new']);
			await settle(20);
			expect((await w.store.loadConsumer(ID))?.extra['start']).toMatchObject({ done: true });
			expect(await w.store.listValues(ACCOUNT, 'since/')).toEqual([]);
		});

		it('goes on after a restart in the middle, without a second execution', async () => {
			const at = w.clock.now();
			await w.provider.write(
				...Array.from({ length: 9 }, (_, index) => event({ id: `o${index}`, chat: `c${index}` })),
			);
			await w.clock.advance(1_000);
			const handle = await attached({ start: { from: 'time', at }, window: 2 });
			await until(() => w.executions.rows.length === 2, 'two');
			w.executions.settle(w.executions.rows[0]);
			await until(() => w.executions.rows.length === 3, 'three');
			handle.end();
			await w.reopen({ forgetProcess: true });
			w.executions.auto = () => ({ kind: 'finished', ok: true });
			w.executions.finishAll();
			await attached({ start: { from: 'time', at: 0 } });
			await until(() => w.executions.rows.length === 9, 'all');
			await settle(30);
			expect(w.executions.ids.sort()).toEqual(Array.from({ length: 9 }, (_, index) => `o${index}`));
			expect((await w.store.loadConsumer(ID))?.extra['start']).toMatchObject({ at, done: true });
		});
	});

	describe('silence after a person answered from the phone', () => {
		it('drops what is written meanwhile in that chat, survives a restart, and ends', async () => {
			const options = { quietAfterDeviceMs: 600_000 };
			await attached(options);
			await w.provider.write(event({ chat: 'a', meta: { direction: 'out', sent_by: 'device' } }));
			await w.provider.write(event({ id: 'a1', chat: 'a' }), event({ id: 'b1', chat: 'b' }));
			await settle(20);
			expect(w.executions.ids).toEqual(['b1']);
			await w.reopen({ forgetProcess: true });
			await attached(options);
			await w.provider.write(event({ id: 'a2', chat: 'a' }));
			await settle(20);
			expect(w.executions.ids).toEqual(['b1']);
			await w.clock.advance(600_001);
			await w.provider.write(event({ id: 'a3', chat: 'a' }));
			await until(() => w.executions.ids.includes('a3'), 'the end of the silence');
			expect(w.executions.ids).not.toContain('a1');
			w.executions.finishAll();
			await w.clock.advance(2_000);
			expect((await position())?.acknowledged).toEqual([]);
		});

		it('does not follow from what this package sent', async () => {
			await attached({ quietAfterDeviceMs: 600_000 });
			await w.provider.write(event({ chat: 'a', meta: { direction: 'out', sent_by: 'node' } }));
			await w.provider.write(event({ id: 'a1', chat: 'a' }));
			await until(() => w.executions.ids.includes('a1'), 'a1');
		});
	});

	describe('live-only events', () => {
		it('come from memory, through the window, and are never stored', async () => {
			await attached({ filter: filter({ eventTypes: ['typing'] }), window: 1, chatOrderMs: 0 });
			w.provider.happen(event({ id: 't1', type: 'typing' }));
			w.provider.happen(event({ id: 't2', type: 'typing' }));
			w.provider.happen(event({ id: 'r', type: 'read' }));
			await settle(20);
			expect(w.executions.ids).toEqual(['t1']);
			w.executions.finishAll();
			await settle(20);
			expect(w.executions.ids).toEqual(['t1', 't2']);
			expect(await w.store.lastSeq(ACCOUNT)).toBe(0);
			expect((await position())?.unsettled).toEqual([]);
		});

		it('are bounded', async () => {
			await w.close();
			w = await world({ limits: { bodies: 3, readAhead: 5, pending: 100, live: 10, repeats: 10 } });
			await attached({ filter: filter({ eventTypes: ['typing'] }), window: 1, chatOrderMs: 0 });
			for (let index = 0; index < 50; index += 1) w.provider.happen(event({ type: 'typing' }));
			await settle(10);
			w.executions.auto = () => ({ kind: 'finished', ok: true });
			w.executions.finishAll();
			await settle(60);
			expect(w.executions.rows.length).toBeLessThanOrEqual(11);
			expect(w.executions.rows.length).toBeGreaterThanOrEqual(10);
		});
	});

	it('shows a pattern that is no expression to the person, once', async () => {
		w.attach({ filter: filter({ textPattern: '(' }) });
		await settle(10);
		expect(w.reports.map(({ error }) => error.code)).toEqual(['invalid_parameter']);
	});
});
