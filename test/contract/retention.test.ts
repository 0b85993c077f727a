import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRetention, type Candidate, type Reading } from '../../src/contract/retention';

const NOW = 1_000;
const none = { now: NOW, oldestRecordedAt: 0, lowestSeq: 0 };
const entry = (seq: number, change: Partial<Candidate> = {}): Candidate => ({
	seq,
	recordedAt: NOW,
	hasEvent: true,
	heldUntil: null,
	...change,
});
const reading = (consumer: string, change: Partial<Reading> = {}): Reading => ({
	consumer,
	published: true,
	catchUpMs: 100,
	watermark: 0,
	acknowledged: new Set(),
	inFlight: new Set(),
	...change,
});

describe('decideRetention', () => {
	it('keeps what an unpublished consumer would still catch up, and what is held for a wait', () => {
		const readings = [reading('c', { published: false })];
		const entries = [entry(1, { recordedAt: NOW - 101 }), entry(2, { recordedAt: NOW - 100 })];
		expect(decideRetention(entries, readings, none).remove).toEqual([1]);
		const held = [entry(1, { heldUntil: NOW + 1 }), entry(2, { heldUntil: NOW })];
		expect(decideRetention(held, [], none).remove).toEqual([2]);
	});

	it('removes beyond a bound whoever wants it, and tells who had not read it', () => {
		const entries = [1, 2, 3].map((seq) => entry(seq));
		const readings = [reading('a'), reading('b', { watermark: 1 })];
		const { remove, passed, unread } = decideRetention(entries, readings, { ...none, lowestSeq: 3 });
		expect(remove).toEqual([1, 2]);
		expect(Object.fromEntries(passed)).toEqual({ a: [1, 2], b: [2] });
		expect(unread).toEqual([
			{ consumer: 'a', from: 1, to: 2, count: 2 },
			{ consumer: 'b', from: 2, to: 2, count: 1 },
		]);
	});

	it('never takes an entry unread from a published consumer within the bounds, and always tells', () => {
		const seq = fc.integer({ min: 1, max: 12 });
		const anyReading = fc.record({
			published: fc.boolean(),
			watermark: fc.integer({ min: 0, max: 8 }),
			acknowledged: fc.array(seq).map((seqs) => new Set(seqs)),
			inFlight: fc.array(seq).map((seqs) => new Set(seqs)),
		});
		const anyCandidate = fc.record({
			recordedAt: fc.integer({ min: NOW - 300, max: NOW }),
			hasEvent: fc.boolean(),
			heldUntil: fc.option(fc.integer({ min: NOW - 5, max: NOW + 5 }), { nil: null }),
		});
		const candidates = fc.array(anyCandidate, { maxLength: 12 });
		const bounds = fc.record({
			now: fc.constant(NOW),
			oldestRecordedAt: fc.integer({ min: 0, max: NOW }),
			lowestSeq: fc.integer({ min: 0, max: 6 }),
		});
		fc.assert(
			fc.property(candidates, fc.array(anyReading, { maxLength: 4 }), bounds, (drawn, consumers, within) => {
				const entries = drawn.map((change, index) => entry(index + 1, change));
				const readings = consumers.map((change, index) => reading(`c${index}`, change));
				const { remove, passed, unread } = decideRetention(entries, readings, within);
				const gone = new Set(remove);
				for (const one of entries) {
					const beyond = one.recordedAt < within.oldestRecordedAt || one.seq < within.lowestSeq;
					for (const by of readings) {
						const read = one.seq <= by.watermark || by.acknowledged.has(one.seq);
						if (!read && by.published && !beyond) expect(gone.has(one.seq)).toBe(false);
						const isPassed = passed.get(by.consumer)?.includes(one.seq) ?? false;
						expect(isPassed).toBe(gone.has(one.seq) && !read);
					}
				}
				for (const by of readings) {
					const missed = entries.filter(
						(one) =>
							gone.has(one.seq) &&
							one.hasEvent &&
							one.seq > by.watermark &&
							!by.acknowledged.has(one.seq) &&
							!by.inFlight.has(one.seq),
					);
					expect(unread.find(({ consumer }) => consumer === by.consumer)?.count ?? 0).toBe(missed.length);
				}
			}),
			{ seed: 3 },
		);
	});
});
