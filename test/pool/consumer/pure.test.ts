import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	cutOldest,
	dequeue,
	emptyChat,
	enqueue,
	nextStep,
	readyBatch,
	type Emission,
	type Pending,
} from '../../../src/pool/consumer/chat';
import { createHandedOn } from '../../../src/pool/consumer/handed-on';
import { judge, openPosition } from '../../../src/pool/consumer/judge';
import { consumerId, emitKey, nodeId } from '../../../src/pool/consumer/keys';
import { createNodeMemories } from '../../../src/pool/consumer/node-memory';
import { addDeviceTime, DEVICE_TIMES_PER_CHAT, isQuiet } from '../../../src/pool/consumer/quiet';
import { planReplay } from '../../../src/pool/consumer/replay';
import { createReportGate } from '../../../src/pool/consumer/report-gate';
import { afterRestart, afterSettlement, MAX_ATTEMPTS } from '../../../src/pool/consumer/settle';
import { createWindow, type Place } from '../../../src/pool/consumer/window';
import { compileFilter } from '../../../src/pool/consumer/filter';
import { ChannelError, type JournalEntry } from '../../../src/contract';
import type { AcknowledgeMode, TriggerReport } from '../../../src/pool/types';
import { ManualClock } from '../../support/manual-clock';
import { event, filter } from '../journal/support';

const MODES: AcknowledgeMode[] = ['immediately', 'finished', 'succeeded'];

describe('keys', () => {
	const identity = { instance: 'i', workflow: 'w', node: 'n' };

	it('differ when any part differs, and fit into 64 characters', () => {
		const keys = [
			emitKey(identity, 'avito:1', ['a'], 1),
			emitKey(identity, 'avito:1', ['a'], 2),
			emitKey(identity, 'avito:1', ['a', 'b'], 1),
			emitKey(identity, 'avito:1', ['ab'], 1),
			emitKey(identity, 'avito:2', ['a'], 1),
			emitKey({ ...identity, node: 'm' }, 'avito:1', ['a'], 1),
			emitKey({ ...identity, workflow: 'x' }, 'avito:1', ['a'], 1),
			emitKey({ ...identity, instance: 'j' }, 'avito:1', ['a'], 1),
		];
		expect(new Set(keys).size).toBe(keys.length);
		for (const key of keys) expect(key.length).toBeLessThanOrEqual(64);
		expect(emitKey(identity, 'avito:1', ['a'], 1)).toBe(keys[0]);
	});

	it('name a consumer per account and a node without it', () => {
		expect(consumerId(identity, 'avito:1')).not.toBe(consumerId(identity, 'avito:2'));
		expect(nodeId(identity)).not.toBe(nodeId({ ...identity, node: 'm' }));
	});
});

describe('the window', () => {
	it('is never exceeded and serves waiting seats in turn, whatever happens', () => {
		const action = fc.record({ seat: fc.nat(2), what: fc.constantFrom('take', 'release', 'pass') });
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 4 }), fc.array(action, { maxLength: 200 }), (limit, actions) => {
				const window = createWindow(limit);
				const places: Place[] = [];
				const seats = [0, 1, 2].map(() =>
					window.join(() => {
						// A granted turn is used at once or passed on by the actions below.
					}),
				);
				for (const { seat, what } of actions) {
					if (what === 'release') places.shift()?.release();
					else if (what === 'pass') seats[seat]?.pass();
					else {
						const place = seats[seat]?.tryTake();
						if (place != null) places.push(place);
					}
					expect(window.used).toBeLessThanOrEqual(limit);
					expect(places.length).toBeLessThanOrEqual(window.used);
				}
				for (const seat of seats) seat.leave();
				for (const place of places) {
					place.release();
					place.release();
				}
				expect(window.used).toBe(0);
			}),
		);
	});

	it('is shared round-robin: a flooded account cannot starve the others', () => {
		const window = createWindow(1);
		const order: string[] = [];
		const running: Place[] = [];
		const seats = ['a', 'b', 'c'].map((name) => {
			const seat = window.join(() => {
				take();
			});
			const take = (): void => {
				const place = seat.tryTake();
				if (place === null) return;
				order.push(name);
				running.push(place);
				// Flooded: it wants the next place right away.
				const next = seat.tryTake();
				if (next !== null) throw new Error('two places in a window of one');
			};
			return { take };
		});
		for (const { take } of seats) take();
		for (let round = 0; round < 6; round += 1) running.shift()?.release();
		// `a` stood in line again before the others came; from then on they take turns.
		expect(order).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'c']);
	});
});

