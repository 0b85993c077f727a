import { describe, expect, it } from 'vitest';
import type { TlObject } from '../../../../src/channels/telegram/tl';
import { readDialogsPage } from '../../../../src/channels/telegram/updates/dialogs-page';
import { UpdateEngine, type EngineOptions } from '../../../../src/channels/telegram/updates/engine';
import type { EngineState } from '../../../../src/channels/telegram/updates/state';
import type { EngineRequest } from '../../../../src/channels/telegram/updates/types';
import { seededRandom } from '../../../support/manual-clock';

const NOW = 1_800_000_000_000;
const STATE: EngineState = {
	session: 'a',
	pts: 10,
	date: 1_700_000_000,
	seen: 1_700_000_000,
	seq: 5,
	qts: 1,
	top: 100,
	channels: { '7': [50, 20] },
	behind: [],
	ahead: { common: null, channels: {} },
	fills: [],
	sweep: null,
	joins: {},
};

function engineAt(options: Partial<EngineOptions> = {}): UpdateEngine {
	const engine = new UpdateEngine({
		self: '1',
		session: 'a',
		state: STATE,
		recoverSince: 0,
		watched: [],
		random: seededRandom(1),
		knows: () => true,
		...options,
	});
	engine.start(NOW);
	return engine;
}

/** Started and caught up. */
function calm(options: Partial<EngineOptions> = {}): UpdateEngine {
	const engine = engineAt(options);
	const [request] = asked(engine);
	if (request !== undefined)
		engine.answer(request, { _: 'updates.differenceEmpty', date: 1_700_000_100, seq: 5 }, NOW);
	engine.take(NOW);
	return engine;
}

const asked = (engine: UpdateEngine, now = NOW): EngineRequest[] => engine.take(now).requests;

const message = (id: number, pts: number): TlObject => ({
	_: 'updates',
	seq: 0,
	date: 1_700_000_200,
	updates: [
		{
			_: 'updateNewMessage',
			pts,
			pts_count: 1,
			message: {
				_: 'message',
				id,
				date: 1_700_000_200,
				peer_id: { _: 'peerUser', user_id: '9' },
				message: `m${String(id)}`,
			},
		},
	],
});

function told(engine: UpdateEngine, now = NOW): string[] {
	return engine.take(now).apply.map((item) => {
		if (item.kind === 'gap') return 'gap';
		const inner = item.update['message'] as TlObject | undefined;
		return (inner?.['message'] as string | undefined) ?? item.update._;
	});
}

