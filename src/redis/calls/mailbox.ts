import { ChannelError, type Clock, type Logger } from '../../contract';
import { correlation, Scope, traceparent } from '../../runtime';
import { RedisConnection } from '../connection';
import type { Keys } from '../keys';
import { INBOX_KEEP_MS } from '../lifetimes';
import { texts } from '../replies';
import { inbox as scripts } from '../scripts';
import type { RedisSettings } from '../settings';
import { Inbox } from './inbox';
import { Outbox } from './outbox';
import { writeEnvelope, type Envelope, type Message } from './wire';

/** Between two looks whether an inbox has room again, ms. */
const FULL_WAIT_MS = 20;
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
 * Messages between processes: one stream per process, which only that process reads. It is bounded, and forgotten soon
 * after its process is gone. A message that was posted is delivered once, unless its reader dies with it.
 */
export class Mailbox {
	readonly #options: MailboxOptions;
	readonly #sending: RedisConnection;
	/** reading waits inside Redis: nothing else can go over this connection */
	readonly #reading: RedisConnection;
	readonly #outbox: Outbox;
	readonly #scope = new Scope();
	readonly #inbox: Inbox;
	/** monotonic ms */
	#appearedAt = -Infinity;

	private constructor(options: MailboxOptions, sending: RedisConnection, reading: RedisConnection) {
		this.#options = options;
		this.#sending = sending;
		this.#outbox = new Outbox(sending, options.keys, options.clock);
		this.#reading = reading;
		const { clock, logger, keys, address } = options;
		this.#inbox = new Inbox({
			...{ key: keys.inbox(address), reading, sending, clock, logger },
			receive: options.receive,
			answered: () => this.#stay(),
		});
	}

	static async open(options: MailboxOptions): Promise<Mailbox> {
		const { settings, clock, logger } = options;
		const shared = { settings, clock, logger };
		const sending = await RedisConnection.open({ ...shared, name: 'messenger-accounts:outbox' });
		try {
			const name = 'messenger-accounts:inbox';
			const reading = await RedisConnection.open({ ...shared, name, blocking: true });
			return new Mailbox(options, sending, reading);
		} catch (error) {
			await sending.close();
			throw error;
		}
	}

	/** From now on messages are received, and others know that this process is there. Before it, nobody would take them. */
	async begin(): Promise<void> {
		this.#inbox.begin();
		await this.#appear().catch(() => undefined);
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

	/** Shows that this process is still there, now and then. */
	#stay(): void {
		const { clock, keys, address } = this.#options;
		if (clock.monotonic() - this.#appearedAt < APPEAR_MS - 1) return;
		this.#appear().catch(() => undefined);
		this.#sending.call('PEXPIRE', keys.inbox(address), INBOX_KEEP_MS).catch(() => undefined);
	}

	async close(): Promise<void> {
		if (this.#scope.ended) return this.#scope.end();
		const reason = new ChannelError('cancelled', 'The calls between processes are closed.');
		await this.#scope.end(reason);
		await this.#inbox.end(reason);
		const { keys, address } = this.#options;
		await Promise.all([
			this.#sending.call('ZREM', keys.processes(), address),
			this.#sending.call('DEL', keys.inbox(address)),
		]).catch(() => undefined);
		this.#reading.abandon();
		await Promise.all([this.#sending.close(), this.#reading.close(), this.#inbox.ended]);
	}
}
