import type { AccountId, Clock, Store } from '../../contract';
import { RecentSet } from '../../runtime';

/** A send may be echoed before its answer arrives; the echo waits for the open send at most this long. */
const HOLD_MS = 30_000;
/** How long our own messages are recognised: recovery reaches back days. */
const REMEMBER_MS = 7 * 24 * 3_600_000;
const REMEMBERED = 5_000;

/** Which messages this package sent, so that their echo says `sent_by: node` and not `device`. */
export class OwnSends {
	readonly #store: Store;
	readonly #account: AccountId;
	readonly #clock: Clock;
	readonly #known = new RecentSet(REMEMBERED);
	readonly #open = new Map<string, Set<Promise<void>>>();

	constructor(store: Store, account: AccountId, clock: Clock) {
		this.#store = store;
		this.#account = account;
		this.#clock = clock;
	}

	/** Marks a send to the chat as under way; the returned function ends it. */
	begin(chatId: string): () => void {
		const { promise, resolve } = Promise.withResolvers<void>();
		const sends = this.#open.get(chatId) ?? new Set();
		sends.add(promise);
		this.#open.set(chatId, sends);
		return () => {
			sends.delete(promise);
			if (sends.size === 0) this.#open.delete(chatId);
			resolve();
		};
	}

	/** Known at once here; noted for a restart, and for other processes, within milliseconds. */
	remember(chatId: string, messageId: string): void {
		const key = ownKey(chatId, messageId);
		this.#known.add(key);
		// Without it an echo after a restart says `device`: what hinders it stands in the store's condition.
		this.#store.putValue(this.#account, key, 1, REMEMBER_MS, { beside: true }).catch(() => undefined);
	}

	async isOwn(chatId: string, messageId: string): Promise<boolean> {
		const key = ownKey(chatId, messageId);
		if (this.#known.has(key)) return true;
		const open = [...(this.#open.get(chatId) ?? [])];
		if (open.length > 0) {
			const done = new AbortController();
			await Promise.race([Promise.all(open), this.#clock.sleep(HOLD_MS, done.signal).catch(() => undefined)]);
			done.abort();
			if (this.#known.has(key)) return true;
		}
		return (await this.#store.getValue(this.#account, key)) !== undefined;
	}
}

function ownKey(chatId: string, messageId: string): string {
	return `own:${chatId}:${messageId}`;
}
