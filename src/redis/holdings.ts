import type { AccountId, SessionKey } from '../contract';

/** What this process has to do with which account: whose session it has, for whom it reads, whose triggers it has. A memory, no more. */
export class Holdings {
	/** consumers whose positions this process writes */
	readonly own = new Set<string>();
	/** accounts this process reads for */
	readonly reading = new Set<AccountId>();
	/** of each own consumer */
	readonly #accountOf = new Map<string, AccountId>();
	/** sessions this process has, and their accounts; null: not known yet */
	readonly #owned = new Map<SessionKey, AccountId | null>();
	/** accounts read for, or sent with, when Redis lost its data */
	#before: ReadonlySet<AccountId> = new Set();

	/** A trigger of this process. */
	listens(id: string, account: AccountId): void {
		this.own.add(id);
		this.#accountOf.set(id, account);
	}

	/** Another process may have written its position since; whose trigger it is stays known. */
	mayHaveMoved(id: string): void {
		this.own.delete(id);
	}

	/** It is forgotten. */
	listensNoMore(id: string): void {
		this.own.delete(id);
		this.#accountOf.delete(id);
	}

	owns(session: SessionKey, account: AccountId | null): void {
		this.#owned.set(session, account);
	}

	/** @returns the account it led to, as far as that is known */
	ownsNoMore(session: SessionKey): AccountId | null {
		const account = this.#owned.get(session) ?? null;
		this.#owned.delete(session);
		return account;
	}

	hasSession(session: SessionKey): boolean {
		return this.#owned.has(session);
	}

	/** Has this process a session that leads to it? */
	isOwned(account: AccountId): boolean {
		return [...this.#owned.values()].includes(account);
	}

	/** accounts of this process' triggers */
	listening(): ReadonlySet<AccountId> {
		return new Set(this.#accountOf.values());
	}

	/** Has this process anything to do with it? */
	concerns(account: AccountId): boolean {
		return this.reading.has(account) || this.isOwned(account) || this.listening().has(account);
	}

	/** Had this process its session, or did it read for it, when Redis lost its data? */
	hadOwn(account: AccountId): boolean {
		return this.#before.has(account);
	}

	/**
	 * Redis has lost its data, and every lease with it. The triggers are still here.
	 * @param again once more, before anything could be given anew to anybody
	 */
	lost(again: boolean): void {
		const had = [...this.reading, ...this.#owned.values()].filter((account) => account !== null);
		this.#before = new Set(again ? [...this.#before, ...had] : had);
		this.reading.clear();
		this.#owned.clear();
	}
}
