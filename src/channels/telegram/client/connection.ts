import { ChannelError, type Budget, type Clock, type Logger, type Random } from '../../../contract';
import { backoffMs, providerRequest } from '../../../runtime';
import {
	endsSession,
	isUnknownElsewhere,
	isServerFault,
	sessionEnded,
	telegramError,
	unreachable,
	waitOfFamily,
} from '../errors';
import { isOnce, RpcFailure, type Link, type LinkEvents } from '../seam';
import type { SessionData } from '../sessions';
import { int, isTlObject, child, type TlObject, type TlValue } from '../tl';
import type { EngineInput } from '../updates/types';
import { channelAsked } from '../updates/unpack';
import { familyOf, FloodGate, patienceWith } from './flood-gate';

export interface ConnectionOptions {
	session: SessionData;
	makeLink(session: SessionData, events: LinkEvents): Link;
	clock: Clock;
	random: Random;
	logger: Logger;
	budget: Budget;
	/** what moves the update engine, in the order it came */
	onInput(input: EngineInput): void;
	/** every answer and push: people and chats are learned from it */
	learn(payload: TlObject): void;
	onState(state: ConnectionState): void;
	/** Telegram ended the session for good */
	onEnded(error: ChannelError): void;
	connectMs: number;
	requestMs: number;
}

export type ConnectionState = 'connecting' | 'live' | 'waiting' | 'ended' | 'closed';

export interface CallContext {
	signal?: AbortSignal | undefined;
	timeoutMs?: number;
	dcId?: number;
	/** a result that is an `Updates` object and this message, for `updateShortSentMessage`, which shows none */
	sentMessage?: (short: TlObject) => TlObject;
}

const RECONNECT = { firstMs: 1_000, maxMs: 60_000 };
/** A 500 is repeated this often; sends carry their random id, so a repeat is none. */
const SERVER_TRIES = 3;
const SERVER_PAUSE = { firstMs: 500, maxMs: 4_000 };

/**
 * One session's connection: opens it, builds a new client when the old one is dead, gives every request a deadline and
 * hands its results to the update engine. Requests wait for a connection within their own deadline.
 */
export class TelegramConnection {
	readonly #options: ConnectionOptions;
	readonly #gate: FloodGate;
	readonly #closing = new AbortController();
	#link: Link | null = null;
	#session: SessionData;
	#state: ConnectionState = 'connecting';
	#ended: ChannelError | null = null;
	#reconnects = 0;
	#failures = 0;
	#inFlight = 0;
	#waiters = new Set<() => void>();
	#cancelRetry: (() => void) | null = null;
	/** late callbacks of an old client compare it and leave */
	#epoch = 0;

	constructor(options: ConnectionOptions) {
		this.#options = options;
		this.#session = options.session;
		this.#gate = new FloodGate(options.clock);
	}

	get state(): ConnectionState {
		return this.#state;
	}
	get reconnects(): number {
		return this.#reconnects;
	}
	get inFlight(): number {
		return this.#inFlight;
	}
	get session(): SessionData {
		return this.#link?.session() ?? this.#session;
	}

	/** The first connection. @throws ChannelError `unreachable`, `session_ended`; nothing stays open then */
	async open(signal: AbortSignal): Promise<void> {
		try {
			await this.#within(this.#dial(), this.#options.connectMs * 3, signal, 'Connecting to Telegram');
		} catch (error) {
			await this.close();
			throw this.#ended ?? telegramError(error);
		}
	}

