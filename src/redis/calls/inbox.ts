import type { Clock, Logger } from '../../contract';
import { Scope } from '../../runtime';
import type { RedisConnection } from '../connection';
import { INBOX_KEEP_MS } from '../lifetimes';
import { integer, list, text } from '../replies';
import { inbox as scripts } from '../scripts';
import { watchAnswer } from './overdue';
import { readEnvelope, type Envelope, type Message } from './wire';

/** How long one read waits in Redis, ms of Redis' own clock. */
const BLOCK_MS = 5_000;
/** A read that is not answered for this much longer is looked into, ms. */
const LATE_MS = 1_000;
/** Answers that come closer together than this are watched as one, ms: a timer for each would cost more than the answer. */
const WATCH_EVERY_MS = 1_000;
const AT_ONCE = 100;
/** The one group, and its one reader. */
const GROUP = 'reader';
/**
 * Reads that stand in Redis one behind the other, and how few are left when more are sent: a message finds one waiting,
 * and neither it nor its answer pays for asking for the next.
 */
const READS = { most: 32, least: 8 };
/**
 * What was read is taken out once it is this much, or this long after the first of it (ms): a deletion for each message
 * would nearly double what a call costs.
 */
const READ_KEPT = { messages: 64, bytes: 16 * 1024 };
const TAKE_OUT_MS = 100;
const RETRY_MS = 200;
/** A read that took this much longer than it may: the process was suspended, and what it finds may be old. ms */
const AWAY_MS = 1_000;

export interface InboxOptions {
	key: string;
	/** reading waits inside Redis: nothing else can go over this connection */
	reading: RedisConnection;
	sending: RedisConnection;
	clock: Clock;
	logger: Logger;
	/** in the order in which they were posted */
	receive(messages: readonly Envelope[]): void;
	/** Redis has answered a read: every few seconds at least while it is there */
	answered(): void;
}

/**
 * The stream of messages to this process, which only this process reads. Redis remembers what it has handed out (a
 * consumer group with one reader), so that reads can stand in line there; what was handed out and did not arrive is read
 * again, from what arrived last on. What was read is taken out a few messages at a time.
 */
export class Inbox {
	readonly #options: InboxOptions;
	readonly #scope = new Scope();
	#loop: Promise<void> = Promise.resolve();
	/** the last message that arrived */
	#after = '0';
	/** arrived and still in the stream */
	#read: { ids: string[]; bytes: number } = { ids: [], bytes: 0 };
	#cancelTakeOut: (() => void) | undefined;
	/** may there be old messages, since this process was away? */
	#wasAway = false;

	constructor(options: InboxOptions) {
		this.#options = options;
	}

	/** Reads from now on. What is received is not read again, so whoever receives must be there by now. */
	begin(): void {
		this.#loop = this.#readAll();
	}

	/** Nothing is received any more. The stream is the caller's to delete. */
	async end(reason: unknown): Promise<void> {
		await this.#scope.end(reason);
		this.#cancelTakeOut?.();
	}

	/** Resolves after `end`, and once the reading connection has been given up. */
	get ended(): Promise<void> {
		return this.#loop;
	}

	async #readAll(): Promise<void> {
		const { clock, reading, key } = this.#options;
		while (!this.#scope.ended) {
			const reads: Promise<unknown>[] = [];
			try {
				await reading.run(scripts.begin, [key], [this.#after, INBOX_KEEP_MS, GROUP]);
				await this.#readOn(reads);
			} catch {
				this.#wasAway = true;
				// Said by the connection. Messages stay in the stream; whatever still waits must not take any.
				if (reads.length > 0 && !this.#scope.ended) reading.reconnect();
				await Promise.allSettled(reads);
				await clock.sleep(RETRY_MS, this.#scope.signal).catch(() => undefined);
			}
		}
	}

	/** @param reads those that stand in line; left to the caller when one fails */
	async #readOn(reads: Promise<unknown>[]): Promise<void> {
		const { clock } = this.#options;
		let watchedAt = clock.monotonic();
		let endWatch = this.#expectAnswer();
		try {
			for (let asked = watchedAt; !this.#scope.ended;) {
				if (reads.length <= READS.least) this.#askAhead(reads);
				const reply = await reads[0];
				void reads.shift();
				const now = clock.monotonic();
				if (now - asked > BLOCK_MS + AWAY_MS) this.#wasAway = true;
				asked = now;
				if (now - watchedAt >= WATCH_EVERY_MS) {
					endWatch();
					watchedAt = now;
					endWatch = this.#expectAnswer();
				}
				if (this.#scope.ended) return;
				this.#options.answered();
				if (reply !== null) await this.#take(list(list(list(reply)[0])[1]));
			}
		} finally {
			endWatch();
		}
	}

	#askAhead(reads: Promise<unknown>[]): void {
		const { reading, key } = this.#options;
		while (reads.length < READS.most) {
			const read = reading.call(
				...['XREADGROUP', 'GROUP', GROUP, GROUP, 'COUNT', AT_ONCE, 'BLOCK', BLOCK_MS],
				...['NOACK', 'STREAMS', key, '>'],
			);
			read.catch(() => undefined);
			reads.push(read);
		}
	}

	async #take(entries: readonly unknown[]): Promise<void> {
		const understood: { id: string; envelope: Envelope }[] = [];
		for (const entry of entries) {
			const [found, fields] = list(entry);
			const id = text(found);
			const written = text(list(fields)[1]);
			this.#after = id;
			this.#read.ids.push(id);
			this.#read.bytes += written.length;
			const envelope = readEnvelope(written);
			if (envelope !== null) understood.push({ id, envelope });
		}
		if (this.#read.ids.length >= READ_KEPT.messages || this.#read.bytes >= READ_KEPT.bytes) this.#takeOut();
		else this.#cancelTakeOut ??= this.#options.clock.after(TAKE_OUT_MS, () => this.#takeOut());
		if (understood.length < entries.length) {
			this.#options.logger.warn(
				'a message of another process was not understood: is it another version of this package?',
			);
		}
		const now = this.#wasAway ? await serverTime(this.#options.sending) : 0;
		this.#wasAway = false;
		const fresh = understood.filter(
			({ id, envelope }) => !isOver(envelope.message, now - Number.parseInt(id, 10)),
		);
		this.#options.receive(fresh.map(({ envelope }) => envelope));
	}

	/** Gives the reading connection up when it is dead. @returns to be called with the answer */
	#expectAnswer(): () => void {
		const { clock, reading, sending } = this.#options;
		const withinMs = WATCH_EVERY_MS + BLOCK_MS + LATE_MS;
		return watchAnswer({ withinMs, clock, serverTime: () => serverTime(sending) }, () => reading.reconnect());
	}

	/** Does not wait for it: what is left over by a failure is taken out by the inbox's end of life. */
	#takeOut(): void {
		this.#cancelTakeOut?.();
		this.#cancelTakeOut = undefined;
		const { ids } = this.#read;
		this.#read = { ids: [], bytes: 0 };
		if (ids.length === 0) return;
		this.#options.sending.call('XDEL', this.#options.key, ...ids).catch(() => undefined);
	}
}

/** Redis' own time, ms since 1970. */
async function serverTime(commands: RedisConnection): Promise<number> {
	const [seconds, micros] = list(await commands.call('TIME')).map(integer);
	return (seconds ?? 0) * 1_000 + Math.floor((micros ?? 0) / 1_000);
}

/** A call whose caller has given up: done now, it would be done a second time. */
function isOver(message: Message, ageMs: number): boolean {
	return message.type === 'call' && ageMs > message.timeoutMs;
}
