import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	applyMoves,
	compareIds,
	positionOf,
	type EngineState,
} from '../../../../src/channels/max/engine/state';
import { Tips, type Continuity } from '../../../../src/channels/max/engine/tips';

const START = Date.parse('2026-10-01T12:00:00Z');
const CHAT = '92610303';

/** An id as the service makes them: its time in ms above sixteen bits of a counter. */
const idAt = (ms: number): string => ((BigInt(ms) << 16n) | 5n).toString();
const since = (ms: number): { time: number; id: string } => ({ time: ms, id: '0' });

describe('what a push says about its chat', () => {
	const judge = (
		tips: Tips,
		sentAt: number,
		previousAt: number | null,
		stored: { time: number; id: string },
	): Continuity =>
		tips.judge(
			CHAT,
			{ id: idAt(sentAt), time: sentAt },
			previousAt === null ? null : idAt(previousAt),
			stored,
			START,
		);

	it('a chat never seen: older than the common position is complete, newer is a gap', () => {
		const tips = new Tips();
		expect(judge(tips, START + 50, START - 1_000, since(START))).toBe('contiguous');
		expect(judge(tips, START + 50, START + 10, since(START))).toBe('gap');
		expect(judge(tips, START + 50, null, since(START))).toBe('unproven');
	});

	it('a chat known only from the store goes on after its stored message', () => {
		const stored = { time: START + 10, id: idAt(START + 10) };
		expect(judge(new Tips(), START + 50, START + 10, stored)).toBe('contiguous');
		expect(judge(new Tips(), START + 50, START + 20, stored)).toBe('gap');
		expect(judge(new Tips(), START + 10, START + 5, stored)).toBe('late');
	});

	it('a deleted message before it is no gap; one sent from here proves nothing', () => {
		const tips = new Tips();
		tips.set(CHAT, idAt(START + 30), START);
		expect(judge(tips, START + 50, START + 20, since(START))).toBe('contiguous');
		tips.noteSent(CHAT, idAt(START + 40), START);
		expect(judge(tips, START + 50, START + 40, since(START))).toBe('unproven');
		expect(judge(tips, START + 50, null, since(START))).toBe('unproven');
	});

	it('what did not reach the journal is not taken for known', () => {
		const tips = new Tips();
		tips.set(CHAT, idAt(START + 30), START);
		tips.forget(CHAT);
		expect(judge(tips, START + 50, START + 30, since(START))).toBe('gap');
	});

	it('ids that are mere counters are not read as times', () => {
		const counted = (id: string, previous: string): Continuity =>
			new Tips().judge(CHAT, { id, time: START + 50 }, previous, since(START), START);
		expect(counted('43', '41')).toBe('gap');
	});
});

describe('ids', () => {
	it('compare like the numbers they are', () => {
		fc.assert(
			fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n }), fc.bigInt({ min: 0n, max: 2n ** 63n }), (a, b) => {
				expect(Math.sign(compareIds(a.toString(), b.toString()))).toBe(a < b ? -1 : a > b ? 1 : 0);
			}),
			{ seed: 20_261_001 },
		);
		expect(compareIds('007', '7')).toBe(0);
	});
});

/**
 * One chat of the service, and an engine that hears of it by pushes alone: any of them lost, doubled, late. The history
 * is asked exactly when a push shows a gap.
 */
