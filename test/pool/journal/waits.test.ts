import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelEvent, WaitRecord } from '../../../src/contract';
import { HOLD_MS, matchReaction, matchWait } from '../../../src/pool/journal/match-wait';
import { settle, until } from '../../support/manual-clock';
import { ACCOUNT, event, filter, world, type World } from './support';

function wait(clockNow: number, parts: Partial<WaitRecord> = {}): WaitRecord {
	return {
		id: 'w1',
		accountId: ACCOUNT,
		chatId: 'c1',
		messageId: 'q1',
		responders: [],
		resume: {},
		createdAt: clockNow,
		expiresAt: clockNow + 3_600_000,
		...parts,
	};
}

describe('matching a reply', () => {
	const none = new Set<string>();
	const reply = (parts: Parameters<typeof event>[0] = {}, at = 1_500, recovered = false) => ({
		event: event(parts),
		at,
		recovered,
	});
	const older = wait(1_000, { id: 'older' });
	const newer = wait(1_200, { id: 'newer', messageId: 'q2' });

	it('takes the quoted question first, else the oldest of the chat', () => {
		const quoting = { meta: { reply_to: { id: 'q2', text: null } } };
		expect(matchWait(reply(quoting), [older, newer], none, 2_000)?.id).toBe('newer');
		expect(matchWait(reply(), [newer, older], none, 2_000)?.id).toBe('older');
		const unknown = { meta: { reply_to: { id: 'else', text: null } } };
		expect(matchWait(reply(unknown), [older, newer], none, 2_000)?.id).toBe('older');
		const elsewhere = { meta: { reply_to: { id: 'q2', text: null, chat_id: 'c2' } } };
		expect(matchWait(reply(elsewhere), [older, newer], none, 2_000)?.id).toBe('older');
	});

	it('takes no other chat, no other person, nothing of our own, no service message, nothing after the end', () => {
		const chosen = wait(1_000, { responders: ['u7'] });
		expect(matchWait(reply({ chat: 'c2' }), [older], none, 2_000)).toBeNull();
		expect(matchWait(reply({ user: 'u1' }), [chosen], none, 2_000)).toBeNull();
		expect(matchWait(reply({ user: 'u7' }), [chosen], none, 2_000)?.id).toBe('w1');
		expect(matchWait(reply({ meta: { direction: 'out' } }), [older], none, 2_000)).toBeNull();
		expect(matchWait(reply({ meta: { is_service: true } }), [older], none, 2_000)).toBeNull();
		expect(matchWait(reply({ type: 'message_edited' }), [older], none, 2_000)).toBeNull();
		expect(matchWait(reply(), [older], none, older.expiresAt)).toBeNull();
		expect(matchWait(reply(), [older], new Set(['older']), 2_000)).toBeNull();
	});

	it('takes no message that a recovery brings from before the question', () => {
		const late = wait(10_500, { id: 'late' });
		expect(matchWait(reply({}, 9_000, true), [late], none, 11_000)).toBeNull();
		expect(matchWait(reply({}, 10_000, true), [late], none, 11_000)?.id).toBe('late');
		expect(matchWait(reply({}, 9_000, false), [late], none, 11_000)?.id).toBe('late');
	});

	it('takes a reaction on the question itself only', () => {
		const on = (id: string) => ({ event: event({ type: 'reaction', meta: { external_message_id: id } }) });
		expect(matchReaction(on('q1'), [older], none, 2_000)?.id).toBe('older');
		expect(matchReaction(on('q9'), [older], none, 2_000)).toBeNull();
	});
});