describe('what follows a settlement', () => {
	it('is the table of the design', () => {
		const error = new Error('x');
		for (const mode of MODES) {
			expect(afterSettlement(mode, 1, { kind: 'finished', ok: true })).toEqual({ step: 'acknowledge' });
			expect(afterSettlement(mode, 1, { kind: 'not_created', error })).toEqual({ step: 'same_key' });
		}
		for (const mode of ['immediately', 'finished'] as const) {
			expect(afterSettlement(mode, 1, { kind: 'finished', ok: false })).toEqual({ step: 'acknowledge' });
			expect(afterSettlement(mode, 1, { kind: 'duplicate' })).toEqual({ step: 'acknowledge' });
		}
		for (const settlement of [{ kind: 'finished', ok: false }, { kind: 'duplicate' }] as const) {
			expect(afterSettlement('succeeded', 1, settlement)).toEqual({ step: 'next_attempt', attempt: 2 });
			expect(afterSettlement('succeeded', MAX_ATTEMPTS, settlement)).toEqual({ step: 'give_up' });
		}
	});

	it('runs again what was interrupted, but for "immediately", and not for ever', () => {
		const settlement = { kind: 'interrupted' } as const;
		expect(afterSettlement('immediately', 1, settlement)).toEqual({ step: 'acknowledge' });
		for (const mode of ['finished', 'succeeded'] as const) {
			expect(afterSettlement(mode, 1, settlement)).toEqual({ step: 'next_attempt', attempt: 2 });
			expect(afterSettlement(mode, MAX_ATTEMPTS, settlement)).toEqual({ step: 'give_up' });
		}
	});

	it('after a restart keeps the key only for "immediately"', () => {
		expect(afterRestart('immediately', 1)).toEqual({ step: 'same_key' });
		expect(afterRestart('finished', 7)).toEqual({ step: 'next_attempt', attempt: 8 });
		expect(afterRestart('succeeded', 2)).toEqual({ step: 'next_attempt', attempt: 3 });
		expect(afterRestart('succeeded', 3)).toEqual({ step: 'give_up' });
	});
});

describe('the replay plan', () => {
	const at = 0;

	it('emits exactly the recorded batch, in journal order, with the key its mode asks for', () => {
		const unsettled = [
			{ key: 'k2', seqs: [5, 6], attempt: 1, at },
			{ key: 'k1', seqs: [3], attempt: 1, at },
		];
		expect(planReplay(unsettled, 'immediately', () => false)).toEqual([
			{ kind: 'emit', seqs: [3], attempt: 1, key: 'k1', replaces: null },
			{ kind: 'emit', seqs: [5, 6], attempt: 1, key: 'k2', replaces: null },
		]);
		expect(planReplay(unsettled, 'finished', () => false)[1]).toEqual({
			kind: 'emit',
			seqs: [5, 6],
			attempt: 2,
			key: null,
			replaces: 'k2',
		});
	});

	it('keeps key and attempt of what this process handed on', () => {
		const plan = planReplay([{ key: 'k', seqs: [1], attempt: 1, at }], 'succeeded', (key) => key === 'k');
		expect(plan).toEqual([{ kind: 'emit', seqs: [1], attempt: 1, key: 'k', replaces: null }]);
	});

	it('of two records of the same members follows the higher attempt', () => {
		for (const unsettled of [
			[
				{ key: 'k1', seqs: [1], attempt: 1, at },
				{ key: 'k2', seqs: [1], attempt: 2, at },
			],
			[
				{ key: 'k2', seqs: [1], attempt: 2, at },
				{ key: 'k1', seqs: [1], attempt: 1, at },
			],
		]) {
			expect(planReplay(unsettled, 'finished', () => false)).toEqual([
				{ kind: 'drop', key: 'k1' },
				{ kind: 'emit', seqs: [1], attempt: 3, key: null, replaces: 'k2' },
			]);
		}
	});
});