	/**
	 * One request. Results move the update engine, people in them are learned.
	 * @throws ChannelError
	 */
	async call(request: TlObject, context: CallContext = {}): Promise<TlValue> {
		const family = familyOf(request._);
		const patience = patienceWith(family);
		const maxWaitMs = Math.max(context.timeoutMs ?? this.#options.requestMs, patience.ms);
		let waits = 0;
		for (let tries = 1; ; tries += 1) {
			await this.#gate.pass(family, context.signal, maxWaitMs);
			try {
				const result = await this.#callOnce(request, context);
				this.#take(request, result, context);
				return result;
			} catch (error) {
				const elsewhere = context.dcId !== undefined && context.dcId !== this.session.dc;
				if (endsSession(error, elsewhere)) throw this.#end(telegramError(error));
				if (elsewhere && isUnknownElsewhere(error)) throw unreachable(error);
				const wait = waitOfFamily(error);
				if (wait !== null) {
					this.#gate.close(family, wait * 1000);
					this.#options.budget.pause(family, wait * 1000);
					// It is sat out at the gate, where others wait, too.
					if (wait * 1000 <= patience.ms && (waits += 1) <= patience.times) {
						tries -= 1;
						continue;
					}
				}
				if (!isServerFault(error) || tries >= SERVER_TRIES || !mayRepeat(request._, error))
					throw telegramError(error);
				await this.#options.clock.sleep(backoffMs(tries, SERVER_PAUSE, this.#options.random), context.signal);
			}
		}
	}

	async object(request: TlObject, context: CallContext = {}): Promise<TlObject> {
		const result = await this.call(request, context);
		if (isTlObject(result)) return result;
		throw new ChannelError('unexpected_answer', `Telegram answered ${request._} with something else`, {
			channel: 'telegram',
		});
	}

	async switchDc(dcId: number): Promise<void> {
		await this.#link?.switchDc(dcId);
		this.#session = this.session;
	}

	/** Leaves this session alone and goes on with another: after a login the key is in other hands. */
	async restart(session: SessionData): Promise<void> {
		this.#session = session;
		await this.#dial();
	}

	/** After a logout: the session is over, and nothing is tried with its key again. */
	endedByUser(): void {
		this.#end(sessionEnded('This account was logged out'));
	}

	async close(): Promise<void> {
		if (this.#closing.signal.aborted) return;
		this.#closing.abort(
			new ChannelError('cancelled', 'The connection is being closed', { channel: 'telegram' }),
		);
		this.#epoch += 1;
		this.#cancelRetry?.();
		this.#setState(this.#ended === null ? 'closed' : 'ended');
		await this.#drop();
	}

	async #callOnce(request: TlObject, { signal, timeoutMs, dcId }: CallContext): Promise<TlValue> {
		const ms = timeoutMs ?? this.#options.requestMs;
		this.#inFlight += 1;
		try {
			const run = async (): Promise<TlValue> => {
				const link = await this.#connected();
				const { clock, logger } = this.#options;
				return providerRequest({ channel: 'telegram', request: request._, clock, logger }, () =>
					link.invoke(request, dcId),
				);
			};
			return await this.#within(run(), ms, signal, request._);
		} finally {
			this.#inFlight -= 1;
		}
	}

