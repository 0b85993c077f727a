import type { Clock } from '../../contract';

export interface OverdueParts {
	/** what was asked for is answered within this, as Redis counts it, ms */
	withinMs: number;
	clock: Clock;
	/** Redis' own time, ms since 1970, over another connection */
	serverTime(): Promise<number>;
	/** the answer has come */
	signal: AbortSignal;
}

/**
 * Resolves when Redis should have answered long ago by its own clock, or cannot even tell the time. By ours an answer may be
 * late because this process was suspended or its time was put on: then it lies in the socket, and giving the connection up
 * would lose nothing but cost one. Asks nothing of Redis while answers come in time.
 * @throws the signal's reason
 */
export async function whenOverdue({ withinMs, clock, serverTime, signal }: OverdueParts): Promise<void> {
	await clock.sleep(withinMs, signal);
	const first = await serverTime().catch(() => null);
	signal.throwIfAborted();
	if (first === null) return;
	// It was asked before this moment.
	for (let left = withinMs; left > 0;) {
		await clock.sleep(left, signal);
		const now = await serverTime().catch(() => null);
		signal.throwIfAborted();
		left = now === null ? 0 : first + withinMs - now;
	}
}
