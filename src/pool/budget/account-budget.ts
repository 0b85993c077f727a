import { ChannelError, type Budget, type Clock } from '../../contract';
import { SlidingWindow, type WindowRule } from './window';

export interface BudgetRules {
	/** every point counts here */
	account: WindowRule;
	/** least time between two points for one chat, ms */
	chatGapMs: number;
	/** further limits by bucket name */
	buckets: Readonly<Record<string, WindowRule>>;
}

interface Waiter {
	bucket: string | undefined;
	chatId: string | undefined;
	points: number;
	grant: () => void;
}

type Take = Parameters<Budget['take']>[0];

/** chats remembered for the gap; older ones have long passed it */
const MAX_CHATS = 10_000;

/**
 * One account's pace in this process. Waiters are served in order, but one that waits for its own chat or bucket does
 * not hold up those behind it. A pause the provider asked for holds its bucket only.
 */
export class AccountBudget implements Budget {
	readonly #clock: Clock;
	/** when the monotonic clock began, ms since 1970: nobody sets it, ahead into a pause's end or back by an hour of waiting */
	readonly #began: number;
	readonly #buckets = new Map<string, SlidingWindow>();
	#rules: BudgetRules;
	#account: SlidingWindow;
	readonly #pausedUntil = new Map<string, number>();
	readonly #chatFreeAt = new Map<string, number>();
	readonly #waiting: Waiter[] = [];
	#cancelTimer: (() => void) | undefined;

	constructor(rules: BudgetRules, clock: Clock) {
		this.#rules = rules;
		this.#clock = clock;
		this.#began = clock.now() - clock.monotonic();
		this.#account = new SlidingWindow(rules.account);
		for (const [name, rule] of Object.entries(rules.buckets))
			this.#buckets.set(name, new SlidingWindow(rule));
	}

	/** The credential was edited: from now on these limits hold for what was taken before, too. */
	update(account: WindowRule, chatGapMs: number): void {
		this.#account = this.#account.with(account);
		this.#rules = { ...this.#rules, account, chatGapMs };
		this.#serve();
	}

	/** What other processes took lately, and the pauses they were told of: the past of this one, too. ms since 1970 */
	recall(
		windows: Readonly<Record<string, readonly number[]>>,
		pauses: Readonly<Record<string, number>>,
	): void {
		const ahead = this.#now() - this.#clock.now();
		for (const [name, known] of Object.entries(windows)) {
			const times = known.map((time) => time + ahead);
			if (name === '') this.#account.recall(times);
			else this.#buckets.get(name)?.recall(times);
		}
		for (const [name, until] of Object.entries(pauses)) this.pause(name, until - this.#clock.now());
	}

	take(request: Take): Promise<void> {
		const { signal, maxWaitMs } = request;
		if (signal?.aborted) return Promise.reject(signal.reason as Error);
		const points = request.points ?? 1;
		const waiter: Waiter = { bucket: request.bucket, chatId: request.chatId, points, grant: () => undefined };
		if (!this.#isBehind(waiter) && this.#waitMs(waiter, 0) === 0) {
			this.#spend(waiter);
			return Promise.resolve();
		}
		const expected = this.#waitMs(waiter, this.#queuedPoints());
		if (maxWaitMs !== undefined && expected > maxWaitMs) return Promise.reject(limitReached(expected));
		return this.#enqueue(waiter, signal, maxWaitMs);
	}

	tryTake(bucket?: string): boolean {
		const waiter: Waiter = { bucket, chatId: undefined, points: 1, grant: () => undefined };
		if (this.#waiting.length > 0 || this.#waitMs(waiter, 0) > 0) return false;
		this.#spend(waiter);
		return true;
	}

	pause(bucket: string, ms: number): void {
		const until = this.#now() + ms;
		if (until > (this.#pausedUntil.get(bucket) ?? 0)) this.#pausedUntil.set(bucket, until);
		this.#serve();
	}

	waitingUntil(): string | null {
		const now = this.#now();
		const paused = Math.max(0, ...this.#pausedUntil.values());
		const queued =
			this.#waiting.length === 0 ? 0 : now + Math.min(...this.#waiting.map((w) => this.#waitMs(w, 0)));
		const until = Math.max(paused, queued);
		return until > now ? new Date(until - now + this.#clock.now()).toISOString() : null;
	}

	queued(): number {
		return this.#waiting.length;
	}

	#enqueue(waiter: Waiter, signal: AbortSignal | undefined, maxWaitMs: number | undefined): Promise<void> {
		return new Promise((resolve, reject) => {
			const forget = (): void => {
				signal?.removeEventListener('abort', onAbort);
				cancelDeadline?.();
			};
			const leave = (): void => {
				this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
				forget();
				this.#serve();
			};
			const onAbort = (): void => {
				leave();
				reject(signal?.reason as Error);
			};
			const cancelDeadline =
				maxWaitMs === undefined
					? undefined
					: this.#clock.after(maxWaitMs, () => {
							const left = Math.max(1_000, this.#waitMs(waiter, 0));
							leave();
							reject(limitReached(left));
						});
			waiter.grant = () => {
				forget();
				resolve();
			};
			signal?.addEventListener('abort', onAbort, { once: true });
			this.#waiting.push(waiter);
			this.#serve();
		});
	}

	/** A newcomer must not overtake somebody who waits for the same thing. */
	#isBehind(waiter: Waiter): boolean {
		return this.#waiting.some(
			(other) =>
				this.#account.waitMs(other.points, this.#now()) > 0 ||
				(other.chatId !== undefined && other.chatId === waiter.chatId) ||
				(other.bucket !== undefined && other.bucket === waiter.bucket),
		);
	}

	#queuedPoints(): number {
		return this.#waiting.reduce((sum, waiter) => sum + waiter.points, 0);
	}

	#now(): number {
		return this.#began + this.#clock.monotonic();
	}