describe('the order of updates', () => {
	it('asks for the difference from the stored position, and for nothing else', () => {
		expect(asked(engineAt())).toEqual([
			{ key: 'difference', kind: 'difference', pts: 10, date: 1_700_000_000, qts: 1 },
		]);
	});

	it('asks for seq and qts anew in another session, and keeps pts', () => {
		const engine = engineAt({ session: 'b' });
		const [request] = asked(engine);
		expect(request?.kind).toBe('state');
		if (request !== undefined)
			engine.answer(request, { _: 'updates.state', pts: 99, qts: 8, seq: 2, date: 1_700_000_300 }, NOW);
		expect(asked(engine)).toEqual([
			{ key: 'difference', kind: 'difference', pts: 10, date: 1_700_000_000, qts: 8 },
		]);
	});

	it('puts two that changed places in order without asking', () => {
		const engine = calm();
		engine.receive({ kind: 'updates', payload: message(102, 12) }, NOW);
		expect(told(engine)).toEqual([]);
		engine.receive({ kind: 'updates', payload: message(101, 11) }, NOW + 400);
		expect(told(engine)).toEqual(['m101', 'm102']);
		engine.tick(NOW + 600);
		expect(asked(engine, NOW + 600)).toEqual([]);
	});

	it('asks for the difference when a hole is not filled within half a second', () => {
		const engine = calm();
		engine.receive({ kind: 'updates', payload: message(102, 12) }, NOW);
		expect(engine.nextAt(NOW)).toBe(NOW + 500);
		engine.tick(NOW + 499);
		expect(asked(engine, NOW + 499)).toEqual([]);
		engine.tick(NOW + 500);
		expect(asked(engine, NOW + 500).map(({ kind }) => kind)).toEqual(['difference']);
	});

	it('drops what it knows', () => {
		const engine = calm();
		for (let copy = 0; copy < 3; copy += 1)
			engine.receive({ kind: 'updates', payload: message(101, 11) }, NOW);
		expect(told(engine)).toEqual(['m101']);
	});

	it('takes its own results into account: what they move is no hole', () => {
		const engine = calm();
		engine.receive({ kind: 'affected', channel: null, pts: 12, ptsCount: 2 }, NOW);
		engine.receive(
			{ kind: 'updates', payload: { _: 'updateShortSentMessage', id: 101, pts: 13, pts_count: 1, date: 1 } },
			NOW,
		);
		engine.receive({ kind: 'updates', payload: message(102, 14) }, NOW);
		expect(told(engine)).toEqual(['m102']);
		engine.tick(NOW + 1000);
		expect(asked(engine, NOW + 1000)).toEqual([]);
	});

	it('rebuilds short messages, and asks for the difference when it does not know the person', () => {
		const short = {
			_: 'updateShortMessage',
			id: 101,
			user_id: '9',
			message: 'short',
			pts: 11,
			pts_count: 1,
			date: 1,
		};
		const engine = calm();
		engine.receive({ kind: 'updates', payload: short }, NOW);
		expect(told(engine)).toEqual(['short']);
		const stranger = calm({ knows: () => false });
		stranger.receive({ kind: 'updates', payload: short }, NOW);
		expect(stranger.take(NOW)).toMatchObject({ apply: [], requests: [{ kind: 'difference' }] });
	});

	it('sees a hole in seq, and asks after a new session and after a quarter of an hour without a word', () => {
		const gap = calm();
		gap.receive({ kind: 'updates', payload: { _: 'updates', seq: 9, date: 1, updates: [] } }, NOW);
		expect(asked(gap).map(({ kind }) => kind)).toEqual(['difference']);
		const broken = calm();
		broken.receive({ kind: 'interrupted' }, NOW);
		expect(asked(broken).map(({ kind }) => kind)).toEqual(['difference']);
		const idle = calm();
		idle.tick(NOW + 899_999);
		expect(asked(idle, NOW + 899_999)).toEqual([]);
		idle.tick(NOW + 900_000);
		expect(asked(idle, NOW + 900_000).map(({ kind }) => kind)).toEqual(['difference']);
	});

	it('asks again when news come while the answer is on its way: it may have been put together before them', () => {
		const news = { kind: 'updates', payload: { _: 'updatesTooLong' } } as const;
		const empty = { _: 'updates.differenceEmpty', date: 1_700_000_100, seq: 5 };
		const engine = engineAt();
		for (const more of [true, false]) {
			const [request] = asked(engine);
			expect(request?.kind).toBe('difference');
			if (more) engine.receive(news, NOW);
			expect(asked(engine)).toEqual([]);
			if (request !== undefined) engine.answer(request, empty, NOW);
			expect(engine.caughtUp).toBe(!more);
		}
		const channel = { _: 'updateShort', date: 1, update: { _: 'updateChannelTooLong', channel_id: '7' } };
		engine.receive({ kind: 'updates', payload: channel }, NOW);
		for (const more of [true, false]) {
			const [request] = asked(engine);
			expect(request).toMatchObject({ kind: 'channelDifference', channel: '7' });
			if (more) engine.receive({ kind: 'updates', payload: channel }, NOW);
			if (request !== undefined)
				engine.answer(request, { _: 'updates.channelDifferenceEmpty', final: true, pts: 50 }, NOW);
		}
		expect(asked(engine)).toEqual([]);
	});

	it('tells what a difference brings oldest first, whatever order it comes in', () => {
		const engine = engineAt();
		const [request] = asked(engine);
		const inner = (id: number): TlObject => {
			const [update] = message(id, id)['updates'] as TlObject[];
			return update?.['message'] as TlObject;
		};
		const state = { _: 'updates.state', pts: 13, qts: 1, date: 1_700_000_300, seq: 5 };
		const new_messages = [inner(103), inner(101), inner(102)];
		if (request !== undefined)
			engine.answer(request, { _: 'updates.difference', new_messages, other_updates: [], state }, NOW);
		expect(told(engine)).toEqual(['m101', 'm102', 'm103']);
	});

	it('is done with the list of chats when a slice of it holds them all', () => {
		const dialog = {
			_: 'dialog',
			peer: { _: 'peerUser', user_id: '9' },
			top_message: 101,
		};
		const [update] = message(101, 101)['updates'] as TlObject[];
		const page = { _: 'messages.dialogsSlice', dialogs: [dialog], messages: [update?.['message']] };
		expect(readDialogsPage({ ...page, count: 1 }).next).toBeNull();
		expect(readDialogsPage({ ...page, count: 2 }).next).toMatchObject({ id: 101, peer: '9' });
	});

	it('catches up with a server that puts something unreadable beside every answer, and does not hurry it', () => {
		const engine = engineAt();
		const differences: number[] = [];
		for (let now = NOW; now < NOW + 60_000; now += 100) {
			engine.tick(now);
			for (const request of asked(engine, now)) {
				differences.push(now - NOW);
				engine.receive({ kind: 'unreadable' }, now);
				engine.answer(request, { _: 'updates.differenceEmpty', date: 1_700_000_100, seq: 5 }, now);
			}
			expect(engine.caughtUp || now < NOW + 5_000).toBe(true);
		}
		expect(differences.length).toBeLessThan(15);
	});

	it('backs off after failures, and does not ask for a channel it has lost', () => {
		const engine = calm();
		const tooLong = { _: 'updateShort', date: 1, update: { _: 'updateChannelTooLong', channel_id: '7' } };
		engine.receive({ kind: 'updates', payload: tooLong }, NOW);
		const [request] = asked(engine);
		expect(request).toMatchObject({ kind: 'channelDifference', channel: '7', pts: 50 });
		if (request === undefined) return;
		engine.fail(request, { kind: 'retry' }, NOW);
		expect(asked(engine, NOW)).toEqual([]);
		expect(asked(engine, NOW + 1_000)).toHaveLength(1);
		engine.fail(request, { kind: 'noAccess' }, NOW + 1_000);
		expect(asked(engine, NOW + 100_000)).toEqual([]);
		expect(engine.state()?.channels).toEqual({});
	});

	it('looks at watched channels in the rhythm the server names', () => {
		const engine = calm({ watched: ['7'] });
		engine.tick(NOW);
		const [request] = asked(engine);
		expect(request).toMatchObject({ kind: 'channelDifference', channel: '7' });
		if (request === undefined) return;
		engine.answer(request, { _: 'updates.channelDifferenceEmpty', final: true, pts: 50, timeout: 30 }, NOW);
		engine.tick(NOW + 29_000);
		expect(asked(engine, NOW + 29_000)).toEqual([]);
		engine.tick(NOW + 30_000);
		expect(asked(engine, NOW + 30_000)).toHaveLength(1);
	});

	it('says what lies too far back to be read', () => {
		const engine = engineAt({ recoverSince: 1_700_500_000 });
		const [difference] = asked(engine);
		if (difference !== undefined)
			engine.answer(difference, { _: 'updates.differenceTooLong', pts: 500 }, NOW);
		const dialogs = asked(engine).find(({ kind }) => kind === 'dialogs');
		const dialog = { _: 'dialog', peer: { _: 'peerUser', user_id: '9' }, top_message: 300 };
		if (dialogs !== undefined)
			engine.answer(dialogs, { _: 'messages.dialogs', dialogs: [dialog], messages: [] }, NOW);
		const before = asked(engine).find(({ kind }) => kind === 'historyBefore');
		expect(before).toMatchObject({ chat: '9', date: 1_700_500_000 });
		const last = { _: 'message', id: 200, date: 1_700_400_000, peer_id: { _: 'peerUser', user_id: '9' } };
		if (before !== undefined) engine.answer(before, { _: 'messages.messages', messages: [last] }, NOW);
		const output = engine.take(NOW);
		expect(output.apply).toEqual([
			{ kind: 'gap', chat: '9', from: 1_700_400_000, to: 1_700_500_000, reason: 'catch_up_limit' },
		]);
		expect(output.requests).toMatchObject([{ kind: 'historyAfter', afterId: 200 }]);
	});
});
