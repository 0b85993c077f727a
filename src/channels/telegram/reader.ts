import { ChannelError, type JournalWriter, type Reader } from '../../contract';
import { Scope } from '../../runtime';
import type { TelegramAccount } from './account';
import { draftsOf } from './events/applied';
import { SeenTexts } from './events/seen-texts';
import { Outbox } from './reading/outbox';
import { failureOf, requestOf } from './reading/requests';
import { findWatched, watchedIds, watchedNames } from './reading/watched';
import { UpdateEngine } from './updates/engine';
import { formatState, parseState } from './updates/state';
import type { EngineInput, EngineRequest } from './updates/types';

/**
 * Performs what the update engine decides: its requests through the connection, what it applies into the journal, its
 * state with each append, one timer. The engine decides, this file only carries.
 */
export class TelegramReader implements Reader {
	readonly live: Promise<void>;
	readonly #account: TelegramAccount;
	readonly #scope: Scope;
	readonly #engine: UpdateEngine;
	readonly #outbox: Outbox;
	readonly #seen: SeenTexts;
	readonly #becameLive = Promise.withResolvers<void>();
	#cancelTimer: (() => void) | null = null;
	#caughtUp = false;

	constructor(account: TelegramAccount, journal: JournalWriter) {
		const { services, settings, book, userId } = account;
		this.#account = account;
		this.#scope = new Scope(services.logger);
		this.live = this.#becameLive.promise;
		this.live.catch(() => undefined);
		this.#seen = new SeenTexts(services, settings.keepTextsMs);
		this.#engine = new UpdateEngine({
			self: userId,
			session: settings.sessionHash,
			state: parseState(journal.state),
			recoverSince: Math.floor(journal.recoverSince / 1000),
			startAt: journal.startAt === undefined ? Infinity : Math.floor(journal.startAt / 1000),
			watched: watchedIds(settings.watched),
			random: services.random,
			knows: (marked) => book.knows(marked),
		});
		this.#outbox = new Outbox({
			...services,
			journal,
			scope: this.#scope,
			take: () => {
				const state = this.#engine.state();
				return state === null ? null : formatState(state);
			},
			caughtUp: () => this.#engine.caughtUp,
			wentLive: () => {
				this.#caughtUp = true;
				this.#becameLive.resolve();
			},
		});
		this.#engine.start(this.#now());
		this.#pump();
		for (const name of watchedNames(settings.watched)) void this.#watch(name);
	}

	get caughtUp(): boolean {
		return this.#caughtUp;
	}

	input(input: EngineInput): void {
		if (this.#scope.ended) return;
		this.#engine.receive(input, this.#now());
		this.#pump();
	}

	checkNow(): void {
		this.input({ kind: 'interrupted' });
	}

	async stop(): Promise<void> {
		const reason = new ChannelError('cancelled', 'Reading is being stopped', { channel: 'telegram' });
		this.#becameLive.reject(reason);
		this.#cancelTimer?.();
		const ended = this.#scope.end(reason);
		await Promise.allSettled([ended, this.#outbox.stop()]);
	}

	async #watch(name: string): Promise<void> {
		const channel = await findWatched(this.#account, name, this.#scope.signal).catch(() => null);
		if (channel === null || this.#scope.ended) return;
		this.#engine.watch(channel);
		this.#pump();
	}

	#now(): number {
		return this.#account.services.clock.now();
	}

	#pump(): void {
		const now = this.#now();
		const { apply, requests, moved } = this.#engine.take(now);
		const drafts = apply.flatMap((item) => draftsOf(item, this.#account, this.#seen, now));
		this.#outbox.put(drafts, moved || apply.length > 0);
		for (const request of requests) void this.#perform(request);
		this.#arm();
	}

	#arm(): void {
		this.#cancelTimer?.();
		if (this.#scope.ended) return;
		const wait = Math.max(0, this.#engine.nextAt(this.#now()) - this.#now());
		this.#cancelTimer = this.#account.services.clock.after(wait, () => {
			this.#engine.tick(this.#now());
			this.#pump();
		});
	}

	async #perform(request: EngineRequest): Promise<void> {
		const { connection, book } = this.#account;
		try {
			const tl = await requestOf(request, this.#account);
			const result = await connection.object(tl, { signal: this.#scope.signal });
			if (this.#scope.ended) return;
			book.learn(result);
			this.#engine.answer(request, result, this.#now());
		} catch (error) {
			if (this.#scope.ended) return;
			if (ChannelError.is(error) && error.code === 'session_ended') return;
			this.#engine.fail(request, failureOf(error), this.#now());
		}
		this.#pump();
	}
}
