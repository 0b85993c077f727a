import { ChannelError, type Clock, type Random } from '../../../contract';
import { backoffMs } from '../../../runtime';
import { CIRCUIT_OPEN } from './breaker';

export interface RetryRules {
	/** further tries after the first */
	times: number;
	minMs: number;
	maxMs: number;
	/** false: tried again only after a 429, which says that nothing was done; default true */
	repeatable?: boolean;
	/** ms the caller is ready to wait for a pause Avito asks for; undefined = as long as we are */
	patienceMs?: number | undefined;
}

/** A pause longer than this is told to the caller instead of being waited out. */
const LONGEST_PAUSE_MS = 60_000;

/** The wait before retry number `attempt` (1 = first): exponential with jitter, between `minMs` and `maxMs`. */
export function retryWaitMs(attempt: number, rules: RetryRules, random: Random): number {
	return Math.max(rules.minMs, backoffMs(attempt, { firstMs: 2 * rules.minMs, maxMs: rules.maxMs }, random));
}

/** May this failure be tried again, and after how long? null = no. */
export function decideRetry(
	error: unknown,
	attempt: number,
	rules: RetryRules,
	random: Random,
): number | null {
	if (!ChannelError.is(error) || attempt > rules.times || error.providerCode === CIRCUIT_OPEN) return null;
	if (error.code === 'flood_wait') {
		const waitMs =
			typeof error.retry === 'object' ? error.retry.afterMs : retryWaitMs(attempt, rules, random);
		return waitMs > Math.min(LONGEST_PAUSE_MS, rules.patienceMs ?? Infinity) ? null : waitMs;
	}
	if (error.retry !== 'now' || rules.repeatable === false) return null;
	return retryWaitMs(attempt, rules, random);
}

/** Runs `work` until it succeeds, may not be repeated, or a signal ends it. */
export async function withRetry<T>(
	work: (attempt: number) => Promise<T>,
	options: { rules: RetryRules; clock: Clock; random: Random; signals: readonly AbortSignal[] },
): Promise<T> {
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await work(attempt);
		} catch (error) {
			const waitMs = decideRetry(error, attempt, options.rules, options.random);
			if (waitMs === null || options.signals.some(({ aborted }) => aborted)) throw error;
			await options.clock.sleep(waitMs, AbortSignal.any([...options.signals]));
		}
	}
}
