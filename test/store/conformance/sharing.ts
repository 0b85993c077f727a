import { describe, expect, it } from 'vitest';
import { readerLeaseName } from '../../../src/contract';
import type { Subject } from '../conformance';
import { ACCOUNT, consumer, intent, journalEvent } from '../support/samples';

/** Two processes on the same data. */
export function sharingTests(subject: Subject): void {
	describe('two stores on one place', () => {
		it('see each other’s writes at once', async () => {
			const second = await subject.another();
			await subject.store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')], state: { pts: 1 } });
			expect(await second.loadState(ACCOUNT)).toEqual({ pts: 1 });
			expect((await second.append(ACCOUNT, { token: 1, events: [journalEvent('e1')] })).duplicates).toEqual([
				'e1',
			]);
			expect(
				(await second.append(ACCOUNT, { token: 1, events: [journalEvent('e2')] })).appended[0]?.seq,
			).toBe(2);
			expect(await subject.store.lastSeq(ACCOUNT)).toBe(2);
			await second.saveConsumer(consumer('c1'));
			await second.acknowledge('c1', [3]);
			expect((await subject.store.loadConsumer('c1'))?.position).toMatchObject({ watermark: 3 });
		});

		it('let the lease decide, and fence the one that lost it', async () => {
			const second = await subject.another();
			const name = readerLeaseName(ACCOUNT);
			const first = await subject.store.acquireLease(name, 'host/1/main', 1_000);
			expect(await second.acquireLease(name, 'host/2/main', 1_000)).toMatchObject({
				acquired: false,
				holder: 'host/1/main',
			});
			await subject.clock.advance(1_000);
			const next = await second.acquireLease(name, 'host/2/main', 1_000);
			if (!first.acquired || !next.acquired) throw new Error('not acquired');
			expect(next.lease.token).toBeGreaterThan(first.lease.token);
			expect(await subject.store.renewLeases([first.lease], 1_000)).toEqual([name]);
			await second.append(ACCOUNT, { token: next.lease.token, events: [journalEvent('e1')] });
			await expect(
				subject.store.append(ACCOUNT, { token: first.lease.token, events: [journalEvent('e2')] }),
			).rejects.toMatchObject({ code: 'account_in_use' });
		});

		it('number without gaps or doubles when both append at the same time', async () => {
			const second = await subject.another();
			const results = await Promise.all(
				Array.from({ length: 100 }, (_, n) =>
					(n % 2 === 0 ? subject.store : second).append(ACCOUNT, {
						token: 1,
						events: [journalEvent(`e${n}`), journalEvent('shared')],
					}),
				),
			);
			const seqs = results.flatMap(({ appended }) => appended.map(({ seq }) => seq)).sort((a, b) => a - b);
			expect(seqs).toEqual(Array.from({ length: 101 }, (_, n) => n + 1));
		});

		it('reserve an intent once and count together', async () => {
			const second = await subject.another();
			const reserved = await Promise.all([
				subject.store.reserveIntent(intent('k1')),
				second.reserveIntent(intent('k1')),
			]);
			expect(reserved.filter(({ created }) => created)).toHaveLength(1);
			const counted = await Promise.all(
				Array.from({ length: 10 }, (_, n) =>
					(n % 2 === 0 ? subject.store : second).increment(ACCOUNT, 'n', 1, 1_000),
				),
			);
			expect([...counted].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
		});

		it('one goes on when the other closes', async () => {
			const second = await subject.another();
			await second.putValue(ACCOUNT, 'n', 1);
			await second.close();
			await subject.store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')] });
			expect(await subject.store.getValue(ACCOUNT, 'n')).toBe(1);
		});
	});
}
