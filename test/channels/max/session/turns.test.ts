import { expect, it } from 'vitest';
import { Turns } from '../../../../src/channels/max/session/turns';
import { silentLogger } from '../../../../src/runtime';
import { ManualClock } from '../../../support/manual-clock';

it('one lost reply is chance; a second one soon after it has requests go one by one, for an hour', async () => {
	const clock = new ManualClock();
	const turns = new Turns(clock, silentLogger);
	turns.learn();
	expect(turns.careful).toBe(false);
	await clock.advance(3_600_000);
	turns.learn();
	expect(turns.careful).toBe(false);
	await clock.advance(60_000);
	turns.learn();
	expect(turns.careful).toBe(true);
	await clock.advance(3_600_000);
	expect(turns.careful).toBe(false);
});
