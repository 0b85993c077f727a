import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../../src/contract';
import { createIntake, PAGE } from '../../../src/pool/consumer/intake';
import { silentLogger } from '../../../src/runtime';
import { ManualClock, seededRandom, settle } from '../../support/manual-clock';
import { ACCOUNT, event } from '../journal/support';

function entry(seq: number): JournalEntry {
	return {
		seq,
		eventId: `e${seq}`,
		event: event({ id: `e${seq}` }),
		chatId: 'c1',
		at: 0,
		recordedAt: 0,
		recovered: false,
		late: false,
		heldBy: null,
		heldUntil: null,
	};
}

/** A journal whose reads take a turn and that can fail. */
function journal() {
	const entries: JournalEntry[] = [];
	return {
		entries,
		reads: 0,
		failNext: 0,
		async readEntries(_account: string, after: number, limit: number) {
			this.reads += 1;
			const page = entries.filter(({ seq }) => seq > after).slice(0, limit);
			await settle(1);
			if (this.failNext > 0) {
				this.failNext -= 1;
				throw new Error('busy');
			}
			return page;
		},
	};
}

function intakeOf(store: ReturnType<typeof journal>, clock: ManualClock, wantsMore: () => boolean) {
	const taken: number[] = [];
	const intake = createIntake({
		store,
		account: ACCOUNT,
		start: 0,
		clock,
		random: seededRandom(1),
		logger: silentLogger,
		wantsMore,
		take: (entries) => taken.push(...entries.map(({ seq }) => seq)),
		reachedEnd: () => undefined,
	});
	return { intake, taken };
}

describe('the intake', () => {
	it('takes every entry once and in order, whatever the appends, pauses and failures', async () => {
		const step = fc.oneof(
			fc.record({ append: fc.integer({ min: 1, max: 300 }) }),
			fc.record({ turns: fc.nat(4) }),
			fc.record({ room: fc.boolean() }),
			fc.record({ fail: fc.constant(1) }),
			fc.record({ swap: fc.boolean() }),
		);
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
				const clock = new ManualClock();
				const store = journal();
				let room = true;
				const { intake, taken } = intakeOf(store, clock, () => room);
				let late: JournalEntry[] | null = null;
				intake.read();
				for (const now of steps) {
					if ('append' in now) {
						const first = store.entries.length + 1;
						const fresh = Array.from({ length: now.append }, (_, index) => entry(first + index));
						store.entries.push(...fresh);
						intake.appended(fresh);
						if (late !== null) intake.appended(late);
						late = null;
					} else if ('turns' in now) {
						await settle(now.turns);
					} else if ('room' in now) {
						room = now.room;
						intake.read();
					} else if ('fail' in now) {
						store.failNext += now.fail;
					} else {
						// Two appends tell of themselves in the wrong order.
						const fresh = [entry(store.entries.length + 1)];
						store.entries.push(...fresh);
						late = [...(late ?? []), ...fresh];
					}
				}
				if (late !== null) intake.appended(late);
				room = true;
				store.failNext = 0;
				await clock.advance(60_000);
				intake.read();
				for (let turn = 0; turn < 100 && !intake.atEnd; turn += 1) await settle(1);
				expect(taken).toEqual(store.entries.map(({ seq }) => seq));
				expect(clock.pending).toBe(0);
			}),
			{ numRuns: 60 },
		);
	});

	it('reads nothing while there is no room, and nothing twice when fresh entries follow on', async () => {
		const clock = new ManualClock();
		const store = journal();
		let room = true;
		const { intake, taken } = intakeOf(store, clock, () => room);
		intake.read();
		await settle(3);
		expect(store.reads).toBe(1);
		store.entries.push(entry(1));
		intake.appended([entry(1)]);
		expect(taken).toEqual([1]);
		expect(store.reads).toBe(1);
		room = false;
		const many = Array.from({ length: PAGE * 3 }, (_, index) => entry(index + 2));
		store.entries.push(...many);
		intake.appended(many);
		await settle(5);
		expect(taken).toEqual([1]);
		room = true;
		intake.read();
		await settle(10);
		expect(taken).toHaveLength(PAGE * 3 + 1);
	});
});