	#waitMs(waiter: Waiter, ahead: number): number {
		const now = this.#now();
		const points = waiter.points + ahead;
		return Math.max(
			this.#account.waitMs(points, now),
			waiter.bucket === undefined ? 0 : (this.#buckets.get(waiter.bucket)?.waitMs(waiter.points, now) ?? 0),
			waiter.chatId === undefined ? 0 : (this.#chatFreeAt.get(waiter.chatId) ?? 0) - now,
			(this.#pausedUntil.get(waiter.bucket ?? 'default') ?? 0) - now,
			(this.#pausedUntil.get('account') ?? 0) - now,
			0,
		);
	}

	#spend(waiter: Waiter): void {
		const now = this.#now();
		this.#account.take(waiter.points, now);
		if (waiter.bucket !== undefined) this.#buckets.get(waiter.bucket)?.take(waiter.points, now);
		if (waiter.chatId === undefined || this.#rules.chatGapMs === 0) return;
		this.#chatFreeAt.delete(waiter.chatId);
		this.#chatFreeAt.set(waiter.chatId, now + this.#rules.chatGapMs);
		if (this.#chatFreeAt.size > MAX_CHATS) {
			const oldest = this.#chatFreeAt.keys().next().value;
			if (oldest !== undefined) this.#chatFreeAt.delete(oldest);
		}
	}

	/** Grants whom it can, in order, and sets one timer for the next. */
	#serve(): void {
		this.#cancelTimer?.();
		this.#cancelTimer = undefined;
		let next = Infinity;
		for (const waiter of [...this.#waiting]) {
			const wait = this.#waitMs(waiter, 0);
			if (wait > 0) {
				next = Math.min(next, wait);
				continue;
			}
			this.#spend(waiter);
			this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
			waiter.grant();
		}
		if (next === Infinity) return;
		this.#cancelTimer = this.#clock.after(next, () => {
			this.#serve();
		});
	}
}

/** The account's own limit, not the provider's. */
export function limitReached(waitMs: number): ChannelError {
	const seconds = Math.ceil(waitMs / 1000);
	return new ChannelError(
		'rate_limited',
		`The account's own limit is reached; the next place is free in ${String(seconds)} s`,
		{
			retry: { afterMs: waitMs },
			hint: 'Raise the limit in the credential, spread the work over time, or set "If the Limit Is Reached" to wait.',
		},
	);
}
