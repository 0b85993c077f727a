import { describe, expect, it } from 'vitest';
import { readerLeaseName, type Store, type StoreLease } from '../../../src/contract';
import type { Subject } from '../conformance';
import { ACCOUNT, journalEvent } from '../support/samples';

async function acquired(
	store: Store,
	name: string,
	holder = 'host/1/main',
	ttlMs = 1_000,
): Promise<StoreLease> {
	const answer = await store.acquireLease(name, holder, ttlMs);
	if (!answer.acquired) throw new Error(`${name} is held by ${answer.holder}`);
	return answer.lease;
}

export function leaseTests(subject: Subject): void {
	describe('leases', () => {
		it('gives a lease to one holder and names it to the next', async () => {
			const { store, clock } = subject;
			const lease = await acquired(store, 'session:a');
			expect(lease).toEqual({ name: 'session:a', token: lease.token, expiresAt: clock.now() + 1_000 });
			expect(await store.acquireLease('session:a', 'host/2/main', 1_000)).toEqual({
				acquired: false,
				holder: 'host/1/main',
				expiresAt: lease.expiresAt,
			});
			await acquired(store, 'session:b', 'host/2/main');
		});

		it('refuses a live lease to a holder of the same name: it may be another container', async () => {
			await acquired(subject.store, 'session:a', 'n8n/7/main');
			expect(await subject.store.acquireLease('session:a', 'n8n/7/main', 1_000)).toMatchObject({
				acquired: false,
			});
		});

		it('gives it on once it has expired, not a millisecond earlier', async () => {
			const { store, clock } = subject;
			const first = await acquired(store, 'session:a');
			await clock.advance(999);
			expect(await store.acquireLease('session:a', 'host/2/main', 1_000)).toMatchObject({ acquired: false });
			await clock.advance(1);
			const second = await acquired(store, 'session:a', 'host/2/main');
			expect(second.token).toBeGreaterThan(first.token);
		});

		it('lets tokens grow for ever: after release, after expiry, after a break', async () => {
			const { store, clock } = subject;
			const tokens: number[] = [];
			for (const end of ['release', 'expire', 'break', 'release'] as const) {
				const lease = await acquired(store, 'session:a');
				tokens.push(lease.token);
				if (end === 'release') await store.releaseLease(lease);
				else if (end === 'expire') await clock.advance(1_000);
				else await store.breakLease('session:a', 'host/1/main');
			}
			await store.sweep({ maxAgeMs: 0, maxEntries: 0, idsMs: 0, consumersMs: 0 });
			tokens.push((await acquired(store, 'session:a')).token);
			expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
			expect(tokens.every(Number.isInteger)).toBe(true);
		});

		it('renews what is held and tells what was lost', async () => {
			const { store, clock } = subject;
			const kept = await acquired(store, 'session:a');
			const expired = await acquired(store, 'session:b', 'host/1/main', 400);
			const taken = await acquired(store, 'session:c', 'host/1/main', 400);
			await clock.advance(500);
			await acquired(store, 'session:c', 'host/2/main');
			expect((await store.renewLeases([kept, expired, taken], 1_000)).sort()).toEqual([
				'session:b',
				'session:c',
			]);
			await clock.advance(999);
			expect(await store.acquireLease('session:a', 'host/2/main', 1_000)).toMatchObject({ acquired: false });
			await clock.advance(1);
			await acquired(store, 'session:a', 'host/2/main');
		});

		it('releases only one’s own', async () => {
			const { store, clock } = subject;
			const old = await acquired(store, 'session:a');
			await clock.advance(1_000);
			await acquired(store, 'session:a', 'host/2/main');
			await store.releaseLease(old);
			expect(await store.acquireLease('session:a', 'host/3/main', 1_000)).toMatchObject({
				acquired: false,
				holder: 'host/2/main',
			});
		});

		it('breaks the lease of a dead holder and of nobody else', async () => {
			const { store } = subject;
			await acquired(store, 'session:a');
			await store.breakLease('session:a', 'host/9/main');
			expect(await store.acquireLease('session:a', 'host/2/main', 1_000)).toMatchObject({ acquired: false });
			await store.breakLease('session:a', 'host/1/main');
			await acquired(store, 'session:a', 'host/2/main');
		});

		it('gives a contested lease to exactly one', async () => {
			const answers = await Promise.all(
				Array.from({ length: 20 }, (_, n) =>
					subject.store.acquireLease('session:a', `host/${n}/main`, 1_000),
				),
			);
			expect(answers.filter((answer) => answer.acquired)).toHaveLength(1);
		});
	});

	describe('fencing', () => {
		it('refuses an append with an older token than the account has seen', async () => {
			const { store } = subject;
			await store.append(ACCOUNT, { token: 5, events: [journalEvent('e1')], state: { pts: 5 } });
			const old = store.append(ACCOUNT, { token: 4, events: [journalEvent('e2')], state: { pts: 4 } });
			await expect(old).rejects.toMatchObject({ code: 'account_in_use' });
			await expect(store.saveState(ACCOUNT, 4, null)).rejects.toMatchObject({ code: 'account_in_use' });
			expect(await store.loadState(ACCOUNT)).toEqual({ pts: 5 });
			expect(await store.lastSeq(ACCOUNT)).toBe(1);
			await store.append(ACCOUNT, { token: 5, events: [journalEvent('e3')] });
			await store.append('avito:2', { token: 1, events: [journalEvent('e1')] });
		});

		it('sees a token of saveState too', async () => {
			const { store } = subject;
			await store.saveState(ACCOUNT, 9, { pts: 9 });
			const old = store.append(ACCOUNT, { token: 8, events: [journalEvent('e1')] });
			await expect(old).rejects.toMatchObject({ code: 'account_in_use' });
		});

		it('fences the old reader as soon as the new one has the lease, before it has appended anything', async () => {
			const { store, clock } = subject;
			const first = await acquired(store, readerLeaseName(ACCOUNT));
			await store.append(ACCOUNT, { token: first.token, events: [journalEvent('e1')] });
			await clock.advance(1_000);
			const second = await acquired(store, readerLeaseName(ACCOUNT), 'host/2/main');
			const late = store.append(ACCOUNT, { token: first.token, events: [journalEvent('e2')] });
			await expect(late).rejects.toMatchObject({ code: 'account_in_use' });
			await store.append(ACCOUNT, { token: second.token, events: [journalEvent('e2')] });
		});

		it('loses nothing of a group when one of it is fenced', async () => {
			const { store } = subject;
			await store.saveState(ACCOUNT, 5, null);
			const outcomes = await Promise.allSettled(
				[5, 4, 5, 3, 6, 5].map((token, index) =>
					store.append(ACCOUNT, { token, events: [journalEvent(`e${index}`)], state: { index } }),
				),
			);
			expect(outcomes.map((outcome) => outcome.status)).toEqual([
				'fulfilled',
				'rejected',
				'fulfilled',
				'rejected',
				'fulfilled',
				'rejected',
			]);
			const entries = await store.readEntries(ACCOUNT, 0, 10);
			expect(entries.map((entry) => [entry.seq, entry.eventId])).toEqual([
				[1, 'e0'],
				[2, 'e2'],
				[3, 'e4'],
			]);
			expect(await store.loadState(ACCOUNT)).toEqual({ index: 4 });
		});
	});
}
