import {
	ChannelError,
	type AccountId,
	type Clock,
	type Json,
	type Logger,
	type MirrorPlace,
	type Random,
	type SessionKey,
	type StoreMirror,
} from '../contract';
import { Scope } from '../runtime';
import { confirmAccount, copyAccount, copyNamed, positionedConsumers, type CopyParts } from './copying';
import { GUARD_MS } from './epoch';
import { Holdings } from './holdings';
import { OpenMirror } from './open-mirror';
import { MIRRORED_NAME, mirroredOwner } from './pace-memory';
import { PuttingBack } from './putting-back';
import { list, textOrNull } from './replies';
import type { SeedParts } from './seeding';

/** What other processes write is copied this often, ms. */
const ROUND_MS = 30_000;
/** An account that is sent with and not read for is copied this long after its session was opened at the latest, ms. */
const SOON_MS = 1_000;
/** An account with more values than this (access hashes, mostly) is not read whole in every round. */
const FEW_VALUES = 200;

export interface MirrorKeeperOptions {
	place: MirrorPlace;
	parts: CopyParts;
	clock: Clock;
	random: Random;
	logger: Logger;
	/** a Redis that came back empty has been filled again: how many accounts, and of how many something may be missing */
	restored(result: { accounts: number; gaps: number }): void;
	renumbered: SeedParts['renumbered'];
}

interface Copying {
	done: Promise<void>;
	/** what was asked for while it ran */
	again: Promise<void> | undefined;
}

/**
 * When this process' mirror is opened, what is copied into it when, and putting it back. Trouble with it never becomes a
 * failure of the store: it is a sentence in `status`.
 */
export class MirrorKeeper {
	readonly holdings = new Holdings();
	readonly #options: MirrorKeeperOptions;
	readonly #scope: Scope;
	/** accounts whose copy is whole and of this life of Redis */
	readonly #whole = new Set<AccountId>();
	/** of those, the ones copied since this process reads for them: nothing is appended but by it */
	readonly #readers = new Set<AccountId>();
	/** accounts an earlier life of this process had a copy of: its triggers may not be back yet */
	readonly #inherited = new Set<AccountId>();
	readonly #copying = new Map<AccountId, Copying>();
	readonly #mirror: OpenMirror;
	readonly #puttingBack: PuttingBack;
	#written = 0;
	/** sends that began or ended here, and how many are being written just now */
	#sends = 0;
	#sending = 0;
	/** monotonic ms */
	#lostAt = -Infinity;
	#cancelRound: (() => void) | undefined;
	/** accounts opened a moment ago */
	readonly #soon = new Set<AccountId>();
	#cancelSoon: (() => void) | undefined;

