import { describe, expect, it } from 'vitest';
import { Outbox } from '../../../../src/channels/telegram/reading/outbox';
import type { EngineEvent, JournalWriter, JsonObject } from '../../../../src/contract';
import { Scope, silentLogger } from '../../../../src/runtime';
import { ManualClock, seededRandom, settle } from '../../../support/manual-clock';

const told = (id: string): EngineEvent =>
	// Only what the outbox looks at.
	({ event: { event_id: id, event_type: 'message' }, at: 0, recovered: false }) as unknown as EngineEvent;

function bench() {
	const clock = new ManualClock(1_000);
	const scope = new Scope();
	const written: { ids: string[]; state: JsonObject | undefined }[] = [];
	let isAway = false;
	const journal = {
		append: (events: readonly EngineEvent[], state?: JsonObject) => {
			if (isAway) return Promise.reject(new Error('Redis does not answer'));
			written.push({ ids: events.map(({ event }) => event.event_id), state });
			return Promise.resolve({ appended: events.length });
		},
	} as unknown as JournalWriter;
	let pts = 0;
	const outbox = new Outbox({
		...{ journal, clock, random: seededRandom(1), logger: silentLogger, scope },
		take: () => ({ pts }),
		caughtUp: () => true,
		wentLive: () => undefined,
	});
	return {
		...{ clock, scope, outbox, written },
		put: (id: string) => {
			pts += 1;
			outbox.put([{ chat: 'c', album: null, told: told(id) }], true);
		},
		away: (is: boolean) => {
			isAway = is;
		},
	};
}

describe('a journal that is away for a moment', () => {
	it('gets what came meanwhile in its order, with a state that speaks of it', async () => {
		const { put, away, clock, written } = bench();
		away(true);
		put('one');
		await settle();
		put('two');
		away(false);
		await clock.advance(60_000);
		await settle();
		expect(written).toEqual([
			{ ids: ['one'], state: { pts: 1 } },
			{ ids: ['two'], state: { pts: 2 } },
		]);
	});

	it('and comes back when reading has ended: nothing is written behind what was given up', async () => {
		const { put, away, scope, outbox, written } = bench();
		away(true);
		put('one');
		await settle();
		put('two');
		await settle();
		// The lease was lost; Redis answers again, and nobody has taken over yet.
		away(false);
		await scope.end();
		await outbox.stop();
		expect(written).toEqual([]);
	});
});
