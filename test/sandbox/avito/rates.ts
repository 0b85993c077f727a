import type { Answer } from './answer';

/** Where a request stands in the current minute of its limit. */
export interface RateState {
	readonly limit: number;
	readonly remaining: number;
	readonly exceeded: boolean;
	/** Until the window ends. */
	readonly resetsInSeconds: number;
}

/** Requests per minute and account, in fixed windows that begin with the first request. */
export class Rates {
	private readonly windows = new Map<string, { startedAt: number; used: number }>();

	/** Counts one request of `bucket`; refused requests count too. */
	count(bucket: string, limit: number, now: number): RateState {
		let window = this.windows.get(bucket);
		if (window === undefined || now - window.startedAt >= 60_000) {
			window = { startedAt: now, used: 0 };
			this.windows.set(bucket, window);
		}
		window.used += 1;
		return {
			limit,
			remaining: Math.max(0, limit - window.used),
			exceeded: window.used > limit,
			resetsInSeconds: Math.max(1, Math.ceil((window.startedAt + 60_000 - now) / 1000)),
		};
	}

	clear(): void {
		this.windows.clear();
	}
}

/** `X-RateLimit-Limit` (per minute) and `X-RateLimit-Remaining` (official header names). */
export function rateHeaders(rate: RateState): Record<string, string> {
	return { 'X-RateLimit-Limit': String(rate.limit), 'X-RateLimit-Remaining': String(rate.remaining) };
}

/** 429 as several sections document it: a code without a message. Retry-After is in no document. */
export function tooManyRequests(rate: RateState, retryAfter: boolean): Answer {
	const retry = retryAfter ? { 'Retry-After': String(rate.resetsInSeconds) } : {};
	return { status: 429, json: { error: { code: 429 } }, headers: { ...rateHeaders(rate), ...retry } };
}
