import type { Clock } from '../../contract';

export interface OverdueParts {
	/** what was asked for is answered within this, as Redis counts it, ms */
	withinMs: number;
	clock: Clock;
	/** Redis' own time, ms since 1970, over another connection */
	serverTime(): Promise<number>;
}

/**
 * Tells when Redis should have answered long ago by its own clock, or cannot even tell the time. By ours an answer may be
 * late because this process was suspended or its time was put on: then it lies in the socket, and giving the connection up
 * would lose nothing but cost one. Asks nothing of Redis while answers come in time.
 * @returns the answer has come: nothing is told any more
 */
export function watchAnswer({ withinMs, clock, serverTime }: OverdueParts, overdue: () => void): () => void {
	let answered = false;
	/** of Redis' time; it was asked before this moment */
	let first: number | undefined;
	let cancel = (): void => undefined;
	const lookAfter = (ms: number): void => {
		cancel = clock.after(ms, () => void look());
	};
	const look = async (): Promise<void> => {
		const now = await serverTime().catch(() => null);
		if (answered) return;
		if (now !== null) first ??= now;
		const left = now === null || first === undefined ? 0 : first + withinMs - now;
		if (left > 0) lookAfter(left);
		else overdue();
	};
	lookAfter(withinMs);
	return () => {
		answered = true;
		cancel();
	};
}
