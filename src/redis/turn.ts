import type { Clock, Random } from '../contract';
import type { Commands } from './connection';
import { turnLost } from './faults';
import type { Keys } from './keys';
import { epoch as scripts } from './scripts';

/** A process that dies, or does not get to it, holds the others up for this long, ms of Redis' own clock. */
const TURN_MS = 5_000;
/** Several times within it: Redis may be slow, and so may the machine. ms */
const RENEW_MS = 1_000;
/** Between two looks whether it is free, ms. */
const LOOK_MS = 250;

export interface TurnParts {
	commands: Commands;
	keys: Keys;
	clock: Clock;
	random: Random;
}

/**
 * Of all processes one at a time puts into Redis what another store held; leases wait for it meanwhile (`Epoch`). Its turn
 * is short and renewed as long as it lives.
 * @param work calls `goOn` before each step: it rejects when the turn went to somebody else, e.g. while this process was
 * suspended; what was begun must not be finished then
 */
export async function alone(
	{ commands, keys, clock, random }: TurnParts,
	work: (goOn: () => Promise<void>) => Promise<void>,
	signal?: AbortSignal,
): Promise<void> {
	const [key, token] = [keys.moving(), random.hex(8)];
	while ((await commands.call('SET', key, token, 'NX', 'PX', TURN_MS)) === null)
		await clock.sleep(LOOK_MS, signal);
	const goOn = async (): Promise<void> => {
		if ((await commands.run(scripts.holdTurn, [key], [token, TURN_MS])) !== 1) throw turnLost();
	};
	let cancel = (): void => undefined;
	const renewLater = (): void => {
		cancel = clock.after(RENEW_MS, () => {
			// A turn that is lost is noticed by who works.
			goOn().catch(() => undefined);
			renewLater();
		});
	};
	renewLater();
	try {
		await work(goOn);
	} finally {
		cancel();
		await commands.run(scripts.endTurn, [key], [token]);
	}
}