describe.each(['memory', 'sqlite'] as const)('a pending wait (%s)', (kind) => {
	let w: World;
	let asked: { wait: WaitRecord; event: ChannelEvent }[];
	let answers: ('resumed' | 'retry' | 'gone')[];
	beforeEach(async () => {
		asked = [];
		answers = [];
		w = await world({
			store: kind,
			onWaitMatched: (record, item) => {
				asked.push({ wait: record, event: item });
				return Promise.resolve(answers.shift() ?? 'retry');
			},
		});
	});
	afterEach(() => w.close());

	it('keeps the engine running, takes its answer, and triggers never see that', async () => {
		answers = ['retry', 'resumed'];
		await w.hub.addWait(wait(w.clock.now(), { messageId: null }));
		await w.hub.setWaitMessage('w1', 'q1');
		expect(w.hub.stats()).toMatchObject({ waits: 1, subscribers: 0 });
		expect((await w.store.listWaits(ACCOUNT))[0]?.messageId).toBe('q1');
		const trigger = w.attach();
		await trigger.live;
		await settle(20);
		await w.provider.write(
			event({ id: 'answer' }),
			event({ id: 'after' }),
			event({ id: 'else', chat: 'c2' }),
		);
		await settle(20);
		// Order within the chat is kept while it is decided; other chats go on.
		expect(w.executions.ids).toEqual(['else']);
		await w.clock.advance(1_000);
		await until(() => w.executions.ids.includes('after'), 'the message after the answer');
		expect(w.executions.ids).toEqual(['else', 'after']);
		expect(
			asked.map(({ wait: record, event: item }) => [record.id, record.messageId, item.event_id]),
		).toEqual([
			['w1', 'q1', 'answer'],
			['w1', 'q1', 'answer'],
		]);
		expect(await w.store.listWaits(ACCOUNT)).toEqual([]);
		w.executions.finishAll();
		await w.clock.advance(2_000);
		const [consumer] = await w.store.listConsumers(ACCOUNT);
		expect((await w.store.loadConsumer(consumer?.id ?? ''))?.position).toMatchObject({
			watermark: 3,
			unsettled: [],
		});
		trigger.end();
		await until(() => w.hub.stats().state === 'idle', 'the engine to stop');
	});

	it('that is gone releases its message to the triggers', async () => {
		answers = ['gone'];
		const trigger = w.attach();
		await trigger.live;
		await settle(20);
		await w.hub.addWait(wait(w.clock.now()));
		await w.provider.write(event({ id: 'answer' }));
		await until(() => w.executions.ids.length === 1, 'the released message');
		expect(await w.store.listWaits(ACCOUNT)).toEqual([]);
	});

	it('holds the message no longer than 60 s, and waits on', async () => {
		const trigger = w.attach({ chatOrderMs: 0 });
		await trigger.live;
		await settle(20);
		await w.hub.addWait(wait(w.clock.now()));
		await w.provider.write(event({ id: 'answer' }), event({ id: 'after' }));
		await settle(20);
		expect(w.executions.ids).toEqual(['after']);
		await w.clock.advance(HOLD_MS - 1_000);
		expect(w.executions.ids).toEqual(['after']);
		await w.clock.advance(1_000);
		await until(() => w.executions.ids.length === 2, 'the released message');
		expect(asked.length).toBeGreaterThan(5);
		expect(await w.store.listWaits(ACCOUNT)).toHaveLength(1);
		answers = ['resumed'];
		await w.provider.write(event({ id: 'second answer' }));
		await until(async () => (await w.store.listWaits(ACCOUNT)).length === 0, 'the resume');
	});

	it('keeps the answer through a restart', async () => {
		const trigger = w.attach();
		await trigger.live;
		await settle(20);
		await w.hub.addWait(wait(w.clock.now()));
		await w.provider.write(event({ id: 'answer' }));
		await settle(10);
		await w.reopen({ forgetProcess: kind === 'sqlite' });
		await w.clock.advance(HOLD_MS * 2);
		answers = ['resumed'];
		const again = w.attach();
		await again.live;
		await until(async () => (await w.store.listWaits(ACCOUNT)).length === 0, 'the resume');
		await settle(30);
		expect(w.executions.rows).toEqual([]);
		expect(asked[asked.length - 1]?.event.event_id).toBe('answer');
	});

	it('recovers the answer that was written while nobody was there', async () => {
		await w.hub.addWait(wait(w.clock.now()));
		await until(() => w.hub.stats().state === 'live', 'live');
		await w.reopen();
		await w.provider.write(event({ id: 'answer' }));
		answers = ['resumed'];
		await until(() => asked.length === 1, 'the match');
		expect(w.provider.lastStart?.state).not.toBeNull();
	});

	it('ends with its time', async () => {
		await w.hub.addWait(wait(w.clock.now(), { expiresAt: w.clock.now() + 2 * 86_400_000 }));
		await w.clock.advance(2 * 86_400_000 + 1);
		await until(() => w.hub.stats().waits === 0 && w.hub.stats().state === 'idle', 'the end');
		expect(await w.store.listWaits(ACCOUNT)).toEqual([]);
	});

	it('is answered by a reaction', async () => {
		answers = ['resumed'];
		await w.hub.addWait(wait(w.clock.now()));
		w.provider.happen(event({ id: 'r', type: 'reaction', meta: { external_message_id: 'q1' } }));
		await until(async () => (await w.store.listWaits(ACCOUNT)).length === 0, 'the resume');
		expect(asked[0]?.event.event_id).toBe('r');
	});
});

