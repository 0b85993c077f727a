import type { RedisConnection } from '../connection';
import type { Keys } from '../keys';
import { INBOX_KEEP_MS } from '../lifetimes';
import { integer } from '../replies';
import { inbox as scripts } from '../scripts';

/** Unread messages in an inbox at most. */
const MOST_UNREAD = 1_000;
/** What is sent to one inbox in one go: a script stops everything else in Redis while it runs. */
const AT_ONCE = { messages: 100, characters: 512 * 1024 };

interface Waiting {
	envelope: string;
	taken(found: boolean): void;
	failed(error: unknown): void;
}

/**
 * Messages on their way to other processes' inboxes. The first to an inbox goes at once; what is posted while it is under
 * way goes together when that has been answered, in order. One call alone waits for nothing, and many share their way.
 */
export class Outbox {
	readonly #commands: RedisConnection;
	readonly #keys: Keys;
	/** by address, while something is under way to it */
	readonly #waiting = new Map<string, Waiting[]>();

	constructor(commands: RedisConnection, keys: Keys) {
		this.#commands = commands;
		this.#keys = keys;
	}

	/** @returns whether there was room for it. @throws ChannelError `store_unavailable` */
	post(address: string, envelope: string): Promise<boolean> {
		return new Promise((taken, failed) => {
			const message = { envelope, taken, failed };
			const waiting = this.#waiting.get(address);
			if (waiting !== undefined) waiting.push(message);
			else void this.#sendAll(address, message);
		});
	}

	async #sendAll(address: string, first: Waiting): Promise<void> {
		const waiting: Waiting[] = [];
		this.#waiting.set(address, waiting);
		for (let group = [first]; group.length > 0; group = cut(waiting)) await this.#send(address, group);
		this.#waiting.delete(address);
	}

	async #send(address: string, group: readonly Waiting[]): Promise<void> {
		const args = [MOST_UNREAD, INBOX_KEEP_MS, ...group.map(({ envelope }) => envelope)];
		try {
			const taken = integer(await this.#commands.run(scripts.post, [this.#keys.inbox(address)], args));
			for (const [index, message] of group.entries()) message.taken(index < taken);
		} catch (error) {
			for (const { failed } of group) failed(error);
		}
	}
}

/** Takes the next group out. */
function cut(waiting: Waiting[]): Waiting[] {
	let [count, characters] = [0, 0];
	for (const { envelope } of waiting) {
		characters += envelope.length;
		if (count > 0 && (count === AT_ONCE.messages || characters > AT_ONCE.characters)) break;
		count += 1;
	}
	return waiting.splice(0, count);
}
