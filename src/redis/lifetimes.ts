const DAY_MS = 86_400_000;

/**
 * When Redis may forget a key nobody has touched or swept since. Not what deletes data in a running system (the sweep
 * does, by its limits), but what keeps a Redis from filling up after n8n was removed. Longer than the 90 days a consumer
 * is remembered.
 */
export const ACCOUNT_KEEP_MS = 100 * DAY_MS;
/** Values and sealed secrets: a paused account must not connect by itself because nobody looked at it for a season. */
export const VALUE_KEEP_MS = 400 * DAY_MS;
/** Nobody's lease: its token may be forgotten, since tokens are at least the time. */
export const LEASE_KEEP_MS = DAY_MS;

/** The life of a record with an end of its own, as Redis takes it: positive, and bounded. */
export function lifeMs(expiresAt: number, now: number): number {
	return Math.min(Math.max(Math.ceil(expiresAt - now), 1), VALUE_KEEP_MS);
}
/** Unread messages of a process that is gone; longer than any caller waits. */
export const INBOX_KEEP_MS = 600_000;
