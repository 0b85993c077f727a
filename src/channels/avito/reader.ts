import { ChannelError, type JournalWriter, type JsonObject, type Reader } from '../../contract';
import { abortable, backoffMs, KeyedQueue, Scope } from '../../runtime';
import type { AvitoAccount } from './account';
import { isOwn, isPlaceholder } from './events/filters';
import { wasSentByNode } from './events/from-list';
import { factsFromWebhook, normaliseMessage } from './events/normalise';
import { OVERLAP_S } from './reconcile/decide';
import { ReconcilePass } from './reconcile/pass';
import { parseState, type ReconcileState } from './reconcile/state';
import { reportMissingSubscription } from './subscription';
import { readWebhook, unknownEvent } from './webhook';

/** After a failed pass: soon again, then ever slower, at last as slow as when all is well. */
const FIRST_RETRY_MS = 2_000;
/** Keys that Avito refuses stay refused until somebody changes them; asking rarely is enough, never asking is too little. */
const ENDED_RETRY_MS = 3_600_000;
/** However often triggers poll, what Avito itself writes may wait; not as long as the mark takes to leave it behind. */
const AVITO_EVERY_MS = (OVERLAP_S / 2) * 1000;
/** A webhook waits this long for the first pass, so that what was missed comes before it. */
const HOLD_MS = 10_000;

export type ReaderState = 'recovering' | 'live' | 'waiting' | 'ended';

/**
 * The engine of one account: reconciliation at the start and every few minutes, webhooks in between. A webhook is only
 * a hint that comes early: it is journalled, but no position moves by it.
 */
export class AvitoReader implements Reader {
	readonly live: Promise<void>;
	readonly #account: AvitoAccount;
	readonly #journal: JournalWriter;
	readonly #scope: Scope;
	readonly #order = new KeyedQueue();
	readonly #becameLive = Promise.withResolvers<void>();
	readonly #running: Promise<void>;
	readonly #accepting = new Set<Promise<unknown>>();
	#state: ReconcileState | null;
	/** monotonic ms of the last look into the chat with Avito itself */
	#avitoSeenAt = -Infinity;
	#status: ReaderState = 'recovering';
	#recoveries = 0;
	#wake: (() => void) | null = null;

	constructor(account: AvitoAccount, journal: JournalWriter) {
		this.#account = account;
		this.#journal = journal;
		this.#scope = new Scope(account.services.logger);
		this.#scope.add(() => this.#wake?.());
		this.#state = parseState(journal.state);
		this.live = this.#becameLive.promise;
		this.live.catch(() => undefined);
		this.#running = this.#run();
	}

	get status(): ReaderState {
		return this.#status;
	}

	/** how often it came back after failing */
	get recoveries(): number {
		return this.#recoveries;
	}

	/** Looks for missed messages now instead of at the next turn. */
	checkNow(): void {
		this.#wake?.();
	}