describe('the keys handed on', () => {
	it('share one settlement, forget what created nothing, and stay bounded', async () => {
		const handed = createHandedOn(3);
		let calls = 0;
		const deliver = () => {
			calls += 1;
			return Promise.resolve({ kind: 'finished', ok: true } as const);
		};
		const [a, b] = await Promise.all([handed.once('k', deliver), handed.once('k', deliver)]);
		expect(a).toEqual(b);
		await handed.once('k', deliver);
		expect(calls).toBe(1);
		const failing = await handed.once('f', () => Promise.reject(new Error('no row')));
		expect(failing.kind).toBe('not_created');
		expect(handed.has('f')).toBe(false);
		for (let index = 0; index < 10; index += 1) await handed.once(`x${index}`, deliver);
		expect(handed.size).toBe(3);
		expect(handed.underWay).toBe(0);
	});

	it('live as long as their node, whose window follows the parameter', () => {
		const memories = createNodeMemories(2);
		const identity = { instance: 'i', workflow: 'w', node: 'n' };
		const memory = memories.of(identity, 5);
		expect(memories.of(identity, 2)).toBe(memory);
		expect(memory.window.limit).toBe(2);
		const place = memory.window.join(() => undefined).tryTake();
		for (const node of ['a', 'b', 'c']) memories.of({ ...identity, node }, 1);
		expect(memories.of(identity, 2)).toBe(memory);
		place?.release();
		for (const node of ['a', 'b', 'c']) memories.of({ ...identity, node }, 1);
		expect(memories.of(identity, 2)).not.toBe(memory);
	});
});

function entry(parts: Partial<JournalEntry> = {}): JournalEntry {
	return {
		seq: 1,
		eventId: 'e',
		event: event({ id: 'e' }),
		chatId: 'c1',
		at: 1_000,
		recordedAt: 1_000,
		recovered: false,
		late: false,
		heldBy: null,
		heldUntil: null,
		...parts,
	};
}

describe('the judgement of an entry', () => {
	const rules = {
		consumer: 'me',
		filter: compileFilter(filter({ eventTypes: ['message', 'gap'] })),
		notBefore: 500,
		cutBefore: 300,
		backlogEnd: 10,
	};

	it('passes what is not for it', () => {
		expect(judge(entry({ event: null }), rules, 0)).toBe('pass');
		expect(judge(entry({ event: event({ meta: { direction: 'out' } }) }), rules, 0)).toBe('pass');
		expect(judge(entry({ event: event({ type: 'gap', data: { consumer: 'other' } }) }), rules, 0)).toBe(
			'pass',
		);
		expect(judge(entry({ event: event({ type: 'gap', data: { consumer: 'me' } }), at: 1 }), rules, 0)).toBe(
			'take',
		);
	});

	it('passes recovered events from before the publication, cuts what is older than the catch-up', () => {
		expect(judge(entry({ at: 400, recovered: true }), rules, 0)).toBe('pass');
		expect(judge(entry({ at: 400, seq: 11 }), rules, 0)).toBe('take');
		expect(judge(entry({ at: 200, seq: 5 }), rules, 0)).toBe('cut');
		expect(judge(entry({ at: 200, seq: 11 }), rules, 0)).toBe('take');
		expect(judge(entry({ at: 200, seq: 11, recovered: true }), { ...rules, notBefore: 100 }, 0)).toBe('cut');
	});

	it('holds what a wait may take, until the hold is over', () => {
		const held = entry({ heldBy: 'w', heldUntil: 2_000 });
		expect(judge(held, rules, 1_999)).toBe('held');
		expect(judge(held, rules, 2_000)).toBe('take');
	});
});

