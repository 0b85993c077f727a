import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CEILING } from '../../../src/channels/avito/api/caller';
import {
	advance,
	decidePage,
	finishPass,
	initialState,
	OVERLAP_S,
	planChat,
	type PassLimits,
} from '../../../src/channels/avito/reconcile/decide';
import { formatState, parseState, type ReconcileState } from '../../../src/channels/avito/reconcile/state';
import { chatSchema } from '../../../src/channels/avito/schemas/chat';
import { messageSchema } from '../../../src/channels/avito/schemas/message';
import { MemoryJournal, passingWaits, startBench, type Bench } from './fixture';
import { until } from '../../support/manual-clock';

const message = (id: string, created: number, type = 'text') =>
	messageSchema.parse({ id, author_id: 5, created, type, direction: 'in', content: { text: id } });
const chat = (id: string, updated: number, last?: ReturnType<typeof message>) =>
	chatSchema.parse({ id, updated, ...(last === undefined ? {} : { last_message: last }) });
const limits: PassLimits = { recoverSince: 0, deletedSince: Infinity };
const state = (mark: number, chats: ReconcileState['chats'] = {}): ReconcileState => ({
	mark,
	chats,
	passedAt: 0,
});

describe('which chats are read', () => {
	it('one with a message that is not known yet, and no other', () => {
		const known = state(5_000, { a: { at: 4_990, ids: ['m1'] } });
		expect(planChat(chat('a', 4_990, message('m1', 4_990)), known, limits)).toBeNull();
		expect(planChat(chat('a', 4_990, message('m2', 4_990)), known, limits)?.position).toEqual({
			at: 4_990,
			ids: ['m1'],
		});
		expect(planChat(chat('b', 4_999, message('m3', 4_999)), known, limits)?.position.at).toBe(
			5_000 - OVERLAP_S,
		);
		expect(planChat(chat('c', 1_000, message('m4', 1_000)), known, limits)).toBeNull();
	});

	it('never below the largest catch-up', () => {
		const plan = planChat(chat('a', 9_000, message('m', 9_000)), state(1_000), {
			...limits,
			recoverSince: 8_000,
		});
		expect(plan?.position.at).toBe(8_000);
		expect(plan?.wanted.at).toBe(1_000 - OVERLAP_S);
	});
});

describe('which messages are taken', () => {
	const page = (...messages: ReturnType<typeof message>[]) => messages.map((value) => ({ value }));
	const plan = planChat(
		chat('a', 200, message('m9', 200)),
		state(5_000, { a: { at: 5_000, ids: ['m1'] } }),
		limits,
	) ?? {
		position: { at: 100, ids: ['m1'] },
		wanted: { at: 100, ids: ['m1'] },
	};

	it('those of the position’s own second that are not among its ids', () => {
		const decision = decidePage(
			page(message('m3', 101), message('m2', 100), message('m1', 100)),
			plan,
			limits,
		);
		expect(decision.take.map(({ value }) => value.id)).toEqual(['m3', 'm2']);
		expect(decision.complete).toBe(false);
		expect(decidePage(page(message('m0', 99)), plan, limits)).toMatchObject({ take: [], complete: true });
	});

	it('and deletions of the last hour, known or not', () => {
		const decision = decidePage(page(message('m1', 100, 'deleted'), message('m0', 50, 'deleted')), plan, {
			...limits,
			deletedSince: 60,
		});
		expect(decision.take.map(({ value }) => value.id)).toEqual(['m1']);
	});
});