	constructor(options: MirrorKeeperOptions) {
		const { place, parts, clock, random, logger, renumbered, restored } = options;
		this.#options = options;
		this.#scope = new Scope(logger);
		this.#mirror = new OpenMirror({
			...{ place, clock, logger },
			// What only the memory knows so far is copied from Redis, where it is too.
			opened: (mirror) => {
				for (const account of this.#whole) void this.note(() => this.copy(account, mirror));
			},
		});
		this.#puttingBack = new PuttingBack({
			...{ mirror: this.#mirror, clock, random, logger, restored },
			seeding: {
				...{ ...parts, clock, logger, renumbered, signal: this.#scope.signal },
				own: (id) => this.holdings.own.has(id),
				isOwn: (account) => this.holdings.hadOwn(account),
			},
		});
	}

	/** What an earlier life has left is looked at before anybody may have a lease. */
	async begin(): Promise<void> {
		if (!this.#options.place.exists()) return;
		await this.#mirror.needFile();
		for (const account of (await this.#mirror.current?.staleAccounts('')) ?? []) this.#inherited.add(account);
		if (await this.#knowsMore()) await this.#options.parts.epoch.older(this.#options.parts.commands);
		this.putBack();
	}

	/** Has Redis lost its last writes while this process was away? Then the journal here is longer than there. */
	async #knowsMore(): Promise<boolean> {
		const mirror = this.#mirror.current;
		if (mirror === undefined) return false;
		const { commands, keys } = this.#options.parts;
		for (const account of this.#inherited) {
			if ((await mirror.epochOf(account)) !== this.#epoch) continue;
			const asked = await commands.call('HMGET', keys.account(account), 'epoch', 'seq');
			const [life, seq] = list(asked).map(textOrNull);
			const { lastSeq } = await mirror.read((source) => source.account(account));
			// One that is not there was forgotten, by a person or by the sweep.
			if (life != null && lastSeq > Number(seq ?? 0)) return true;
		}
		return false;
	}

	/** a sentence for `status`, or null */
	get trouble(): string | null {
		const { trouble } = this.#mirror;
		return trouble === null ? null : `The second copy of Redis’ data is not kept as it should be: ${trouble}`;
	}

	get isKept(): boolean {
		return this.#mirror.current !== undefined;
	}

	get #epoch(): string {
		return this.#options.parts.epoch.id;
	}

	/** Redis has lost its data: nobody gets a lease from this process until what is known here is back. */
	lost(): void {
		this.#whole.clear();
		this.#readers.clear();
		const now = this.#options.clock.monotonic();
		this.holdings.lost(now - this.#lostAt < GUARD_MS);
		this.#lostAt = now;
		this.putBack();
	}

	/** see `PuttingBack` */
	whenBack(): Promise<void> | null {
		return this.#puttingBack.whenBack();
	}

	/** Resolves when nothing is being put back. */
	settled(): Promise<void> {
		return this.#puttingBack.settled();
	}

	putBack(): void {
		this.#puttingBack.begin();
	}

	/** Opens the mirror if need be. Never rejects. */
	async need(work: (mirror: StoreMirror) => Promise<void>): Promise<void> {
		await this.#mirror.needFile();
		await this.noteRead(work);
	}

	/** What belongs to reading and listening, which is never kept in memory alone: a state without the entries before it would lose them. */
	async noteRead(work: (mirror: StoreMirror) => Promise<void>): Promise<void> {
		if (!this.#mirror.isMemory(this.#mirror.current)) await this.note(work);
	}

	/**
	 * This process connects with the session: what it sends with it, and the tokens it gets, are nowhere else. Kept in
	 * memory where nothing is read here, without what belongs to reading, for as long as the process lives. Never rejects.
	 */
	async owns(session: SessionKey, account: AccountId | null): Promise<void> {
		this.holdings.owns(session, account);
		await this.#mirror.needMemory();
		if (account === null || this.isWhole(account)) return;
		// Who reads for it copies it by then.
		this.#soon.add(account);
		this.#cancelSoon ??= this.#options.clock.after(SOON_MS, () => {
			this.#cancelSoon = undefined;
			const accounts = [...this.#soon];
			this.#soon.clear();
			for (const each of accounts) void this.whole(each);
		});
	}

	/** Copies an account of this process' own session unless it has been; before something is sent. Never rejects. */
	async whole(account: AccountId): Promise<void> {
		if (this.isWhole(account) || !this.holdings.isOwned(account)) return;
		await this.note((mirror) => this.copy(account, mirror));
	}

	/** The session goes to another process. Never rejects. */
	async ownsNoMore(session: SessionKey): Promise<void> {
		const account = this.holdings.ownsNoMore(session);
		if (account !== null) await this.#leave(account);
	}

	/** Another process reads for the account, or nobody. Never rejects. */
	async readsNoMore(account: AccountId): Promise<void> {
		this.holdings.reading.delete(account);
		this.#readers.delete(account);
		await this.#leave(account);
	}

	/** Of what this process has nothing to do with any more others know better. */
	async #leave(account: AccountId): Promise<void> {
		if (this.holdings.concerns(account) || this.#inherited.has(account)) return;
		this.#whole.delete(account);
		await this.note((mirror) => mirror.keepSends(account, this.#epoch));
	}

	/** Where the mirror is open. Never rejects. */
	note(work: (mirror: StoreMirror) => Promise<void>): Promise<void> {
		return this.#mirror.note(work);
	}

	/** An account's pace, not with each step: see `Pace`. Never rejects. */
	notePace(owner: AccountId | SessionKey, known: Json, ms: number): Promise<void> {
		return this.note((mirror) => mirror.verbs.putValue(mirroredOwner(owner), MIRRORED_NAME, known, ms));
	}

	/** Copies an account of which something may be missing here; what does not succeed now is tried again. */
	copy(account: AccountId, mirror: StoreMirror): Promise<void> {
		const running = this.#copying.get(account);
		if (running === undefined) return this.#startCopy(account, mirror);
		// What is missing may have come after the one that runs has looked; one more is enough for all who ask now.
		running.again ??= running.done.catch(() => undefined).then(() => this.#startCopy(account, mirror));
		return running.again;
	}

	#startCopy(account: AccountId, mirror: StoreMirror): Promise<void> {
		const copying: Copying = { done: this.#copy(account, mirror), again: undefined };
		this.#copying.set(account, copying);
		return copying.done.finally(() => {
			if (this.#copying.get(account) === copying) this.#copying.delete(account);
		});
	}

	async #copy(account: AccountId, mirror: StoreMirror): Promise<void> {
		if (this.#puttingBack.isUnderWay) return;
		this.#whole.delete(account);
		this.#readers.delete(account);
		this.#schedule();
		const written = this.#written;
		const { own, reading } = this.holdings;
		const mayTakeNamed = (): boolean => written === this.#written;
		const sends = this.#sending > 0 ? null : this.#sends;
		const hasAllSends = (): boolean => sends === this.#sends;
		// Who only follows has the ids of what its own triggers read.
		const options = { own, ids: reading.has(account), mayTakeNamed, hasAllSends };
		const copied = copyAccount(account, mirror, this.#options.parts, options).then(() => true);
		if ((await this.#asked(copied)) === null) return;
		if (this.#mirror.isMemory(mirror)) await mirror.keepSends(account, this.#epoch);
		this.#whole.add(account);
		if (options.ids && reading.has(account)) this.#readers.add(account);
	}

	/** A value or secret is being written: a copy read until now may be older. */
	wrote(): void {
		this.#written += 1;
	}

	/** A send is being written, here and in Redis: a copy read until it is in both may be older. */
	async sends<T>(work: () => Promise<T>): Promise<T> {
		this.#sends += 1;
		this.#sending += 1;
		try {
			return await work();
		} finally {
			this.#sending -= 1;
			this.#sends += 1;
		}
	}

	/** Redis that is away, or empty, is no trouble of the mirror: it is told where it is noticed. */
	async #asked<T>(work: Promise<T>): Promise<T | null> {
		try {
			return await work;
		} catch (error) {
			if (!ChannelError.is(error)) throw error;
			this.#options.logger.debug('an account could not be copied yet', { error: error.message });
			return null;
		}
	}

	/** Has the copy everything that was appended until now? What is written then may be noted in it, a state above all. */
	isReaders(account: AccountId): boolean {
		return this.#readers.has(account);
	}

	isWhole(account: AccountId): boolean {
		return this.#whole.has(account);
	}

	/** Leaves what is being put back to the next start. */
	async close(reason: unknown): Promise<void> {
		this.#cancelRound?.();
		this.#cancelSoon?.();
		this.#mirror.end();
		await this.#scope.end(reason);
		await this.settled();
		await this.#mirror.close();
	}

	#schedule(): void {
		this.#cancelRound ??= this.#options.clock.after(ROUND_MS, () => {
			this.#cancelRound = undefined;
			void this.#round();
		});
	}

	async #round(): Promise<void> {
		// Of an account that is read elsewhere and listened to here everything is copied, also what is appended there.
		const { reading } = this.holdings;
		const listening = this.holdings.listening();
		for (const account of [...this.#whole, ...reading]) {
			await this.note((mirror) =>
				this.isWhole(account) && (reading.has(account) || !listening.has(account))
					? this.#copyOthers(account, mirror)
					: this.copy(account, mirror),
			);
		}
		if (!this.#scope.ended && this.#whole.size + reading.size > 0) this.#schedule();
	}

	async #copyOthers(account: AccountId, mirror: StoreMirror): Promise<void> {
		if (this.#puttingBack.isUnderWay) return;
		const { parts } = this.#options;
		const epoch = this.#epoch;
		const written = this.#written;
		const others = await this.#asked(
			(async () => {
				const consumers = await positionedConsumers(account, parts);
				const waits = await parts.waits.list(account);
				const sessions = await parts.accounts.sessionsOf(account);
				const named = await copyNamed([account, ...sessions], parts, FEW_VALUES);
				await confirmAccount(account, epoch, parts);
				return { consumers, waits, named };
			})(),
		);
		if (others === null) return;
		if (this.#mirror.isMemory(mirror)) others.consumers = [];
		const named = written === this.#written ? others.named : null;
		await mirror.takeOthers(account, epoch, { ...others, named }, this.holdings.own);
	}
}
