import { describe, expect, it } from 'vitest';
import type { Subject } from '../conformance';
import { ACCOUNT, consumer, intent, journalEvent, OTHER_ACCOUNT, wait } from '../support/samples';

export function accountTests(subject: Subject): void {
	describe('sessions and accounts', () => {
		it('remembers which account a session led to, and forgets none for another', async () => {
			const { store } = subject;
			expect(await store.accountOf('session-a')).toBeNull();
			await store.rememberSession('session-a', ACCOUNT);
			await store.rememberSession('session-b', ACCOUNT);
			await store.rememberSession('session-a', OTHER_ACCOUNT);
			expect(await store.accountOf('session-a')).toBe(OTHER_ACCOUNT);
			expect(await store.accountOf('session-b')).toBe(ACCOUNT);
		});

		it('tells where it stands', () => {
			const { info } = subject.store;
			expect(info.durable).toBe(info.kind !== 'memory' && info.degraded === null);
			expect(info.createdAt).toBe(new Date(subject.clock.now()).toISOString());
		});

		it('forgets everything of one account and nothing of another', async () => {
			const { store } = subject;
			for (const [account, session] of [
				[ACCOUNT, 'session-a'],
				[OTHER_ACCOUNT, 'session-b'],
			] as const) {
				await store.rememberSession(session, account);
				await store.saveConsumer(consumer(`c-${account}`, { accountId: account }));
				await store.append(account, { token: 1, events: [journalEvent('e1')], state: { pts: 1 } });
				await store.recordEmit(`c-${account}`, { key: 'k', seqs: [1], attempt: 1, at: 0 });
				await store.reserveIntent(intent(`i-${account}`, { accountId: account }));
				await store.saveWait(wait(`w-${account}`, { accountId: account }));
				await store.putValue(account, 'n', 1);
				await store.putValue(session, 'n', 2);
				await store.putSecret(account, 's', 'sealed-a');
				await store.putSecret(session, 's', 'sealed-s');
			}
			await store.forget(ACCOUNT);

			const snapshot = async (account: string, session: string) => ({
				account: await store.accountOf(session),
				consumers: (await store.listConsumers(account)).length,
				consumer: (await store.loadConsumer(`c-${account}`))?.position.unsettled.length ?? null,
				entries: (await store.readEntries(account, 0, 10)).length,
				lastSeq: await store.lastSeq(account),
				state: await store.loadState(account),
				intent: (await store.loadIntent(`i-${account}`))?.key ?? null,
				waits: (await store.listWaits(account)).length,
				values: [await store.getValue(account, 'n'), await store.getValue(session, 'n')],
				secrets: [await store.getSecret(account, 's'), await store.getSecret(session, 's')],
			});
			expect(await snapshot(ACCOUNT, 'session-a')).toEqual({
				account: null,
				consumers: 0,
				consumer: null,
				entries: 0,
				lastSeq: 0,
				state: null,
				intent: null,
				waits: 0,
				values: [undefined, undefined],
				secrets: [null, null],
			});
			expect(await snapshot(OTHER_ACCOUNT, 'session-b')).toEqual({
				account: OTHER_ACCOUNT,
				consumers: 1,
				consumer: 1,
				entries: 1,
				lastSeq: 1,
				state: { pts: 1 },
				intent: `i-${OTHER_ACCOUNT}`,
				waits: 1,
				values: [1, 2],
				secrets: ['sealed-a', 'sealed-s'],
			});
			const again = await store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')] });
			expect(again.duplicates).toEqual([]);
		});

		it('refuses work after close, with a code a caller can act on, and closes twice without complaint', async () => {
			const { store } = subject;
			const last = store.putValue(ACCOUNT, 'n', 1);
			await store.close();
			await last;
			await store.close();
			await expect(store.getValue(ACCOUNT, 'n')).rejects.toMatchObject({ code: 'store_unavailable' });
		});
	});
}
