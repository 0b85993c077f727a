import type { Clock } from '../../contract';
import { BoundedMap } from '../../runtime';
import type { RedisConnection } from '../connection';
import type { Keys } from '../keys';
import { INBOX_KEEP_MS } from '../lifetimes';
import { integer } from '../replies';
import { inbox as scripts } from '../scripts';

/** Unread messages in an inbox at most, and what others put into it without asking. */
const MOST_UNREAD = 1_000;
/**
 * Where there was room for a group, so many messages that go alone are put without asking, within this time (ms): the
 * script that asks takes Redis five times as long as the message itself. As many more than allowed may be unread then, of
 * each process.
 */
const UNASKED = { messages: 32, ms: 60_000, inboxes: 1_000 };
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
	readonly #clock: Pick<Clock, 'monotonic'>;
	/** by address: how many more may go there unasked */
	readonly #unasked = new BoundedMap<{ left: number }>(UNASKED.inboxes, UNASKED.ms);

	constructor(commands: RedisConnection, keys: Keys, clock: Pick<Clock, 'monotonic'>) {
		this.#commands = commands;
		this.#keys = keys;
		this.#clock = clock;
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
		const inbox = this.#keys.inbox(address);
		const envelopes = group.map(({ envelope }) => envelope);
		try {
			const [first = '', ...more] = envelopes;
			const taken =
				more.length === 0 && this.#mayGoUnasked(address)
					? await this.#put(inbox, first)
					: await this.#ask(address, inbox, envelopes);
			for (const [index, message] of group.entries()) message.taken(index < taken);
		} catch (error) {
			this.#unasked.delete(address);
			for (const { failed } of group) failed(error);
		}
	}

	#mayGoUnasked(address: string): boolean {
		const unasked = this.#unasked.get(address, this.#clock.monotonic());
		if (unasked === undefined || unasked.left === 0) return false;
		unasked.left -= 1;
		return true;
	}

	/** @returns how many, from the first on, have found room */
	async #ask(address: string, inbox: string, envelopes: readonly string[]): Promise<number> {
		const args = [MOST_UNREAD, INBOX_KEEP_MS, ...envelopes];
		const taken = integer(await this.#commands.run(scripts.post, [inbox], args));
		if (taken < envelopes.length) this.#unasked.delete(address);
		else this.#unasked.set(address, { left: UNASKED.messages }, this.#clock.monotonic());
		return taken;
	}

	/** Its reader may be gone, and its inbox with it: what is made anew must not stay. Both leave in one write. */
	async #put(inbox: string, envelope: string): Promise<number> {
		const put = this.#commands.call('XADD', inbox, '*', 'm', envelope);
		this.#commands.call('PEXPIRE', inbox, INBOX_KEEP_MS).catch(() => undefined);
		await put;
		return 1;
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
