import { ChannelError, type Clock, type Logger } from '../../contract';
import { correlation, nextTurn, Scope, traceparent } from '../../runtime';
import { RedisConnection } from '../connection';
import type { Keys } from '../keys';
import { integer, list, text, texts } from '../replies';
import { inbox as scripts } from '../scripts';
import type { RedisSettings } from '../settings';
import { Outbox } from './outbox';
import { watchAnswer } from './overdue';
import { readEnvelope, writeEnvelope, type Envelope, type Message } from './wire';

const FULL_WAIT_MS = 20;
/** How long one read waits in Redis, ms of Redis' own clock. */
const BLOCK_MS = 5_000;
/** A read that is not answered for this much longer is looked into, ms. */
const LATE_MS = 1_000;
const AT_ONCE = 100;
/**
 * What was read is taken out once it is this much, or none has come for this long (ms): a deletion for each message would
 * nearly double what a call costs.
 */
const READ_KEPT = { messages: 64, bytes: 16 * 1024 };
const TAKE_OUT_MS = 100;
const RETRY_MS = 200;
/** A read that took this much longer than it may: the process was suspended, and what it finds may be old. ms */
const AWAY_MS = 1_000;

/** A process that was not seen for this long is not asked any more: six reads of its inbox. ms */
const SEEN_MS = 30_000;
/** How often it shows itself, ms. */
const APPEAR_MS = 5_000;

export interface MailboxOptions {
	settings: RedisSettings;
	keys: Keys;
	clock: Clock;
	logger: Logger;
	/** this process's name; unique for ever */
	address: string;
	/** in the order in which they were posted */
	receive(messages: readonly Envelope[]): void;
}

/**
 * Messages between processes: one stream per process, which only that process reads. What was read is taken out a few
 * messages at a time, and all of it when none has come for a moment; the stream is bounded, and forgotten soon after
 * its process is gone. A message that was posted is delivered once, unless its reader dies with it.
 */
export class Mailbox {
	readonly #options: MailboxOptions;
	readonly #sending: RedisConnection;
	/** reading waits inside Redis: nothing else can go over this connection */
	readonly #reading: RedisConnection;
	readonly #outbox: Outbox;
	readonly #scope = new Scope();
	readonly #loop: Promise<void>;
	/** read and still in the stream */
	#read: { ids: string[]; bytes: number } = { ids: [], bytes: 0 };
	/** monotonic ms */
	#appearedAt = -Infinity;

	private constructor(options: MailboxOptions, sending: RedisConnection, reading: RedisConnection) {
		this.#options = options;
		this.#sending = sending;
		this.#outbox = new Outbox(sending, options.keys);
		this.#reading = reading;
		this.#loop = this.#readAll();
	}

	static async open(options: MailboxOptions): Promise<Mailbox> {
		const { settings, clock, logger } = options;
		const shared = { settings, clock, logger };
		const sending = await RedisConnection.open({ ...shared, name: 'messenger-accounts:outbox' });
		try {
			const name = 'messenger-accounts:inbox';
			const reading = await RedisConnection.open({ ...shared, name, blocking: true });
			const mailbox = new Mailbox(options, sending, reading);
			await mailbox.#appear().catch(() => undefined);
			return mailbox;
		} catch (error) {
			await sending.close();
			throw error;
		}
	}

	/** For questions to Redis that belong to a call. */
	get commands(): RedisConnection {
		return this.#sending;
	}