	#take(request: TlObject, result: TlValue, { sentMessage }: CallContext): void {
		if (!isTlObject(result)) return;
		const { onInput, learn } = this.#options;
		learn(result);
		if (result._ === 'updateShortSentMessage' && sentMessage !== undefined) {
			const { pts, pts_count: count } = result;
			onInput({
				kind: 'updates',
				payload: {
					_: 'updateShort',
					date: int(result, 'date') ?? 0,
					update: { _: 'updateNewMessage', message: sentMessage(result), pts, pts_count: count },
				},
			});
		} else if (/^update(s|Short|sCombined|sTooLong)/.test(result._) && !result._.startsWith('updates.')) {
			onInput({ kind: 'updates', payload: result });
		} else if (/^messages\.affected/.test(result._)) {
			onInput({
				kind: 'affected',
				channel: channelAsked(request),
				pts: int(result, 'pts') ?? 0,
				ptsCount: int(result, 'pts_count') ?? 0,
			});
		} else if (/^messages\.(invitedUsers|chatInviteJoinResultOk)$/.test(result._)) {
			const updates = child(result, 'updates');
			if (updates !== null) {
				learn(updates);
				onInput({ kind: 'updates', payload: updates });
			}
		}
	}

	async #dial(): Promise<void> {
		const epoch = ++this.#epoch;
		this.#setState('connecting');
		await this.#drop();
		const current = (): boolean => epoch === this.#epoch;
		const { onInput, learn, logger } = this.#options;
		const link = this.#options.makeLink(this.#session, {
			updates: (payload) => {
				if (!current()) return;
				learn(payload);
				onInput({ kind: 'updates', payload });
			},
			undecodable: () => {
				if (current()) onInput({ kind: 'unreadable' });
			},
			state: (state) => {
				if (current()) this.#onLinkState(state);
			},
			log: (level, message) => logger.debug('telegram library', { level, message }),
		});
		this.#link = link;
		await link.connect();
		if (!current()) return;
		this.#session = link.session();
		this.#failures = 0;
		this.#setState('live');
	}

	#onLinkState(state: Parameters<LinkEvents['state']>[0]): void {
		if (state === 'lost') this.#end(sessionEnded('Telegram no longer knows the key of this session'));
		else if (state === 'broken') this.#retryLater();
		else if (state === 'disconnected') {
			if (this.#state === 'live') {
				this.#reconnects += 1;
				this.#setState('connecting');
			}
		} else if (this.#state === 'connecting' && this.#link?.connected === true) {
			this.#setState('live');
			this.#options.onInput({ kind: 'interrupted' });
		}
	}

	/** The library has given up on this client: a new one, after a pause that grows. */
	#retryLater(): void {
		if (this.#closing.signal.aborted || this.#cancelRetry !== null) return;
		this.#failures += 1;
		this.#reconnects += 1;
		this.#setState('waiting');
		const { clock, random, logger } = this.#options;
		this.#cancelRetry = clock.after(Math.max(1_000, backoffMs(this.#failures, RECONNECT, random)), () => {
			this.#cancelRetry = null;
			this.#dial().then(
				() => this.#options.onInput({ kind: 'interrupted' }),
				(error: unknown) => {
					logger.debug('telegram: still not connected', { error: String(error) });
					this.#retryLater();
				},
			);
		});
	}

	#end(error: ChannelError): ChannelError {
		if (this.#ended === null && !this.#closing.signal.aborted) {
			this.#ended = error;
			this.#options.onEnded(error);
			void this.close();
		}
		return error;
	}

	async #drop(): Promise<void> {
		const link = this.#link;
		this.#link = null;
		await link?.close();
	}

	#setState(state: ConnectionState): void {
		if (this.#state === state) return;
		this.#state = state;
		this.#options.onState(state);
		for (const wake of [...this.#waiters]) wake();
	}

	async #connected(): Promise<Link> {
		for (;;) {
			if (this.#ended !== null) throw this.#ended;
			this.#closing.signal.throwIfAborted();
			const link = this.#link;
			// While connecting, the library queues; what it cannot deliver it rejects when the client is given up.
			if (link !== null && this.#state !== 'waiting') return link;
			await new Promise<void>((resolve) => {
				const wake = (): void => {
					this.#waiters.delete(wake);
					resolve();
				};
				this.#waiters.add(wake);
			});
		}
	}

	/** The library gives no request a deadline: one that is given up here may still be answered, and is ignored then. */
	#within<T>(work: Promise<T>, ms: number, signal: AbortSignal | undefined, what: string): Promise<T> {
		const { promise, resolve, reject } = Promise.withResolvers<T>();
		work.then(resolve, reject);
		const cancel = this.#options.clock.after(ms, () => {
			const message = `${what} was not answered within ${String(Math.round(ms / 1000))} s`;
			reject(
				this.#state === 'live'
					? new ChannelError('timeout', message, { channel: 'telegram', retry: 'now' })
					: unreachable(new Error(message)),
			);
		});
		const outer = [signal, this.#closing.signal].filter((one) => one !== undefined);
		const abort = (): void => {
			reject(this.#ended ?? outer.find((one) => one.aborted)?.reason);
		};
		for (const one of outer) {
			if (one.aborted) abort();
			else one.addEventListener('abort', abort, { once: true });
		}
		return promise.finally(() => {
			cancel();
			for (const one of outer) one.removeEventListener('abort', abort);
		});
	}
}

/** A server that failed may have done it all the same. AUTH_RESTART says that it has not. */
function mayRepeat(method: string, error: unknown): boolean {
	return !isOnce(method) || (error instanceof RpcFailure && error.type === 'AUTH_RESTART');
}
