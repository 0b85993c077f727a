import type { Clock } from '../../contract';

/** The pause between two pages read in the background; 0 = none. */
export async function pace(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
	if (ms > 0) await clock.sleep(ms, signal);
	else signal.throwIfAborted();
}