	/** A webhook's body. Resolves when journalled; false = not for this account, or not understood. */
	async accept(hint: JsonObject): Promise<boolean> {
		const reading = readWebhook(hint, this.#account.userId);
		if (reading.kind === 'foreign' || this.#scope.ended) return false;
		const work = reading.kind === 'message' ? this.#acceptMessage(reading) : this.#acceptUnknown(reading);
		this.#accepting.add(work);
		try {
			await work;
		} finally {
			this.#accepting.delete(work);
		}
		return true;
	}

	async stop(): Promise<void> {
		this.#becameLive.reject(
			new ChannelError('cancelled', 'Reading was stopped before the account was live', { channel: 'avito' }),
		);
		const ended = this.#scope.end(
			new ChannelError('cancelled', 'Reading is being stopped', { channel: 'avito' }),
		);
		await Promise.allSettled([ended, this.#running, ...this.#accepting]);
	}

	async #acceptMessage({
		value,
		raw,
	}: Extract<ReturnType<typeof readWebhook>, { kind: 'message' }>): Promise<void> {
		const facts = factsFromWebhook(value, raw);
		if (value.type === 'text' && isPlaceholder(value.content.text)) {
			reportMissingSubscription(this.#account);
			return;
		}
		await this.#holdForFirstPass();
		const { services, lastMessages, enrichment } = this.#account;
		lastMessages.note(facts.chatId, facts, services.clock.now());
		const own = isOwn({
			userId: this.#account.userId,
			authorId: facts.authorId,
			type: facts.type,
			content: facts.content,
		});
		// An echo may wait for its send: what the customer writes must not wait behind it, nor stopping.
		const { signal } = own ? this.#scope : new AbortController();
		await this.#order.run(`${facts.chatId} ${own ? 'out' : 'in'}`, signal, async () => {
			const [around, sentByNode] = await Promise.all([
				enrichment.around(facts, this.#scope.signal),
				own && abortable(wasSentByNode(this.#account, facts), signal),
			]);
			const event = normaliseMessage(facts, { ...around, sentByNode }, this.#account);
			await this.#journal.append([{ event, at: facts.created * 1000, recovered: false }]);
		});
	}

	async #acceptUnknown(reading: Extract<ReturnType<typeof readWebhook>, { kind: 'unknown' }>): Promise<void> {
		const now = this.#account.services.clock.now();
		const event = unknownEvent(reading, this.#account, now);
		await this.#journal.append([{ event, at: Date.parse(event.timestamp), recovered: false }]);
	}

	#holdForFirstPass(): Promise<void> {
		if (this.#status === 'live') return Promise.resolve();
		return new Promise((resolve) => {
			const cancel = this.#account.services.clock.after(HOLD_MS, resolve);
			this.live.then(resolve, resolve).finally(cancel);
		});
	}

	async #run(): Promise<void> {
		let failures = 0;
		while (!this.#scope.ended) {
			try {
				const now = this.#account.services.clock.monotonic();
				const withAvito = now - this.#avitoSeenAt >= AVITO_EVERY_MS;
				this.#state = await ReconcilePass.run(
					this.#account,
					this.#journal,
					this.#state,
					this.#scope.signal,
					withAvito,
				);
				if (withAvito) this.#avitoSeenAt = now;
				this.#wentWell(failures);
				failures = 0;
			} catch (error) {
				if (this.#scope.ended) return;
				failures += 1;
				this.#failed(error);
			}
			await this.#pause(failures);
		}
	}

	#wentWell(failures: number): void {
		if (failures > 0) {
			this.#recoveries += 1;
			this.#account.services.accountState({ state: 'live', reason: 'Avito answers again', atMostEveryMs: 0 });
		}
		this.#status = 'live';
		this.#becameLive.resolve();
	}

	#failed(error: unknown): void {
		const { services } = this.#account;
		const problem = ChannelError.is(error)
			? error
			: new ChannelError('unexpected_answer', `Reconciliation failed: ${String(error)}`, {
					channel: 'avito',
					cause: error,
				});
		services.logger.warn('avito: reconciliation failed', { code: problem.code, reason: problem.message });
		this.#status = problem.code === 'credential_invalid' ? 'ended' : 'waiting';
		if (problem.code === 'subscription_missing') {
			reportMissingSubscription(this.#account, problem);
			return;
		}
		services.accountState({
			state: this.#status === 'ended' ? 'ended' : 'disconnected',
			reason: problem.message,
			...(problem.hint === undefined ? {} : { hint: problem.hint }),
			error: problem,
		});
	}

	/** Until the next pass is due, somebody asks for one, or reading ends. */
	async #pause(failures: number): Promise<void> {
		const { clock } = this.#account.services;
		if (this.#scope.ended) return;
		const { promise, resolve } = Promise.withResolvers<void>();
		const cancel = clock.after(this.#pauseMs(failures), resolve);
		this.#wake = resolve;
		await promise;
		this.#wake = null;
		cancel();
	}

	#pauseMs(failures: number): number {
		const regular = this.#journal.pollEveryMs?.() ?? this.#account.settings.reconcileMs;
		if (failures === 0) return regular;
		const longest = this.#status === 'ended' ? ENDED_RETRY_MS : regular;
		return backoffMs(
			failures,
			{ firstMs: FIRST_RETRY_MS, maxMs: Math.max(longest, FIRST_RETRY_MS) },
			this.#account.services.random,
		);
	}
}
