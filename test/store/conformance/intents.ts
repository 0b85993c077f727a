import { describe, expect, it } from 'vitest';
import type { Subject } from '../conformance';
import { ACCOUNT, intent, OTHER_ACCOUNT, wait } from '../support/samples';

export function intentTests(subject: Subject): void {
	describe('intents', () => {
		it('reserves once; a repeat gets the first one as it stands', async () => {
			const { store } = subject;
			const first = intent('k1', { createdAt: 5 });
			expect(await store.reserveIntent(first)).toEqual({ created: true, intent: first });
			await store.updateIntent('k1', {
				state: 'sent',
				context: { lastMessage: 'm2' },
				providerKey: 'random-2',
			});
			const repeat = await store.reserveIntent(intent('k1', { paramsHash: 'bb', providerKey: 'random-3' }));
			expect(repeat).toEqual({
				created: false,
				intent: { ...first, state: 'sent', context: { lastMessage: 'm2' }, providerKey: 'random-2' },
			});
			await store.updateIntent('k1', { state: 'done', result: { message_id: '9' }, chatId: 'chat-2' });
			expect(await store.loadIntent('k1')).toEqual({
				...first,
				state: 'done',
				context: { lastMessage: 'm2' },
				providerKey: 'random-2',
				result: { message_id: '9' },
				chatId: 'chat-2',
			});
		});

		it('is always created in state reserved', async () => {
			const answer = await subject.store.reserveIntent(intent('k1', { state: 'done' }));
			expect(answer.intent.state).toBe('reserved');
			expect((await subject.store.loadIntent('k1'))?.state).toBe('reserved');
		});

		it('lets exactly one of many repeats be the first', async () => {
			const answers = await Promise.all(
				Array.from({ length: 20 }, (_, n) =>
					subject.store.reserveIntent(intent('k1', { providerKey: `p${n}` })),
				),
			);
			expect(answers.filter(({ created }) => created)).toHaveLength(1);
			expect(new Set(answers.map((answer) => answer.intent.providerKey)).size).toBe(1);
		});

		it('answers beside the writing in the same words, and has written before the next thing asked of it', async () => {
			const { store } = subject;
			const first = intent('k1', { createdAt: 5 });
			expect(await store.reserveIntent(first, { beside: true })).toEqual({ created: true, intent: first });
			await store.updateIntent('k1', { state: 'done', result: { message_id: '9' } });
			const done = { ...first, state: 'done', result: { message_id: '9' } };
			expect(await store.loadIntent('k1')).toEqual(done);
			expect(await store.reserveIntent(intent('k1', { paramsHash: 'bb' }), { beside: true })).toEqual({
				created: false,
				intent: done,
			});
		});

		it('is gone when deleted and when its time is up; an update then does nothing', async () => {
			const { store, clock } = subject;
			await store.reserveIntent(intent('k1', { expiresAt: clock.now() + 100 }));
			await store.reserveIntent(intent('k2'));
			await store.deleteIntent('k2');
			expect(await store.loadIntent('k2')).toBeNull();
			await clock.advance(99);
			expect(await store.loadIntent('k1')).not.toBeNull();
			await clock.advance(1);
			expect(await store.loadIntent('k1')).toBeNull();
			await store.updateIntent('k1', { state: 'sent' });
			expect(await store.loadIntent('k1')).toBeNull();
			expect((await store.reserveIntent(intent('k1'))).created).toBe(true);
		});
	});

	describe('waits', () => {
		it('keeps pending waits, oldest first, until they are deleted or their time is up', async () => {
			const { store, clock } = subject;
			await store.saveWait(wait('w2', { createdAt: 2 }));
			await store.saveWait(wait('w1', { createdAt: 1, expiresAt: clock.now() + 100 }));
			await store.saveWait(wait('w3', { createdAt: 3 }));
			await store.saveWait(wait('w9', { accountId: OTHER_ACCOUNT }));
			await store.saveWait(wait('w2', { createdAt: 2, messageId: 'm5' }));
			await store.deleteWait('w3');
			const waits = await store.listWaits(ACCOUNT);
			expect(waits.map(({ id }) => id)).toEqual(['w1', 'w2']);
			expect(waits[1]).toEqual(wait('w2', { createdAt: 2, messageId: 'm5' }));
			await clock.advance(100);
			expect((await store.listWaits(ACCOUNT)).map(({ id }) => id)).toEqual(['w2']);
		});
	});
}
