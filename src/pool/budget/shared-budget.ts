import type { AccountId, Budget, Clock, Logger, PaceRequest, SessionKey, SharedPace } from '../../contract';
import { AccountBudget, limitReached, type BudgetRules } from './account-budget';
import type { WindowRule } from './window';

type Take = Parameters<Budget['take']>[0];

export interface SharedBudgetOptions {
	rules: BudgetRules;
	clock: Clock;
	logger: Logger;
}

/**
 * One account's pace, kept with all other processes where they share a store. Who is next is decided here, whether there
 * is room by all together. `tryTake` cannot wait for their answer: it decides by what this process knows and is counted
 * for the others.
 */
export class SharedBudget implements Budget {
	readonly #local: AccountBudget;
	readonly #clock: Clock;
	readonly #logger: Logger;
	#rules: BudgetRules;
	#shared: { pace: SharedPace; owner: AccountId | SessionKey } | null = null;
	/** until when steps of this process wait for the others', ms */
	readonly #waiting = new Set<{ until: number }>();

	constructor({ rules, clock, logger }: SharedBudgetOptions) {
		this.#rules = rules;
		this.#clock = clock;
		this.#logger = logger;
		this.#local = new AccountBudget(rules, clock);
	}

	/** From now on the pace is kept under this name; what others took lately counts here too. */
	async share(pace: SharedPace, owner: AccountId | SessionKey): Promise<void> {
		if (this.#shared?.owner === owner) return;
		const buckets = Object.keys(this.#rules.buckets);
		const { windows, pauses } = await pace.recall(owner, this.#windows([undefined, ...buckets]));
		this.#local.recall(windows, pauses);
		this.#shared = { pace, owner };
	}

	update(account: WindowRule, chatGapMs: number): void {
		this.#rules = { ...this.#rules, account, chatGapMs };
		this.#local.update(account, chatGapMs);
	}

	take(request: Take): Promise<void> {
		return this.#shared === null ? this.#local.take(request) : this.#takeOfAll(request);
	}

	async #takeOfAll(request: Take): Promise<void> {
		const { maxWaitMs, signal } = request;
		const late = maxWaitMs === undefined ? Infinity : this.#clock.monotonic() + maxWaitMs;
		await this.#local.take(request);
		const waiter = { until: 0 };
		try {
			for (;;) {
				const wait = await this.#takeShared(request);
				if (wait === 0) return;
				if (this.#clock.monotonic() + wait > late) throw limitReached(wait);
				waiter.until = this.#clock.now() + wait;
				this.#waiting.add(waiter);
				await this.#clock.sleep(wait, signal);
			}
		} finally {
			this.#waiting.delete(waiter);
		}
	}

	tryTake(bucket?: string): boolean {
		if (!this.#local.tryTake(bucket)) return false;
		this.#inBackground(this.#takeShared(bucket === undefined ? {} : { bucket }, true));
		return true;
	}

	pause(bucket: string, ms: number): void {
		this.#local.pause(bucket, ms);
		if (this.#shared === null) return;
		this.#inBackground(this.#shared.pace.pause(this.#shared.owner, bucket, ms));
	}

	waitingUntil(): string | null {
		const local = this.#local.waitingUntil();
		const others = Math.max(0, ...[...this.#waiting].map(({ until }) => until));
		const until = Math.max(others, local === null ? 0 : Date.parse(local));
		return until > this.#clock.now() ? new Date(until).toISOString() : null;
	}

	queued(): number {
		return this.#local.queued() + this.#waiting.size;
	}

	#takeShared({ bucket, chatId, points }: Take, happened = false): Promise<number> {
		if (this.#shared === null) return Promise.resolve(0);
		const { pace, owner } = this.#shared;
		return pace.take(owner, {
			points: points ?? 1,
			windows: this.#windows(bucket === undefined ? [undefined] : [undefined, bucket]),
			chat: chatId === undefined ? null : { id: chatId, gapMs: this.#rules.chatGapMs },
			pauses: ['account', bucket ?? 'default'],
			...(happened ? { happened } : {}),
		});
	}

	#windows(buckets: readonly (string | undefined)[]): PaceRequest['windows'] {
		return buckets.flatMap((name) => {
			const rule = name === undefined ? this.#rules.account : this.#rules.buckets[name];
			return rule === undefined ? [] : [{ name: name ?? '', ...rule }];
		});
	}

	#inBackground(work: Promise<unknown>): void {
		work.catch((error: unknown) => {
			this.#logger.warn('other processes could not be told of an account’s pace', { error: String(error) });
		});
	}
}