describe('a position', () => {
	it('skips exactly what is done or under way, read once upwards', () => {
		fc.assert(
			fc.property(
				fc.nat(20),
				fc.uniqueArray(fc.integer({ min: 1, max: 60 })),
				fc.nat(59),
				(watermark, above, cut) => {
					const acknowledged = above.filter((seq) => seq > watermark && seq <= cut);
					const unsettled = above.filter((seq) => seq > watermark && seq > cut);
					const position = openPosition({
						watermark,
						acknowledged,
						unsettled: [{ key: 'k', seqs: unsettled, attempt: 1, at: 0 }],
					});
					for (let seq = 1; seq <= 60; seq += 1) {
						expect(position.skips(seq)).toBe(seq <= watermark || above.includes(seq));
					}
				},
			),
		);
	});
});

let seqs = 0;
function pending(parts: Partial<Pending> = {}): Pending {
	seqs += 1;
	return {
		source: 'journal',
		seq: seqs,
		eventId: `e${seqs}`,
		at: 0,
		recordedAt: 0,
		late: false,
		inbound: true,
		batchable: true,
		catchUp: false,
		event: null,
		...parts,
	};
}

function flying(parts: Partial<Emission> = {}): Emission {
	return {
		source: 'journal',
		members: [pending()],
		attempt: 1,
		key: null,
		replaces: null,
		state: 'flying',
		due: 0,
		orderUntil: 30_000,
		failures: 0,
		...parts,
	};
}

describe('the order within a chat', () => {
	const rules = { chatOrderMs: 30_000, batch: null, complete: true, mayStart: true };

	it('lets the next event wait for the earlier one, no longer than the limit', () => {
		const chat = emptyChat('c');
		enqueue(chat, pending());
		expect(nextStep(chat, 0, rules)).toEqual({ step: 'start', count: 1 });
		chat.emissions.push(flying());
		expect(nextStep(chat, 0, rules)).toEqual({ step: 'wait', until: 30_000 });
		expect(nextStep(chat, 30_000, rules)).toEqual({ step: 'start', count: 1 });
		expect(nextStep(chat, 0, { ...rules, chatOrderMs: 0 })).toEqual({ step: 'start', count: 1 });
	});

	it('repeats before anything new, when its wait is over', () => {
		const chat = emptyChat('c');
		enqueue(chat, pending());
		const repeat = flying({ state: 'waiting', due: 5_000 });
		chat.emissions.push(repeat);
		expect(nextStep(chat, 0, rules)).toEqual({ step: 'wait', until: 5_000 });
		expect(nextStep(chat, 5_000, rules)).toEqual({ step: 'again', emission: repeat });
	});

	it('waits for a held message as for a running one', () => {
		const chat = emptyChat('c');
		const held = pending({ recordedAt: 1_000 });
		chat.held.set(held.seq, { pending: held, until: 61_000 });
		enqueue(chat, pending());
		expect(nextStep(chat, 1_000, rules)).toEqual({ step: 'wait', until: 31_000 });
		expect(nextStep(chat, 31_000, rules)).toEqual({ step: 'start', count: 1 });
	});

	it('keeps journal order in the queue wherever a released entry is put back', () => {
		fc.assert(
			fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1 }), (numbers) => {
				const chat = emptyChat('c');
				const [late = 0, ...inOrder] = numbers;
				for (const seq of inOrder.sort((a, b) => a - b)) enqueue(chat, pending({ seq }));
				enqueue(chat, pending({ seq: late }));
				expect(chat.queue.map(({ seq }) => seq)).toEqual([...inOrder, late].sort((a, b) => a - b));
			}),
		);
	});

	it('cuts the oldest of a catch-up', () => {
		const chat = emptyChat('c');
		for (let index = 0; index < 5; index += 1) enqueue(chat, pending({ seq: index, catchUp: true }));
		enqueue(chat, pending({ seq: 9 }));
		expect(cutOldest(chat, 3).map(({ seq }) => seq)).toEqual([0, 1]);
		expect(dequeue(chat, 2).map(({ seq }) => seq)).toEqual([2, 3]);
		expect(chat.catchUp).toBe(1);
	});
});

