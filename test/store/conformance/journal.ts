import { describe, expect, it } from 'vitest';
import type { Subject } from '../conformance';
import { ACCOUNT, journalEvent, message, OTHER_ACCOUNT } from '../support/samples';

export function journalTests(subject: Subject): void {
	describe('journal', () => {
		it('numbers entries from 1 per account and gives back what was appended', async () => {
			const { store, clock } = subject;
			const first = await store.append(ACCOUNT, { token: 1, events: [journalEvent('e1', { at: 12 })] });
			await store.append(OTHER_ACCOUNT, { token: 1, events: [journalEvent('e1')] });
			await clock.advance(50);
			const second = await store.append(ACCOUNT, {
				token: 1,
				events: [
					journalEvent('e2', { at: 20, recovered: true }),
					journalEvent('e3', { at: 30, event: null }),
				],
			});
			expect(first.appended).toEqual([{ seq: 1, eventId: 'e1', late: false }]);
			expect(second.appended.map(({ seq }) => seq)).toEqual([2, 3]);
			const entries = await store.readEntries(ACCOUNT, 0, 10);
			expect(entries[1]).toEqual({
				seq: 2,
				eventId: 'e2',
				event: message('e2'),
				chatId: 'chat-1',
				at: 20,
				recordedAt: clock.now(),
				recovered: true,
				late: false,
				heldBy: null,
				heldUntil: null,
			});
			expect(entries[0]?.recordedAt).toBe(clock.now() - 50);
			expect(entries[2]?.event).toBeNull();
			expect(await store.lastSeq(ACCOUNT)).toBe(3);
			expect(await store.lastSeq('avito:none')).toBe(0);
		});

		it('reads after a number, in order, no more than asked for', async () => {
			const { store } = subject;
			const events = Array.from({ length: 25 }, (_, n) => journalEvent(`e${n + 1}`));
			await store.append(ACCOUNT, { token: 1, events });
			const seqs = (await store.readEntries(ACCOUNT, 7, 10)).map(({ seq }) => seq);
			expect(seqs).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
			expect(await store.readEntries(ACCOUNT, 25, 10)).toEqual([]);
			expect(await store.readEntries(ACCOUNT, 0, 0)).toEqual([]);
			const chosen = await store.readEntriesBySeq(ACCOUNT, [20, 3, 99, 3]);
			expect(chosen.map(({ seq }) => seq)).toEqual([3, 20]);
		});

		it('knows an event again, within a batch, across batches, and whether or not its text was kept', async () => {
			const { store } = subject;
			const batch = [journalEvent('e1'), journalEvent('e1'), journalEvent('e2', { event: null })];
			const first = await store.append(ACCOUNT, { token: 1, events: batch });
			expect(first.appended.map(({ seq, eventId }) => [seq, eventId])).toEqual([
				[1, 'e1'],
				[2, 'e2'],
			]);
			expect(first.duplicates).toEqual(['e1']);
			const second = await store.append(ACCOUNT, {
				token: 1,
				events: [journalEvent('e2'), journalEvent('e3'), journalEvent('e1')],
			});
			expect(second.appended).toEqual([{ seq: 3, eventId: 'e3', late: false }]);
			expect(second.duplicates).toEqual(['e2', 'e1']);
			expect(
				(await store.append(OTHER_ACCOUNT, { token: 1, events: [journalEvent('e1')] })).duplicates,
			).toEqual([]);
		});

		it('writes the state with the events, keeps it without one, and empties it on request', async () => {
			const { store } = subject;
			expect(await store.loadState(ACCOUNT)).toBeNull();
			await store.append(ACCOUNT, {
				token: 1,
				events: [journalEvent('e1')],
				state: { pts: 7, chats: { a: [1] } },
			});
			await store.append(ACCOUNT, { token: 1, events: [journalEvent('e2')] });
			expect(await store.loadState(ACCOUNT)).toEqual({ pts: 7, chats: { a: [1] } });
			await store.append(ACCOUNT, { token: 1, events: [], state: { pts: 8 } });
			expect(await store.loadState(ACCOUNT)).toEqual({ pts: 8 });
			expect(await store.lastSeq(ACCOUNT)).toBe(2);
			await store.saveState(ACCOUNT, 1, null);
			expect(await store.loadState(ACCOUNT)).toBeNull();
			await store.saveState('avito:new', 1, { pts: 1 });
			expect(await store.loadState('avito:new')).toEqual({ pts: 1 });
		});

		it('calls late what was recovered after a newer message of its chat, and nothing else', async () => {
			const { store } = subject;
			const lateOf = async (...events: ReturnType<typeof journalEvent>[]) =>
				(await store.append(ACCOUNT, { token: 1, events })).appended.map(({ late }) => late);
			const recovered = true;
			expect(await lateOf(journalEvent('a', { at: 100 }))).toEqual([false]);
			// older but pushed live; older and recovered; as old; newer; another chat
			expect(await lateOf(journalEvent('b', { at: 90 }))).toEqual([false]);
			expect(await lateOf(journalEvent('c', { at: 90, recovered }))).toEqual([true]);
			expect(await lateOf(journalEvent('d', { at: 100, recovered }))).toEqual([false]);
			expect(await lateOf(journalEvent('e', { at: 101, recovered }))).toEqual([false]);
			expect(await lateOf(journalEvent('f', { at: 5, recovered, chatId: 'chat-2' }))).toEqual([false]);
			// within one batch, and after an entry stored as its id only
			expect(
				await lateOf(
					journalEvent('g', { at: 200, event: null }),
					journalEvent('h', { at: 150, recovered }),
					journalEvent('i', { at: 201, recovered }),
				),
			).toEqual([false, true, false]);
			// a duplicate is no news
			expect(
				await lateOf(journalEvent('a', { at: 9_999 }), journalEvent('j', { at: 202, recovered })),
			).toEqual([false]);
			const entries = await store.readEntries(ACCOUNT, 0, 20);
			expect(entries.filter(({ late }) => late).map(({ eventId }) => eventId)).toEqual(['c', 'h']);
		});

		it('keeps concurrent appends whole and in the order in which they were asked for', async () => {
			const { store } = subject;
			const results = await Promise.all(
				Array.from({ length: 300 }, (_, n) =>
					store.append(ACCOUNT, {
						token: 1,
						events: [journalEvent(`e${n}-a`), journalEvent(`e${n}-b`)],
						state: { n },
					}),
				),
			);
			expect(results.flatMap(({ appended }) => appended.map(({ seq }) => seq))).toEqual(
				Array.from({ length: 600 }, (_, n) => n + 1),
			);
			expect(await store.loadState(ACCOUNT)).toEqual({ n: 299 });
			const entries = await store.readEntries(ACCOUNT, 0, 1_000);
			expect(entries.map(({ eventId }) => eventId)).toEqual(
				Array.from({ length: 300 }, (_, n) => [`e${n}-a`, `e${n}-b`]).flat(),
			);
		});

		it('shows a read every write that was asked for before it', async () => {
			const { store } = subject;
			const appended = store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')] });
			const read = store.readEntries(ACCOUNT, 0, 10);
			const second = store.append(ACCOUNT, { token: 1, events: [journalEvent('e2')] });
			expect((await read).map(({ eventId }) => eventId)).toEqual(['e1']);
			await Promise.all([appended, second]);
		});

		it('takes text of any shape and size', async () => {
			const { store } = subject;
			const texts = ['', 'a\u0000b', '\ud800 lone', '🙂'.repeat(50_000), `'"; DROP TABLE entries; --`];
			const events = texts.map((text, n) => journalEvent(`e${n}`, { event: message(`e${n}`, text) }));
			await store.append(ACCOUNT, { token: 1, events });
			const entries = await store.readEntries(ACCOUNT, 0, 10);
			expect(entries.map(({ event }) => event?.text)).toEqual(texts);
		});

		it('holds an entry for a wait, releases it whole or consumes it to its id', async () => {
			const { store } = subject;
			await store.append(ACCOUNT, {
				token: 1,
				events: [
					journalEvent('e1', { heldBy: 'wait-1', heldUntil: 60_000 }),
					journalEvent('e2', { heldBy: 'wait-2', heldUntil: 60_000 }),
				],
			});
			expect(
				(await store.readEntries(ACCOUNT, 0, 10)).map((entry) => [entry.heldBy, entry.heldUntil]),
			).toEqual([
				['wait-1', 60_000],
				['wait-2', 60_000],
			]);
			await store.settleHeld(ACCOUNT, 1, 'release');
			await store.settleHeld(ACCOUNT, 2, 'consume');
			await store.settleHeld(ACCOUNT, 77, 'consume');
			const entries = await store.readEntries(ACCOUNT, 0, 10);
			expect(entries.map((entry) => [entry.heldBy, entry.heldUntil, entry.event?.text ?? null])).toEqual([
				[null, null, 'text of e1'],
				[null, null, null],
			]);
			expect((await store.append(ACCOUNT, { token: 1, events: [journalEvent('e2')] })).duplicates).toEqual([
				'e2',
			]);
		});
	});
}
