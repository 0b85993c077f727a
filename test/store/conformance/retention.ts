import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/contract';
import type { Subject } from '../conformance';
import {
	ACCOUNT,
	consumer,
	DAY,
	intent,
	journalEvent,
	LIMITS,
	OTHER_ACCOUNT,
	wait,
} from '../support/samples';

const fill = (store: Store, from: number, to: number, account = ACCOUNT) =>
	store.append(account, {
		token: 1,
		events: Array.from({ length: to - from + 1 }, (_, n) => journalEvent(`e${from + n}`)),
	});
const left = async (store: Store) => (await store.readEntries(ACCOUNT, 0, 10_000)).map(({ seq }) => seq);
const attached = (subject: Subject) => ({ lastAttachedAt: subject.clock.now() });

export function retentionTests(subject: Subject): void {
	describe('retention', () => {
		it('removes what every published consumer has passed, above the watermark too', async () => {
			const { store } = subject;
			await store.saveConsumer(consumer('c1', attached(subject)));
			await store.saveConsumer(consumer('c2', attached(subject)));
			await fill(store, 1, 6);
			await store.acknowledge('c1', [1, 2, 3, 5]);
			await store.acknowledge('c2', [1, 3, 5, 6]);
			expect(await store.sweep(LIMITS)).toEqual({ removedEntries: 3, gaps: [] });
			expect(await left(store)).toEqual([2, 4, 6]);
			await store.acknowledge('c1', [4, 6]);
			await store.acknowledge('c2', [2, 4]);
			expect(await store.sweep(LIMITS)).toEqual({ removedEntries: 3, gaps: [] });
			expect((await store.loadConsumer('c2'))?.position).toEqual({
				watermark: 6,
				acknowledged: [],
				unsettled: [],
			});
			expect(await store.lastSeq(ACCOUNT)).toBe(6);
			expect((await fill(store, 7, 7)).appended[0]?.seq).toBe(7);
		});

		it('keeps nothing for nobody, except what is held for a wait', async () => {
			const { store, clock } = subject;
			const heldUntil = clock.now() + 1_000;
			await store.append(ACCOUNT, {
				token: 1,
				events: [journalEvent('e1'), journalEvent('e2', { heldBy: 'w', heldUntil })],
			});
			expect(await store.sweep(LIMITS)).toEqual({ removedEntries: 1, gaps: [] });
			await clock.advance(1_000);
			expect(await store.sweep(LIMITS)).toEqual({ removedEntries: 1, gaps: [] });
		});

		it('waits for an unpublished consumer no longer than it would catch up', async () => {
			const { store, clock } = subject;
			await store.saveConsumer(consumer('c1', { published: false, catchUpMs: 1_000, ...attached(subject) }));
			await fill(store, 1, 2);
			await clock.advance(600);
			await fill(store, 3, 3);
			await clock.advance(400);
			expect(await store.sweep(LIMITS)).toEqual({ removedEntries: 0, gaps: [] });
			await clock.advance(1);
			expect(await store.sweep(LIMITS)).toEqual({
				removedEntries: 2,
				gaps: [{ consumer: 'c1', accountId: ACCOUNT, from: 1, to: 2, count: 2 }],
			});
			expect((await store.loadConsumer('c1'))?.position.watermark).toBe(2);
		});

		it('keeps no entry beyond its age, and tells each consumer what it missed', async () => {
			const { store, clock } = subject;
			for (const id of ['c1', 'c2', 'c3']) await store.saveConsumer(consumer(id, attached(subject)));
			await store.append(ACCOUNT, {
				token: 1,
				events: [1, 2, 3, 4].map((n) => journalEvent(`e${n}`, n === 3 ? { event: null } : {})),
			});
			await store.acknowledge('c1', [1, 2, 3, 4]);
			await store.acknowledge('c2', [2]);
			await store.recordEmit('c3', { key: 'k', seqs: [1, 4], attempt: 1, at: 0 });
			await clock.advance(LIMITS.maxAgeMs);
			await fill(store, 5, 5);
			expect((await store.sweep(LIMITS)).removedEntries).toBe(0);
			await clock.advance(1);
			const { removedEntries, gaps } = await store.sweep(LIMITS);
			expect(removedEntries).toBe(4);
			expect(gaps.sort((a, b) => a.consumer.localeCompare(b.consumer))).toEqual([
				// e3 had nothing to read; c3 had handed e1 and e4 to n8n already
				{ consumer: 'c2', accountId: ACCOUNT, from: 1, to: 4, count: 2 },
				{ consumer: 'c3', accountId: ACCOUNT, from: 2, to: 2, count: 1 },
			]);
			expect(await left(store)).toEqual([5]);
			for (const id of ['c2', 'c3']) expect((await store.loadConsumer(id))?.position.watermark).toBe(4);
			expect((await store.sweep(LIMITS)).gaps).toEqual([]);
		});

		it('keeps no more entries than allowed, the newest ones', async () => {
			const { store } = subject;
			await store.saveConsumer(consumer('c1', attached(subject)));
			await fill(store, 1, 1_300);
			await fill(store, 1, 40, OTHER_ACCOUNT);
			const limits = { ...LIMITS, maxEntries: 50 };
			expect(await store.sweep(limits)).toEqual({
				removedEntries: 1_290,
				gaps: [{ consumer: 'c1', accountId: ACCOUNT, from: 1, to: 1_250, count: 1_250 }],
			});
			expect(await left(store)).toEqual(Array.from({ length: 50 }, (_, n) => 1_251 + n));
			expect((await store.loadConsumer('c1'))?.position).toEqual({
				watermark: 1_250,
				acknowledged: [],
				unsettled: [],
			});
		});

		it('remembers ids for a week, longer than entries, and knows them as long as their entry', async () => {
			const { store, clock } = subject;
			await fill(store, 1, 1);
			await store.sweep(LIMITS);
			expect(await left(store)).toEqual([]);
			await clock.advance(LIMITS.idsMs);
			await store.sweep(LIMITS);
			expect((await fill(store, 1, 1)).duplicates).toEqual(['e1']);
			await clock.advance(1);
			await store.sweep(LIMITS);
			expect((await fill(store, 1, 1)).appended).toHaveLength(1);

			const keepsLong = { ...LIMITS, maxAgeMs: 30 * DAY };
			await store.saveConsumer(consumer('c1', attached(subject)));
			await fill(store, 2, 2);
			await clock.advance(8 * DAY);
			await store.sweep(keepsLong);
			expect((await fill(store, 2, 2)).duplicates).toEqual(['e2']);
		});

		it('forgets old ids among thousands, and none of the young ones', async () => {
			const { store, clock } = subject;
			await fill(store, 1, 2_500);
			await fill(store, 1, 10, OTHER_ACCOUNT);
			await clock.advance(LIMITS.idsMs + 1);
			await fill(store, 2_501, 5_000);
			await fill(store, 11, 20, OTHER_ACCOUNT);
			await store.sweep(LIMITS);
			const again = await fill(store, 1, 5_000);
			expect([again.appended.length, again.duplicates.length]).toEqual([2_500, 2_500]);
			const others = await fill(store, 1, 20, OTHER_ACCOUNT);
			expect([others.appended.length, others.duplicates.length]).toEqual([10, 10]);
		});

		it('forgets a consumer gone for 90 days; with the last one the engine starts at now', async () => {
			const { store, clock } = subject;
			await store.saveConsumer(consumer('c1', attached(subject)));
			await clock.advance(DAY);
			await store.saveConsumer(consumer('c2', attached(subject)));
			await store.append(ACCOUNT, { token: 1, events: [], state: { pts: 1 } });
			await clock.advance(LIMITS.consumersMs - DAY + 1);
			await store.sweep(LIMITS);
			expect((await store.listConsumers(ACCOUNT)).map(({ id }) => id)).toEqual(['c2']);
			expect(await store.loadState(ACCOUNT)).toEqual({ pts: 1 });
			await clock.advance(DAY);
			await store.sweep(LIMITS);
			expect(await store.listConsumers(ACCOUNT)).toEqual([]);
			expect(await store.loadState(ACCOUNT)).toBeNull();
		});

		it('leaves alone what has not expired', async () => {
			const { store, clock } = subject;
			const soon = clock.now() + 10;
			await store.putValue(ACCOUNT, 'short', 1, 10);
			await store.putValue(ACCOUNT, 'long', 1);
			await store.reserveIntent(intent('short', { expiresAt: soon }));
			await store.reserveIntent(intent('long'));
			await store.saveWait(wait('short', { expiresAt: soon }));
			await store.saveWait(wait('long'));
			await store.putSecret(ACCOUNT, 's', 'v1.x');
			await clock.advance(10);
			await store.sweep(LIMITS);
			expect((await store.listValues(ACCOUNT, '')).map(({ name }) => name)).toEqual(['long']);
			expect(await store.loadIntent('long')).not.toBeNull();
			expect((await store.listWaits(ACCOUNT)).map(({ id }) => id)).toEqual(['long']);
			expect(await store.getSecret(ACCOUNT, 's')).toBe('v1.x');
		});

		it('lets appends and acknowledgements go on while it works', async () => {
			const { store } = subject;
			await store.saveConsumer(consumer('c1', attached(subject)));
			await fill(store, 1, 3_000);
			await store.acknowledge(
				'c1',
				Array.from({ length: 3_000 }, (_, n) => n + 1),
			);
			const sweeping = store.sweep(LIMITS);
			const appended = await fill(store, 3_001, 3_002);
			await store.acknowledge('c1', [3_002]);
			expect(await sweeping).toMatchObject({ gaps: [] });
			expect(appended.appended.map(({ seq }) => seq)).toEqual([3_001, 3_002]);
			expect(await left(store)).toContain(3_001);
			expect((await store.loadConsumer('c1'))?.position).toMatchObject({ watermark: 3_000 });
		});
	});
}