describe('a manual listen', () => {
	let w: World;
	beforeEach(async () => {
		w = await world();
	});
	afterEach(() => w.close());

	function listen(useLatest: boolean, chats: string[] = []) {
		const got: ChannelEvent[] = [];
		const handle = w.hub.listen({
			filter: filter({ includeChats: chats }),
			useLatest,
			deliver: (item) => got.push(item),
			failed: (error) => {
				throw error;
			},
		});
		return { got, handle };
	}

	it('takes one event, leaves nothing behind, and touches nothing of the trigger', async () => {
		const trigger = w.attach();
		await trigger.live;
		await settle(20);
		const { got, handle } = listen(false);
		await w.provider.write(event({ id: 'a' }), event({ id: 'b', chat: 'c2' }));
		await until(() => w.executions.rows.length === 2, 'the trigger');
		expect(got.map((item) => item.event_id)).toEqual(['a']);
		handle.end();
		expect(w.hub.stats()).toMatchObject({ listeners: 0, subscribers: 1, state: 'live' });
		expect(await w.store.listConsumers(ACCOUNT)).toHaveLength(1);
	});

	it('alone runs the engine until it has its event', async () => {
		const { got, handle } = listen(false, ['c2']);
		await handle.live;
		await w.provider.write(event({ id: 'a' }), event({ id: 'b', chat: 'c2', raw: { x: 1 } }));
		await until(() => got.length === 1 && w.hub.stats().state === 'idle', 'the event');
		expect(got[0]?.event_id).toBe('b');
		expect(got[0]).not.toHaveProperty('raw');
		expect(await w.store.listConsumers(ACCOUNT)).toEqual([]);
	});

	it('can take the latest from the journal without moving any position, else asks the provider once', async () => {
		await w.provider.write(event({ id: 'ancient', chat: 'c9' }));
		await w.clock.advance(1_000);
		const trigger = w.attach();
		await trigger.live;
		await settle(20);
		await w.provider.write(event({ id: 'a' }), event({ id: 'b' }));
		const fromJournal = listen(true);
		await until(() => fromJournal.got.length === 1, 'the latest');
		expect(fromJournal.got[0]?.event_id).toBe('b');
		expect(w.provider.latestReads).toBe(0);
		const fromProvider = listen(true, ['c9']);
		await until(() => fromProvider.got.length === 1, 'the latest of the provider');
		expect(fromProvider.got[0]?.event_id).toBe('ancient');
		const waiting = listen(true, ['c10']);
		await settle(20);
		expect(w.provider.latestReads).toBe(2);
		await w.provider.write(event({ id: 'next', chat: 'c10' }));
		await until(() => waiting.got.length === 1, 'the next');
	});

	it('starts at now: what a recovery brings from before is not for it', async () => {
		const trigger = w.attach();
		await trigger.live;
		await settle(20);
		trigger.end();
		await until(() => w.hub.stats().state === 'idle', 'the stop');
		await w.provider.write(event({ id: 'while away' }));
		await w.clock.advance(5_000);
		const { got, handle } = listen(false);
		await handle.live;
		await settle(20);
		expect(got).toEqual([]);
		await w.provider.write(event({ id: 'now' }));
		await until(() => got.length === 1, 'the next');
		expect(got[0]?.event_id).toBe('now');
	});

	it('tells a pattern that is no expression', async () => {
		const told: string[] = [];
		w.hub.listen({
			filter: filter({ textPattern: '(' }),
			useLatest: false,
			deliver: () => told.push('delivered'),
			failed: (error) => told.push(error.code),
		});
		await settle(5);
		expect(told).toEqual(['invalid_parameter']);
		expect(w.hub.stats()).toMatchObject({ listeners: 0, state: 'idle' });
	});

	it('takes live-only events, and nothing after it was closed', async () => {
		const { got, handle } = listen(false);
		await handle.live;
		const typing = w.hub.listen({
			filter: filter({ eventTypes: ['typing'] }),
			useLatest: false,
			deliver: (item) => got.push(item),
			failed: () => undefined,
		});
		w.provider.happen(event({ id: 't', type: 'typing' }));
		expect(got.map((item) => item.event_id)).toEqual(['t']);
		typing.end();
		handle.end();
		w.provider.happen(event({ id: 'm' }));
		await settle(10);
		expect(got).toHaveLength(1);
	});
});
