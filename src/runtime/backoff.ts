import type { Random } from '../contract';

export interface BackoffOptions {
	/** first wait, ms */
	firstMs: number;
	/** longest wait, ms */
	maxMs: number;
	/** growth per attempt, default 2 */
	factor?: number;
}

/** Growth past this changes nothing, and must not reach infinity: nought times that is no number. */
const MOST_GROWTHS = 40;

/**
 * The wait before attempt `attempt` (1 = first retry): exponential with equal jitter (half fixed, half random), so that
 * many accounts cut off at once do not come back at once, and nobody comes back immediately.
 */
export function backoffMs(attempt: number, options: BackoffOptions, random: Random): number {
	const grown = options.firstMs * (options.factor ?? 2) ** Math.min(MOST_GROWTHS, Math.max(0, attempt - 1));
	const ceiling = Math.min(grown, options.maxMs);
	return Math.round(ceiling / 2 + (ceiling / 2) * random.next());
}
