import type { AccountId, Clock, Logger, Random } from '../../contract';
import { backoffMs } from '../../runtime';

const RETRY = { firstMs: 500, maxMs: 30_000 };

/** Reads what must be known before anything else, again until it can be read or `signal` ends it. Never rejects. */
export async function prepare(
	read: () => Promise<void>,
	about: { account: AccountId; clock: Clock; random: Random; logger: Logger; signal: AbortSignal },
): Promise<void> {
	const { account, clock, random, logger, signal } = about;
	for (let failures = 1; ; failures += 1) {
		try {
			await read();
			return;
		} catch (error) {
			logger.warn('the journal could not be prepared', { account, error: String(error) });
			if (signal.aborted) return;
			await clock.sleep(backoffMs(failures, RETRY, random), signal).catch(() => undefined);
		}
	}
}
