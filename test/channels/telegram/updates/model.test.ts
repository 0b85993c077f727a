import { describe, expect, it } from 'vitest';
import { play, type ScenarioOptions, type ScenarioResult } from './scenario';

const LONG = process.env['LONG'] === '1';
const ROUGH: Omit<ScenarioOptions, 'seed'> = {
	updates: LONG ? 3000 : 2500,
	loss: 0.03,
	doubling: 0.05,
	jitterMs: 900,
	cuts: 0.004,
	crashes: 0.002,
	failures: 0.05,
	slice: 15,
	tooLong: 25,
};

/** Every message that still exists, as it is now; every deletion that could be seen; in order as far as it was told. */
function complaints({ provider, journal, caughtUp }: ScenarioResult): string[] {
	const wrong: string[] = caughtUp ? [] : ['not caught up'];
	for (const gap of journal.gaps) wrong.push(`gap ${JSON.stringify(gap)}`);
	for (const [chat, messages] of provider.chats) {
		const held = journal.chats.get(chat) ?? new Map<number, never>();
		for (const message of messages) {
			const found = held.get(message.id);
			const excused = provider.wasSkipped(chat, message.id);
			const name = `${chat}/${String(message.id)}`;
			if (!message.deleted && found === undefined) wrong.push(`${name} is missing`);
			if (found === undefined || excused) continue;
			if (found.deleted !== message.deleted) wrong.push(`${name} deleted: ${String(found.deleted)}`);
			else if (!message.deleted && found.text !== message.text)
				wrong.push(`${name} "${found.text}" for "${message.text}"`);
		}
		const ids = (journal.order.get(chat) ?? []).filter(
			({ recovered }) => !recovered || !provider.skipped.has(chat),
		);
		for (let index = 1; index < ids.length; index += 1) {
			if ((ids[index]?.id ?? 0) <= (ids[index - 1]?.id ?? 0))
				wrong.push(`${chat}: out of order at ${String(ids[index]?.id)}`);
		}
	}
	return wrong;
}

describe('the journal equals the history', () => {
	const seeds = Array.from({ length: LONG ? 1000 : 30 }, (_, index) => index + 1);

	it.each(seeds)('over a bad connection, seed %i', (seed) => {
		const result = play({ ...ROUGH, seed });
		expect(complaints(result)).toEqual([]);
	});

	it('meets every obstacle it claims to stand', () => {
		const total = { lost: 0, doubled: 0, cuts: 0, crashes: 0, tooLongs: 0, requests: 0 };
		for (const seed of [1, 2, 3, 4, 5]) {
			const { met } = play({ ...ROUGH, seed });
			for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += met[key];
		}
		expect(total.lost).toBeGreaterThan(100);
		expect(total.doubled).toBeGreaterThan(100);
		expect(total.cuts).toBeGreaterThan(20);
		expect(total.crashes).toBeGreaterThan(10);
		expect(total.tooLongs).toBeGreaterThan(5);
	});

	it('asks for nothing beyond the start when nothing is lost', () => {
		const calm = {
			...ROUGH,
			seed: 7,
			updates: 1000,
			loss: 0,
			doubling: 0,
			jitterMs: 0,
			cuts: 0,
			crashes: 0,
			failures: 0,
		};
		const result = play(calm);
		expect(complaints(result)).toEqual([]);
		// State, its difference, five pages of dialogs in two folders, and the idle checks of the end with their channels.
		expect(result.met.requests).toBeLessThan(60);
	});
});