	/** Under the id of what is being done. Waits while the other's inbox is full. @throws ChannelError `store_unavailable`; the signal's reason */
	async post(address: string, message: Message, signal?: AbortSignal): Promise<void> {
		const parent = message.type === 'call' ? traceparent() : undefined;
		const envelope = writeEnvelope({ message, correlation: correlation(), traceparent: parent });
		while (!(await this.#outbox.post(address, envelope))) {
			await this.#options.clock.sleep(
				FULL_WAIT_MS,
				AbortSignal.any([this.#scope.signal, ...(signal ? [signal] : [])]),
			);
		}
	}

	/** What need not arrive: an answer nobody may wait for, a cancellation. */
	postIfPossible(address: string, message: Message): void {
		this.post(address, message).catch((error: unknown) => {
			this.#options.logger.debug('a message to another process was lost', { error: String(error) });
		});
	}

	/** All other processes that were there within half a minute. */
	async others(): Promise<string[]> {
		return (await this.#appear()).filter((address) => address !== this.#options.address);
	}

	async #appear(): Promise<string[]> {
		const { keys, address, clock } = this.#options;
		this.#appearedAt = clock.monotonic();
		return texts(await this.#sending.run(scripts.appear, [keys.processes()], [address, SEEN_MS]));
	}

	async close(): Promise<void> {
		if (this.#scope.ended) return this.#scope.end();
		await this.#scope.end(new ChannelError('cancelled', 'The calls between processes are closed.'));
		const { keys, address } = this.#options;
		await Promise.all([
			this.#sending.call('ZREM', keys.processes(), address),
			this.#sending.call('DEL', keys.inbox(address)),
		]).catch(() => undefined);
		this.#reading.abandon();
		await Promise.all([this.#sending.close(), this.#reading.close(), this.#loop]);
	}

	async #readAll(): Promise<void> {
		const { clock, keys, address, logger } = this.#options;
		const key = keys.inbox(address);
		let after = '0';
		let failed = false;
		while (!this.#scope.ended) {
			const asked = clock.monotonic();
			if (asked - this.#appearedAt >= APPEAR_MS - 1) this.#appear().catch(() => undefined);
			const answered = this.#expectAnswer();
			try {
				const blockMs = this.#read.ids.length === 0 ? BLOCK_MS : TAKE_OUT_MS;
				const args = ['COUNT', AT_ONCE, 'BLOCK', blockMs, 'STREAMS', key, after];
				const reply = await this.#reading.call('XREAD', ...args);
				if (reply === null) this.#takeOut();
				if (reply === null || this.#scope.ended) continue;
				const entries = list(list(list(reply)[0])[1]).map((entry) => {
					const [id, fields] = list(entry);
					const written = text(list(fields)[1]);
					this.#read.ids.push(text(id));
					this.#read.bytes += written.length;
					return { id: text(id), envelope: readEnvelope(written) };
				});
				after = entries.at(-1)?.id ?? after;
				if (this.#read.ids.length >= READ_KEPT.messages || this.#read.bytes >= READ_KEPT.bytes)
					this.#takeOut();
				const understood = entries.flatMap(({ id, envelope }) =>
					envelope === null ? [] : [{ id, envelope }],
				);
				if (understood.length < entries.length) {
					logger.warn(
						'a message of another process was not understood: is it another version of this package?',
					);
				}
				const wasAway = failed || clock.monotonic() - asked > BLOCK_MS + AWAY_MS;
				const now = wasAway ? await this.#serverTime() : 0;
				failed = false;
				const fresh = understood.filter(
					({ id, envelope }) => !isOver(envelope.message, now - Number.parseInt(id, 10)),
				);
				this.#options.receive(fresh.map(({ envelope }) => envelope));
				// What is answered at once goes out before the next messages are asked for.
				await nextTurn();
			} catch {
				failed = true;
				// Said by the connection. Messages stay in the stream until it is back.
				await clock.sleep(RETRY_MS, this.#scope.signal).catch(() => undefined);
			} finally {
				answered();
			}
		}
	}

	/** Gives the reading connection up when it is dead. @returns to be called with the answer */
	#expectAnswer(): () => void {
		const { clock } = this.#options;
		const serverTime = () => this.#serverTime();
		return watchAnswer({ withinMs: BLOCK_MS + LATE_MS, clock, serverTime }, () => this.#reading.reconnect());
	}

	/** Does not wait for it: what is left over by a failure is taken out by the inbox's end of life. */
	#takeOut(): void {
		const { ids } = this.#read;
		this.#read = { ids: [], bytes: 0 };
		if (ids.length === 0) return;
		const { keys, address } = this.#options;
		this.#sending.call('XDEL', keys.inbox(address), ...ids).catch(() => undefined);
	}

	async #serverTime(): Promise<number> {
		const [seconds, micros] = list(await this.#sending.call('TIME')).map(integer);
		return (seconds ?? 0) * 1_000 + Math.floor((micros ?? 0) / 1_000);
	}
}

/** A call whose caller has given up: done now, it would be done a second time. */
function isOver(message: Message, ageMs: number): boolean {
	return message.type === 'call' && ageMs > message.timeoutMs;
}
