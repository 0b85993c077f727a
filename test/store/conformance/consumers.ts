import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/contract';
import type { Subject } from '../conformance';
import { ACCOUNT, consumer, journalEvent, OTHER_ACCOUNT } from '../support/samples';

const fill = (store: Store, count: number, prefix = 'e') =>
	store.append(ACCOUNT, {
		token: 1,
		events: Array.from({ length: count }, (_, n) => journalEvent(`${prefix}${n + 1}`)),
	});

async function position(store: Store, id: string) {
	const found = await store.loadConsumer(id);
	if (found === null) throw new Error(`${id} is not remembered`);
	return found.position;
}

export function consumerTests(subject: Subject): void {
	describe('consumers', () => {
		it('gives back what was saved, and lists an account’s own', async () => {
			const { store } = subject;
			const record = consumer('c1', { published: false, wantsRaw: true });
			await store.saveConsumer(record);
			await store.saveConsumer(consumer('c2', { accountId: OTHER_ACCOUNT }));
			const { position: at, ...found } = (await store.loadConsumer('c1'))!;
			expect(found).toEqual(record);
			expect(at).toEqual({ watermark: 0, acknowledged: [], unsettled: [] });
			expect(await store.listConsumers(ACCOUNT)).toEqual([record]);
			expect(await store.loadConsumer('c3')).toBeNull();
		});

		it('starts a new one at now and keeps the position of a known one', async () => {
			const { store } = subject;
			await fill(store, 3);
			await store.saveConsumer(consumer('c1'));
			expect((await position(store, 'c1')).watermark).toBe(3);
			await fill(store, 2, 'f');
			await store.acknowledge('c1', [4]);
			await store.saveConsumer(consumer('c1', { published: false, catchUpMs: 5 }));
			expect((await position(store, 'c1')).watermark).toBe(4);
			expect((await store.loadConsumer('c1'))?.catchUpMs).toBe(5);
		});

		it('resets the position when it moves to another account', async () => {
			const { store } = subject;
			await store.saveConsumer(consumer('c1'));
			await fill(store, 5);
			await store.acknowledge('c1', [1, 3]);
			await store.recordEmit('c1', { key: 'k', seqs: [2], attempt: 1, at: 0 });
			await store.append(OTHER_ACCOUNT, { token: 1, events: [journalEvent('x1'), journalEvent('x2')] });
			await store.saveConsumer(consumer('c1', { accountId: OTHER_ACCOUNT }));
			expect(await position(store, 'c1')).toEqual({ watermark: 2, acknowledged: [], unsettled: [] });
			expect(await store.listConsumers(ACCOUNT)).toEqual([]);
		});

		it('moves the watermark over what is contiguous and remembers the rest', async () => {
			const { store } = subject;
			await store.saveConsumer(consumer('c1'));
			await fill(store, 10);
			await store.acknowledge('c1', [3, 5, 4]);
			expect(await position(store, 'c1')).toMatchObject({ watermark: 0, acknowledged: [3, 4, 5] });
			await store.acknowledge('c1', [1]);
			expect(await position(store, 'c1')).toMatchObject({ watermark: 1, acknowledged: [3, 4, 5] });
			await store.acknowledge('c1', [2, 7, 7]);
			expect(await position(store, 'c1')).toMatchObject({ watermark: 5, acknowledged: [7] });
			await store.acknowledge('c1', [2, 6]);
			expect(await position(store, 'c1')).toMatchObject({ watermark: 7, acknowledged: [] });
			await store.acknowledge('c1', []);
			expect(await position(store, 'c1')).toMatchObject({ watermark: 7, acknowledged: [] });
		});

		it('is a set of done numbers, whatever the order of acknowledgements', async () => {
			const { store } = subject;
			let run = 0;
			const batches = fc.array(fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 6 }), {
				maxLength: 12,
			});
			await fc.assert(
				fc.asyncProperty(batches, async (chosen) => {
					const id = `p${run++}`;
					await store.saveConsumer(consumer(id));
					const done = new Set<number>();
					for (const seqs of chosen) {
						await store.acknowledge(id, seqs);
						for (const seq of seqs) done.add(seq);
					}
					let watermark = 0;
					while (done.has(watermark + 1)) watermark += 1;
					const acknowledged = [...done].filter((seq) => seq > watermark).sort((a, b) => a - b);
					expect(await position(store, id)).toEqual({ watermark, acknowledged, unsettled: [] });
				}),
				{ numRuns: 40, seed: 2 },
			);
		});

		it('keeps an emit until it is acknowledged by its key', async () => {
			const { store } = subject;
			await store.saveConsumer(consumer('c1'));
			await store.saveConsumer(consumer('c2'));
			await fill(store, 5);
			const first = { key: 'k1', seqs: [1, 3], attempt: 1, at: 10 };
			const second = { key: 'k2', seqs: [2], attempt: 2, at: 20 };
			await store.recordEmit('c1', second);
			await store.recordEmit('c1', first);
			await store.recordEmit('c2', first);
			expect((await position(store, 'c1')).unsettled).toEqual([first, second]);
			await store.acknowledge('c1', [4]);
			expect((await position(store, 'c1')).unsettled).toHaveLength(2);
			await store.acknowledge('c1', [1, 3], 'k1');
			expect(await position(store, 'c1')).toEqual({
				watermark: 1,
				acknowledged: [3, 4],
				unsettled: [second],
			});
			expect((await position(store, 'c2')).unsettled).toEqual([first]);
			await store.recordEmit('c1', { ...second, attempt: 3 });
			expect((await position(store, 'c1')).unsettled).toEqual([{ ...second, attempt: 3 }]);
		});

		it('drops everything at a reset, forwards and backwards', async () => {
			const { store } = subject;
			await store.saveConsumer(consumer('c1'));
			await fill(store, 9);
			await store.acknowledge('c1', [1, 5]);
			await store.recordEmit('c1', { key: 'k1', seqs: [2], attempt: 1, at: 0 });
			await store.resetPosition('c1', 7);
			expect(await position(store, 'c1')).toEqual({ watermark: 7, acknowledged: [], unsettled: [] });
			await store.resetPosition('c1', 2);
			expect(await position(store, 'c1')).toEqual({ watermark: 2, acknowledged: [], unsettled: [] });
		});

		it('forgets one; a settlement that comes afterwards is nothing, an emit is an error', async () => {
			const { store } = subject;
			await store.saveConsumer(consumer('c1'));
			await store.saveConsumer(consumer('c2'));
			await fill(store, 3);
			await store.recordEmit('c1', { key: 'k1', seqs: [1], attempt: 1, at: 0 });
			await store.acknowledge('c1', [3]);
			await store.forgetConsumer('c1');
			expect(await store.loadConsumer('c1')).toBeNull();
			await store.acknowledge('c1', [1], 'k1');
			await expect(store.recordEmit('c1', { key: 'k1', seqs: [1], attempt: 1, at: 0 })).rejects.toThrow('c1');
			await store.saveConsumer(consumer('c1'));
			expect(await position(store, 'c1')).toEqual({ watermark: 3, acknowledged: [], unsettled: [] });
			expect((await store.listConsumers(ACCOUNT)).map(({ id }) => id)).toEqual(['c1', 'c2']);
		});
	});
}
