import type { AccountId } from '../contract';

/** A group is sent when it is this much: Redis works on it while the next is gathered, and stops for nobody long. */
const GROUP = { events: 200, characters: 8 * 1024 };

/** One append as the script takes it, and who waits for it. */
export interface Append {
	token: number;
	/** the life of Redis its reader believes in */
	epoch: string;
	/** when it was asked for, ms since 1970 */
	now: number;
	/** '' = unchanged, else JSON */
	state: string;
	events: number;
	/** of all events one after another */
	fields: (string | number)[];
	/** of the texts among them, about */
	characters: number;
	/** `numbers`: those of the whole group, see `append` in the scripts; this append's begin at `from` */
	done(numbers: readonly number[], from: number): void;
	failed(error: unknown): void;
}

interface Waiting {
	group: Append[];
	events: number;
	characters: number;
}

/** Writes appends of one token and epoch in one step, all or none. @returns a number per event */
export type WriteGroup = (account: AccountId, group: readonly Append[]) => Promise<number[]>;

/**
 * Appends on their way to Redis. What is asked for an account in one go, or while an append of it is under way, is written
 * together, in the order in which it was asked for: most of what an append costs is the same for one event and for fifty.
 * Whoever sends anything else flushes first, so that nothing overtakes an append.
 */
export class AppendQueue {
	readonly #write: WriteGroup;
	readonly #waiting = new Map<AccountId, Waiting>();
	/** how many groups of an account are under way */
	readonly #underWay = new Map<AccountId, number>();
	#flushPlanned = false;
	/** a group is just being handed to the connection: what waits for other accounts need not go before it */
	#sending = false;

	constructor(write: WriteGroup) {
		this.#write = write;
	}

	add(account: AccountId, append: Append): void {
		const [first] = this.#waiting.get(account)?.group ?? [];
		if (first !== undefined && (first.token !== append.token || first.epoch !== append.epoch))
			this.#flushOne(account);
		const waiting = this.#waiting.get(account) ?? { group: [], events: 0, characters: 0 };
		this.#waiting.set(account, waiting);
		waiting.group.push(append);
		waiting.events += append.events;
		waiting.characters += append.characters;
		if (waiting.events >= GROUP.events || waiting.characters >= GROUP.characters) this.#flushOne(account);
		else if (!this.#underWay.has(account)) this.#planFlush();
	}

	/** Sends everything that waits, before this returns. */
	flush(): void {
		if (this.#waiting.size === 0 || this.#sending) return;
		for (const account of [...this.#waiting.keys()]) this.#flushOne(account);
	}

	#planFlush(): void {
		if (this.#flushPlanned) return;
		this.#flushPlanned = true;
		queueMicrotask(() => {
			this.#flushPlanned = false;
			for (const account of [...this.#waiting.keys()])
				if (!this.#underWay.has(account)) this.#flushOne(account);
		});
	}

	#flushOne(account: AccountId): void {
		const waiting = this.#waiting.get(account);
		if (waiting === undefined) return;
		this.#waiting.delete(account);
		this.#sending = true;
		void this.#send(account, waiting.group);
		this.#sending = false;
	}

	async #send(account: AccountId, group: readonly Append[]): Promise<void> {
		this.#underWay.set(account, (this.#underWay.get(account) ?? 0) + 1);
		try {
			const numbers = await this.#write(account, group);
			let from = 0;
			for (const append of group) {
				append.done(numbers, from);
				from += append.events;
			}
		} catch (error) {
			for (const { failed } of group) failed(error);
		} finally {
			const left = (this.#underWay.get(account) ?? 1) - 1;
			if (left > 0) this.#underWay.set(account, left);
			else this.#underWay.delete(account);
			if (left === 0) this.#flushOne(account);
		}
	}
}