describe('the state', () => {
	it('survives the store, and an unknown kind means starting at now', () => {
		const full = { mark: 5, chats: { a: { at: 4, ids: ['x'] } }, passedAt: 6 };
		expect(parseState(structuredClone(formatState(full)))).toEqual(full);
		expect(parseState({ v: 2 })).toBeNull();
		expect(parseState(null)).toBeNull();
	});

	it('stays small: positions that the mark covers are dropped', () => {
		const finished = finishPass(
			state(1_000, { old: { at: 900, ids: [] }, fresh: { at: 5_000, ids: [] } }),
			5_000,
			1,
		);
		expect(Object.keys(finished.chats)).toEqual(['fresh']);
		expect(finishPass(finished, 10, 2).mark).toBe(5_000);
	});

	it('at the start holds what is there already', () => {
		const start = initialState([chat('a', 5_000, message('m1', 5_000)), chat('b', 10, message('m0', 10))], 1);
		expect(start).toEqual({
			mark: 5_000,
			chats: { a: { at: 5_000, ids: ['m1'], through: 'm1' } },
			passedAt: 1,
		});
		expect(planChat(chat('a', 5_000, message('m1', 5_000)), start, limits)).toBeNull();
	});

	it('of the second of its start takes what came after it, not what stood there before', () => {
		const [m1, m2, m3, m4] = ['m1', 'm2', 'm3', 'm4'].map((id) => message(id, 5_000));
		const stored = formatState(initialState([chat('a', 5_000, m2)], 1));
		let position = parseState(stored)!.chats['a']!;
		const takes = (...newestFirst: ReturnType<typeof message>[]): string[] => {
			const page = newestFirst.map((value) => ({ value }));
			const { take } = decidePage(page, { position, wanted: position }, limits);
			const handled = take.map(({ value }) => value).reverse();
			position = advance(position, handled);
			return handled.map(({ id }) => id);
		};
		expect(takes(m3!, m2!, m1!)).toEqual(['m3']);
		expect(takes(m4!, m3!, m2!, m1!)).toEqual(['m4']);
		expect(takes(message('m5', 5_001), m4!, m3!, m2!, m1!)).toEqual(['m5']);
	});

	it('takes every message once, whatever their seconds, over any number of passes (property)', () => {
		const arrivals = fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 }), {
			minLength: 1,
			maxLength: 8,
		});
		fc.assert(
			fc.property(arrivals, (passes) => {
				let now = 1_000;
				let position = { at: now, ids: [] as string[] };
				const stored: ReturnType<typeof message>[] = [];
				const taken: string[] = [];
				for (const steps of passes) {
					for (const step of steps) stored.push(message(`m${stored.length}`, (now += step)));
					const newestFirst = [...stored].reverse().map((value) => ({ value }));
					const { take } = decidePage(newestFirst, { position, wanted: position }, limits);
					const handled = take.map(({ value }) => value).reverse();
					taken.push(...handled.map(({ id }) => id));
					position = advance(position, handled);
				}
				expect(taken).toEqual(stored.map(({ id }) => id));
			}),
		);
	});
});

