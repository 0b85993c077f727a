import {
	consumerLeaseName,
	readerLeaseName,
	sessionLeaseName,
	type AccountId,
	type SessionKey,
} from '../contract';

/**
 * The one place where keys are spelled. A key is `<prefix>:v1:<kind>:{<tag>}`: the version changes when the meaning of
 * a key does, the tag decides the slot in a cluster. Whatever one script touches has one tag: the account for its
 * journal and state (and its reader lease, which fences them), and each consumer, intent, wait, session or other lease
 * its own, so that a busy account does not drag everything of it into one slot.
 */
export class Keys {
	readonly #prefix: string;

	constructor(prefix: string) {
		this.#prefix = `${prefix}:v1`;
	}

	/** hash: which life of this Redis the data belongs to; a Redis that lost its data has none */
	epoch = (): string => `${this.#prefix}:epoch`;
	/** string: the last write of a process, see `Marks` */
	mark = (id: string): string => this.#key('mark', id);
	/** string: a process moves what a file held into Redis */
	moving = (): string => `${this.#prefix}:moving`;
	/** set: every account that has a journal, for the sweep */
	accounts = (): string => `${this.#prefix}:accounts`;

	/** hash: `epoch`, `seq`, `fence`, `state`, `begun` (its line of states, by token), `seeded` (put back after a loss), `was` (data of this epoch, unread since) */
	account = (account: AccountId): string => this.#key('account', account);
	/** stream: the entries; the id is `<seq>-0` */
	journal = (account: AccountId): string => this.#key('journal', account);
	/** hash by seq: what is held for a wait, and what a wait consumed */
	held = (account: AccountId): string => this.#key('held', account);
	/** sorted set: event id, by the time it was recorded */
	seen = (account: AccountId): string => this.#key('seen', account);
	/** sorted set: chat id, by its newest provider time */
	chats = (account: AccountId): string => this.#key('chats', account);
	/** string: somebody sweeps this account now */
	sweeping = (account: AccountId): string => this.#key('sweeping', account);

	/** set: the account's consumers */
	consumersOf = (account: AccountId): string => this.#key('consumers', account);
	/** hash: `account`, `record`, `watermark`, `emits` (a counter) */
	consumer = (id: string): string => this.#key('consumer', id);
	/** sorted set of done numbers above the watermark */
	acknowledged = (id: string): string => this.#key('acknowledged', id);
	/** hash by emit key */
	emits = (id: string): string => this.#key('emits', id);
	/** hash by number: what limits took away unread, until it has been told */
	gaps = (id: string): string => this.#key('gaps', id);

	/** hash of one intent */
	intent = (key: string): string => this.#key('intent', key);
	/** sorted set: every intent of an account, by its expiry */
	intentsOf = (account: AccountId): string => this.#key('intents', account);

	/** hash by wait id */
	waitsOf = (account: AccountId): string => this.#key('waits', account);
	/** string: the wait's account */
	wait = (id: string): string => this.#key('wait', id);

	/** hash by name: `<expires at or empty>|<JSON>` */
	values = (owner: AccountId | SessionKey): string => this.#key('values', owner);
	/** sorted set by time: points taken of one window; '' is the account's own */
	pace = (owner: AccountId | SessionKey, window: string): string => `${this.#key('pace', owner)}${window}`;
	/** sorted set: chat id, by when it may be written to again */
	paceChats = (owner: AccountId | SessionKey): string => this.#key('pacechats', owner);
	/** hash by name: until when the provider wants to be left alone */
	pauses = (owner: AccountId | SessionKey): string => this.#key('pauses', owner);
	/** hash by name: sealed */
	secrets = (owner: AccountId | SessionKey): string => this.#key('secrets', owner);
	/** string: the session's account */
	session = (session: SessionKey): string => this.#key('session', session);
	/** set: sessions that led to an account */
	sessionsOf = (account: AccountId): string => this.#key('sessions', account);

	/** hash: `holder`, `expires`, `token`, `life` (ms); a reader's lease stands with the account it fences */
	lease = (name: string): string => {
		const account = accountOfReaderLease(name);
		return account === null ? this.#key('lease', name) : this.#key('reader', account);
	};

	/** sorted set: every process that can be called, by when it was last seen */
	processes = (): string => `${this.#prefix}:processes`;
	/** stream: calls to the process that holds a session, or answers to the process that asked */
	inbox = (name: string): string => this.#key('inbox', name);

	/** A brace in a name would end the tag early; `%` keeps the spelling reversible. */
	#key(kind: string, tag: string): string {
		return `${this.#prefix}:${kind}:{${tag.replace(/[%{}]/g, encodeURIComponent)}}`;
	}
}

/** The session a lease is of, or null for any other lease. */
export function sessionOfLease(name: string): SessionKey | null {
	return behind(sessionLeaseName(''), name);
}

/** The account whose appends a lease fences, or null for any other lease. */
export function accountOfReaderLease(name: string): AccountId | null {
	return behind(readerLeaseName(''), name);
}

/** The consumer whose position a lease is of, or null for any other lease. */
export function consumerOfLease(name: string): string | null {
	return behind(consumerLeaseName(''), name);
}

function behind(before: string, name: string): string | null {
	return name.startsWith(before) ? name.slice(before.length) : null;
}