describe('a batch', () => {
	const rules = { silenceMs: 10, maxWaitMs: 50, maxMessages: 4 };

	it('is ready after a silence, after the maximum wait, or when it is full', () => {
		const queue = [pending({ recordedAt: 0 }), pending({ recordedAt: 8 })];
		expect(readyBatch(queue, 9, rules, true)).toEqual({ until: 18 });
		expect(readyBatch(queue, 18, rules, true)).toBe(2);
		const busy = [0, 9, 18, 27].map((recordedAt) => pending({ recordedAt }));
		expect(readyBatch(busy.slice(0, 3), 27, { ...rules, maxWaitMs: 27 }, true)).toBe(3);
		expect(readyBatch(busy, 27, rules, true)).toBe(4);
		expect(readyBatch([...busy, pending()], 27, rules, false)).toBe(4);
	});

	it('is not cut short while more of the chat may lie unread', () => {
		expect(readyBatch([pending()], 1_000, rules, false)).toEqual({ until: null });
	});

	it('never joins what is no message, nor passes it', () => {
		const edit = pending({ batchable: false });
		expect(readyBatch([pending(), edit, pending()], 0, rules, true)).toBe(1);
		expect(readyBatch([edit, pending()], 0, rules, true)).toBe(1);
	});

	it('takes every message exactly once and in order, however they arrive', () => {
		fc.assert(
			fc.property(
				fc.array(fc.record({ gap: fc.nat(30), message: fc.boolean() }), { maxLength: 40 }),
				(arrivals) => {
					let time = 0;
					const queue = arrivals.map(({ gap, message }) =>
						pending({ recordedAt: (time += gap), batchable: message }),
					);
					const all = queue.map(({ seq }) => seq);
					const taken: number[] = [];
					for (let guard = 0; queue.length > 0 && guard < 1_000; guard += 1) {
						const ready = readyBatch(queue, time, rules, true);
						if (typeof ready !== 'number') {
							expect(ready.until).toBeGreaterThan(time);
							time = ready.until ?? time;
							continue;
						}
						expect(ready).toBeLessThanOrEqual(rules.maxMessages);
						taken.push(...queue.splice(0, ready).map(({ seq }) => seq));
					}
					expect(taken).toEqual(all);
				},
			),
		);
	});
});

describe('silence after a person answered', () => {
	it('covers what is written in it, and what was not emitted before it', () => {
		expect(isQuiet([100], 150, 150, 60)).toBe(true);
		expect(isQuiet([100], 160, 160, 60)).toBe(false);
		expect(isQuiet([100], 90, 120, 60)).toBe(true);
		expect(isQuiet([100], 90, 200, 60)).toBe(false);
		expect(isQuiet([100], 150, 500, 60)).toBe(true);
		expect(isQuiet([100], 150, 150, 0)).toBe(false);
		expect(isQuiet([], 150, 150, 60)).toBe(false);
	});

	it('keeps the newest times, ascending', () => {
		let times: number[] = [];
		for (let at = 30; at > 0; at -= 1) times = addDeviceTime(times, at);
		expect(times).toHaveLength(DEVICE_TIMES_PER_CHAT);
		expect(times).toEqual([...times].sort((a, b) => a - b));
		expect(times[times.length - 1]).toBe(30);
	});
});

describe('reports', () => {
	it('are shown at a limited rate per kind', async () => {
		const clock = new ManualClock();
		const shown: TriggerReport[] = [];
		const gate = createReportGate(clock, (report) => shown.push(report), 1_000);
		const report = (code: 'unreachable' | 'session_ended') => {
			gate.report({ error: new ChannelError(code, 'x'), account: null });
		};
		report('unreachable');
		report('unreachable');
		report('session_ended');
		expect(shown.map(({ error }) => error.code)).toEqual(['unreachable', 'session_ended']);
		await clock.advance(1_000);
		report('unreachable');
		expect(shown).toHaveLength(3);
		gate.reset();
		report('unreachable');
		expect(shown).toHaveLength(4);
	});
});