describe('a pass over a real chat list', () => {
	/** Attached since a while: the state is the sandbox's now, and what follows is missed by webhook. */
	async function attached(
		options: Parameters<typeof startBench>[0] = {},
		journalOptions: { recoverSince?: number } = {},
	) {
		const bench = await startBench(options);
		const account = await bench.account();
		const journal = new MemoryJournal(account.accountId, journalOptions);
		const first = account.startReading(journal);
		await first.live;
		await first.stop();
		bench.sandbox.control.clock({ advance_seconds: 2_000 });
		return { bench, account, journal };
	}

	async function pass({
		account,
		journal,
	}: {
		account: Awaited<ReturnType<Bench['account']>>;
		journal: MemoryJournal;
	}) {
		const reader = account.startReading(journal);
		onTestFinished(() => reader.stop());
		await reader.live;
		await reader.stop();
	}

	it('a first start brings what was written since somebody waits for it', async () => {
		const bench = await startBench();
		const { control } = bench.sandbox;
		const { chat_ids: chats } = control.chats({ count: 2, history: 5 });
		control.clock({ advance_seconds: 60 });
		const startAt = bench.clock.now() + 59_000;
		for (const text of ['while connecting 1', 'while connecting 2'])
			control.incoming({ chat_id: chats[0]!, text, deliver: false });
		const account = await bench.account();
		const journal = new MemoryJournal(account.accountId);
		journal.startAt = startAt;
		await pass({ account, journal });
		await pass({ account, journal });
		expect(journal.events.map(({ event }) => event.text)).toEqual([
			'while connecting 1',
			'while connecting 2',
		]);
	});

	it('starts at now: what was there before is no event', async () => {
		const bench = await startBench();
		bench.sandbox.control.chats({ count: 3, history: 5 });
		const account = await bench.account();
		const journal = new MemoryJournal(account.accountId);
		await pass({ account, journal });
		await pass({ account, journal });
		expect(journal.events).toEqual([]);
	});

	it('finds all that was missed, in order per chat, of ads and of people, and nothing twice', async () => {
		const scene = await attached();
		const { control } = scene.bench.sandbox;
		const { messages } = control.bulk({ messages: 260, chats: 7, deliver: false });
		control.incoming({ text: 'от человека', chat_type: 'u2u', deliver: false });
		const before = control.requests({}).length;
		await pass(scene);
		expect(scene.journal.events).toHaveLength(261);
		for (const { chat_id } of messages.slice(0, 7)) {
			const numbers = scene.journal.texts(chat_id).map((text) => Number(/\d+/.exec(text)?.[0]));
			expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
		}
		expect(scene.journal.events[0]).toMatchObject({
			recovered: true,
			event: { client_name: expect.stringMatching(/./) as string },
		});
		const cost = control.requests({}).length - before;
		expect(cost).toBe(2 + 8);
		await pass(scene);
		expect(scene.journal.events).toHaveLength(261);
		expect(control.requests({}).length - before - cost).toBe(2);
	});

	it('finds what Avito itself wrote, but for what stood there before', async () => {
		const bench = await startBench();
		const { control } = bench.sandbox;
		const { chat_id } = control.incoming({ text: 'до того', chat_type: 'a2u', deliver: false });
		control.clock({ advance_seconds: 2_000 });
		control.incoming({ text: 'человек', deliver: false });
		const account = await bench.account();
		const journal = new MemoryJournal(account.accountId);
		await pass({ account, journal });
		expect(journal.events).toEqual([]);
		control.clock({ advance_seconds: 2_000 });
		control.incoming({ chat_id, text: 'от Avito', deliver: false });
		await pass({ account, journal });
		expect(journal.events).toMatchObject([{ event: { text: 'от Avito', meta: { chat_type: 'a2u' } } }]);
	});

	it('goes on without the chat with Avito where it is refused', async () => {
		const { bench, account, journal } = await attached();
		const { control } = bench.sandbox;
		control.mode({ mode: '400', scope: 'getChatsV2', skip: 1, count: 1 });
		control.incoming({ text: 'человек', deliver: false });
		await pass({ account, journal });
		expect(journal.texts()).toEqual(['человек']);
	});

	it('reads on over several pages of chats and of messages', async () => {
		const scene = await attached();
		const { control } = scene.bench.sandbox;
		control.bulk({ messages: 240, chats: 240, deliver: false });
		control.bulk({ messages: 350, chats: 1, deliver: false });
		await pass(scene);
		expect(new Set(scene.journal.events.map(({ event }) => event.event_id)).size).toBe(590);
	});

	it('loses nothing when chats move up while the list is walked', async () => {
		const scene = await attached();
		const { bench, journal } = scene;
		const { control } = bench.sandbox;
		const { chat_ids: chats } = control.bulk({ messages: 150, chats: 150, deliver: false });
		// The second page is slow; meanwhile a chat that would have been on it gets a message and jumps to the top.
		control.mode({ mode: 'slow', delay_ms: 200, scope: 'getChatsV2', skip: 1, count: 1 });
		const passing = pass(scene);
		await until(
			() =>
				control.requests({ operation_id: 'getChatsV2' }).filter(({ query }) => query['offset'] === '100')
					.length === 1,
			'the second page',
		);
		control.clock({ advance_seconds: 1 });
		control.incoming({ chat_id: chats[0] ?? '', text: 'ещё одно', deliver: false });
		await passing;
		expect(journal.texts(chats[0])).toEqual(['Сообщение 1', 'ещё одно']);
		expect(journal.events).toHaveLength(151);
	});

	it('goes on where it was cut off, without reading finished chats again', async () => {
		const scene = await attached({ credential: { retries: 0, breakerFailures: 0 } });
		const { bench, account, journal } = scene;
		const { control } = bench.sandbox;
		const { chat_ids } = control.bulk({ messages: 20, chats: 20, deliver: false });
		control.mode({ mode: '500', scope: 'getMessagesV3', skip: 12, count: 1 });
		const reader = account.startReading(journal);
		await until(() => account.status().state === 'waiting', 'the failure');
		const done = journal.events.length;
		expect(done).toBeGreaterThanOrEqual(12);
		expect(done).toBeLessThan(20);
		await reader.stop();
		const before = control.requests({ operation_id: 'getMessagesV3' }).length;
		await pass({ account, journal });
		expect(new Set(journal.events.map(({ event }) => event.external_chat_id))).toEqual(new Set(chat_ids));
		expect(control.requests({ operation_id: 'getMessagesV3' }).length - before).toBe(20 - done);
	});

	it('moves nothing when the journal cannot take it', async () => {
		const scene = await attached();
		const { bench, account, journal } = scene;
		bench.sandbox.control.bulk({ messages: 3, chats: 1, deliver: false });
		journal.failNext = 1;
		const reader = account.startReading(journal);
		await passingWaits(bench.clock, reader.live);
		await reader.stop();
		expect(journal.texts()).toEqual(['Сообщение 1', 'Сообщение 2', 'Сообщение 3']);
	});

	it('says so when more happened than Avito shows', async () => {
		const scene = await attached();
		const { control } = scene.bench.sandbox;
		control.bulk({ messages: CEILING + 50, chats: 1, deliver: false });
		await pass(scene);
		const gaps = scene.journal.events.filter(({ event }) => event.event_type === 'gap');
		expect(gaps).toMatchObject([
			{
				event: {
					data: { reason: 'message_ceiling' },
					external_chat_id: expect.stringMatching(/^u2i-/) as string,
				},
			},
		]);
		expect(scene.journal.texts()).toHaveLength(CEILING);
		expect(scene.journal.texts().at(-1)).toBe(`Сообщение ${CEILING + 50}`);
	});

	// Over a thousand requests: some seconds, more where the machine has other work as well.
	it('says so when more chats changed than Avito shows', async () => {
		const scene = await attached();
		const { control } = scene.bench.sandbox;
		control.bulk({ messages: CEILING + 20, chats: CEILING + 20, deliver: false });
		await pass(scene);
		const gaps = scene.journal.events.filter(({ event }) => event.event_type === 'gap');
		expect(gaps).toMatchObject([{ event: { data: { reason: 'chat_ceiling' } } }]);
		expect(scene.journal.texts()).toHaveLength(CEILING);
	}, 90_000);

	it('reaches back no further than the catch-up, and says so only if something is left out', async () => {
		const scene = await attached();
		const { bench, journal } = scene;
		const { control } = bench.sandbox;
		const old = control.incoming({ text: 'давно', deliver: false });
		control.clock({ advance_seconds: 10_000 });
		journal.recoverSince = control.clock({}).now - 5_000_000;
		control.clock({ advance_seconds: 10 });
		control.incoming({ text: 'недавно', deliver: false });
		control.incoming({ chat_id: old.chat_id, text: 'снова', deliver: false });
		await pass(scene);
		expect(journal.texts().sort()).toEqual(['недавно', 'снова']);
		const gaps = journal.events.filter(({ event }) => event.event_type === 'gap');
		expect(gaps).toMatchObject([
			{ event: { data: { reason: 'catch_up_limit' }, external_chat_id: old.chat_id } },
		]);
		control.clock({ advance_seconds: 20_000 });
		journal.recoverSince = control.clock({}).now - 5_000_000;
		await pass(scene);
		expect(journal.events.filter(({ event }) => event.event_type === 'gap')).toHaveLength(1);
	});

	it('tells deletions that happened while away: the final state only', async () => {
		const scene = await attached();
		const { bench, journal } = scene;
		const { control } = bench.sandbox;
		const seen = control.incoming({ text: 'уже передано', deliver: false });
		await pass(scene);
		control.deleteByAuthor({ chat_id: seen.chat_id, message_id: seen.message_id });
		const unseen = control.incoming({ text: 'никогда не видели', deliver: false });
		control.deleteByAuthor({ chat_id: unseen.chat_id, message_id: unseen.message_id });
		await pass(scene);
		await pass(scene);
		const told = journal.events.map(({ event }) => [event.event_type, event.meta.external_message_id]);
		expect(told).toHaveLength(3);
		expect(told).toContainEqual(['message', seen.message_id]);
		expect(told).toContainEqual(['message_deleted', seen.message_id]);
		expect(told).toContainEqual(['message_deleted', unseen.message_id]);
	});

	it('takes the bare array as well as the object of a message list', async () => {
		const scene = await attached({ settings: { messages_shape: 'array', observed_fields: false } });
		scene.bench.sandbox.control.bulk({ messages: 210, chats: 1, deliver: false });
		await pass(scene);
		expect(scene.journal.texts()).toHaveLength(210);
	});

	it('uses the background’s part of the budget, so that sends are not starved', async () => {
		const { avitoDriver } = await import('../../../src/channels/avito');
		const scene = await attached({
			budget: { account: { points: 100, windowMs: 60_000 }, buckets: avitoDriver.buckets },
		});
		const { bench, account, journal } = scene;
		bench.sandbox.control.bulk({ messages: 150, chats: 150, deliver: false });
		const [chatId = ''] = bench.sandbox.control.chats({ count: 1 }).chat_ids;
		const reader = account.startReading(journal);
		await until(() => bench.services.budget.queued() > 0, 'the budget of the background to be used up');
		await bench.call(account, 'message.send', { chatId, text: 'сразу' });
		expect(bench.sandbox.control.outbox({})).toHaveLength(1);
		let live = false;
		void reader.live.then(() => (live = true));
		await until(async () => {
			// Only while everybody waits for the budget: a request's own time-out must not pass with it.
			if (account.status().inFlight === 0 && bench.services.budget.queued() > 0)
				await bench.clock.advance(60_000);
			return live;
		}, 'the pass to end');
		await reader.stop();
		expect(journal.texts().filter((text) => text.startsWith('Сообщение'))).toHaveLength(151);
	});
});