describe('a model of one chat', () => {
	interface Step {
		do: 'say' | 'loseAndSay' | 'send' | 'remove' | 'deliver' | 'fail';
		pick: number;
	}
	const steps = fc.array(
		fc.record({
			do: fc.constantFrom(
				'say',
				'say',
				'loseAndSay',
				'send',
				'remove',
				'deliver',
				'deliver',
				'deliver',
				'fail',
			),
			pick: fc.nat(20),
		}),
		{ minLength: 1, maxLength: 60 },
	);

	interface Said {
		id: string;
		time: number;
		previous: string | null;
		own: boolean;
	}

	class Model {
		readonly tips = new Tips();
		readonly journalled = new Set<string>();
		readonly waiting: Said[] = [];
		chat: Said[] = [];
		state: EngineState;
		doubted = false;
		#time = START;

		constructor(older: number) {
			for (let n = older; n > 0; n -= 1) this.chat.push(this.#message(START - n * 60_000, false));
			this.state = { since: since(START - 5_000), chats: new Map() };
			for (const { id } of this.chat) this.journalled.add(id);
		}

		say(told: boolean, own = false): void {
			this.#time += 7;
			const message = this.#message(this.#time, own);
			this.chat.push(message);
			if (own) {
				this.tips.noteSent(CHAT, message.id, START);
				this.journalled.add(message.id);
			} else if (told) this.waiting.push(message);
		}

		remove(pick: number): void {
			if (this.chat.length > 0) this.chat.splice(pick % this.chat.length, 1);
		}

		/** any push that waits; it may come again */
		deliver(pick: number, again: boolean, fails: boolean): void {
			const at = pick % Math.max(1, this.waiting.length);
			const message = this.waiting[at];
			if (message === undefined) return;
			if (!again) this.waiting.splice(at, 1);
			const judged = (): Continuity =>
				this.tips.judge(CHAT, message, message.previous, positionOf(this.state, CHAT), START);
			let continuity = judged();
			if (continuity === 'gap') {
				this.fill();
				continuity = judged();
			}
			if (continuity === 'contiguous') this.tips.set(CHAT, message.id, START);
			if (continuity === 'gap' || continuity === 'unproven') this.doubted = true;
			if (fails) {
				this.tips.forget(CHAT);
				return;
			}
			this.journalled.add(message.id);
			if (continuity === 'contiguous') this.#move(message);
		}

		fill(): void {
			const { id, time } = positionOf(this.state, CHAT);
			for (const message of this.chat) {
				if (message.time < time || (message.time === time && compareIds(message.id, id) <= 0)) continue;
				this.journalled.add(message.id);
				this.tips.set(CHAT, message.id, START);
				this.#move(message);
			}
		}

		/** everything up to the position that still exists at the service has been journalled */
		complete(): boolean {
			const { id, time } = positionOf(this.state, CHAT);
			return this.chat.every(
				(one) =>
					one.time > time || (one.time === time && compareIds(one.id, id) > 0) || this.journalled.has(one.id),
			);
		}

		#message(time: number, own: boolean): Said {
			return { id: idAt(time), time, previous: this.chat.at(-1)?.id ?? null, own };
		}

		#move({ id, time }: Said): void {
			this.state = applyMoves(this.state, [{ chatId: CHAT, to: { time, id } }]);
		}
	}

	const play = (older: number, script: Step[], check: (model: Model) => void): Model => {
		const model = new Model(older);
		for (const { do: what, pick } of script) {
			if (what === 'say') model.say(true);
			else if (what === 'loseAndSay') model.say(false);
			else if (what === 'send') model.say(false, true);
			else if (what === 'remove') model.remove(pick);
			else model.deliver(pick, pick % 3 === 0, what === 'fail');
			check(model);
		}
		return model;
	};

	it('never moves over a message that was not journalled', () => {
		fc.assert(
			fc.property(fc.nat(3), steps, (older, script) => {
				play(older, script, (model) => expect(model.complete()).toBe(true));
			}),
			{ seed: 20_261_002, numRuns: 2_000 },
		);
	});

	it('one push that arrives at last brings everything that was lost before it, or raises a doubt', () => {
		fc.assert(
			fc.property(fc.nat(3), steps, (older, script) => {
				const model = play(older, script, () => undefined);
				model.doubted = false;
				model.waiting.length = 0;
				model.say(true);
				model.deliver(0, false, false);
				if (model.doubted) model.fill();
				expect(model.chat.filter(({ id }) => !model.journalled.has(id))).toEqual([]);
			}),
			{ seed: 20_261_003, numRuns: 2_000 },
		);
	});
});
