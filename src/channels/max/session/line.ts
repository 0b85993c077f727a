import type { ChannelError, Clock, Json } from '../../../contract';
import { CMD, CodecError, type IncomingFrame, type Outgoing, type OutgoingFrame } from '../codec';
import { connectionLost, timedOut } from '../errors';
import { OP } from '../opcodes';
import type { MaxSettings } from '../settings';
import { openTransport, type Transport } from '../transport';
import { PendingRequests } from './pending';

export interface LineOptions {
	settings: MaxSettings;
	endpoint: URL;
	clock: Clock;
	assertOwner: () => void;
	signal: AbortSignal;
	/** a push, server pings excepted */
	push(frame: IncomingFrame): void;
	/** the connection is gone, once */
	closed(reason: ChannelError): void;
	stray(frame: IncomingFrame): void;
}

/** One connection from its first byte to its last: requests and replies, pings both ways, silence. */
export class Line {
	readonly #options: LineOptions;
	readonly #pending = new PendingRequests();
	readonly #stop = new AbortController();
	#transport: Transport | null = null;
	#heardAt: number;
	/** acknowledgements of this turn: they leave in one write */
	#acknowledged: OutgoingFrame[] = [];
	#cancelPing: (() => void) | undefined;
	/** the service answers a ping that shows whether it is there: not before SESSION_INIT */
	#mayProbe = false;
	/** such a ping is under way */
	#probing = false;

	private constructor(options: LineOptions) {
		this.#options = options;
		this.#heardAt = options.clock.monotonic();
	}

	/** @throws whatever the network says; nothing stays open then */
	static async open(options: LineOptions): Promise<Line> {
		const line = new Line(options);
		const { settings, endpoint, clock, assertOwner, signal } = options;
		line.#transport = await openTransport[settings.transport]({
			settings,
			endpoint,
			clock,
			assertOwner,
			signal,
			events: {
				frame: (frame) => line.#frame(frame),
				heard: () => {
					line.#heardAt = clock.monotonic();
				},
				closed: (reason) => line.#closed(reason),
			},
		});
		return line;
	}

	/** One request; settles with its reply, a refusal, the time-out, the signal or the end of the connection. */
	exchange(opcode: number, payload: Outgoing, signal: AbortSignal, timeoutMs: number): Promise<Json> {
		if (signal.aborted) return Promise.reject(signal.reason as Error);
		const { clock } = this.#options;
		const sentAt = clock.monotonic();
		return new Promise<Json>((resolve, reject) => {
			const settle = (): void => {
				cancelTimer();
				signal.removeEventListener('abort', onAbort);
				this.#pending.remove(seq);
			};
			const fail = (error: Error): void => {
				settle();
				reject(error);
			};
			const onAbort = (): void => fail(signal.reason as Error);
			const late = (): void => {
				const alive = this.#heardAt > sentAt;
				fail(timedOut(timeoutMs, opcode, alive));
				// Not one byte since the request left: half-open. Waiting for the silence limit would only take longer.
				if (!alive) this.#destroy(new Error('the service has gone silent'));
			};
			let cancelTimer = clock.after(timeoutMs / 2, () => {
				cancelTimer = clock.after(timeoutMs / 2, late);
				// A server may leave a request it does not know unanswered: that is no reason to give the connection up.
				if (this.#heardAt <= sentAt && opcode !== OP.ping) this.#probe();
			});
			const seq = this.#pending.add(
				opcode,
				(reply) => {
					settle();
					resolve(reply);
				},
				fail,
			);
			signal.addEventListener('abort', onAbort, { once: true });
			try {
				this.#mustTransport().send({ cmd: CMD.request, seq, opcode, payload });
			} catch (error) {
				fail(error as Error);
				// The lease is gone: nothing may leave on this connection any more.
				if (!(error instanceof CodecError)) this.#destroy(error as Error);
			}
		});
	}

	/** Answers a push (`cmd` 1, same seq and opcode); all answers of one turn of the event loop leave together. */
	acknowledge(seq: number, opcode: number, payload: Outgoing): void {
		if (this.#stop.signal.aborted) return;
		this.#acknowledged.push({ cmd: CMD.reply, seq, opcode, payload });
		if (this.#acknowledged.length === 1) void Promise.resolve().then(() => this.#sendAcknowledgements());
	}

	#sendAcknowledgements(): void {
		const frames = this.#acknowledged;
		this.#acknowledged = [];
		if (this.#stop.signal.aborted) return;
		try {
			this.#mustTransport().send(...frames);
		} catch (error) {
			this.#destroy(error as Error);
		}
	}

	/** SESSION_INIT was answered. */
	greeted(): void {
		this.#mayProbe = true;
	}

	/** Pings from now on (the official app sends none before LOGIN) and cuts a connection that has gone silent. */
	keepAlive(): void {
		const { clock, settings } = this.#options;
		this.#cancelPing = clock.after(settings.pingMs, () => {
			if (this.#stop.signal.aborted) return;
			if (clock.monotonic() - this.#heardAt >= settings.silenceMs) {
				this.#destroy(new Error('the service has gone silent'));
				return;
			}
			void this.#ping();
			if (!this.#stop.signal.aborted) this.keepAlive();
		});
	}

	#probe(): void {
		if (this.#probing || !this.#mayProbe || this.#stop.signal.aborted) return;
		this.#probing = true;
		void this.#ping().finally(() => (this.#probing = false));
	}

	#ping(): Promise<unknown> {
		const { interactive, requestMs } = this.#options.settings;
		return this.exchange(OP.ping, { interactive }, this.#stop.signal, requestMs).catch(() => undefined);
	}

	/** Ends it; nothing is told any more. */
	cut(): void {
		if (this.#stop.signal.aborted) return;
		this.#silence(connectionLost(new Error('the connection was cut'), true));
		this.#transport?.close();
	}

	#frame(frame: IncomingFrame): void {
		if (this.#stop.signal.aborted) return;
		if (frame.cmd !== CMD.request) {
			if (!this.#pending.settle(frame)) this.#options.stray(frame);
		} else if (frame.opcode === OP.ping) {
			// The web client answers with an empty cmd 1.
			this.acknowledge(frame.seq, OP.ping, null);
		} else this.#options.push(frame);
	}

	#closed(reason: Error): void {
		if (this.#stop.signal.aborted) return;
		const lost = connectionLost(reason, true);
		this.#silence(lost);
		this.#options.closed(lost);
	}

	#silence(reason: ChannelError): void {
		this.#cancelPing?.();
		this.#stop.abort(reason);
		this.#pending.rejectAll(reason);
	}

	#destroy(reason: Error): void {
		this.#transport?.destroy(reason);
	}

	#mustTransport(): Transport {
		if (this.#transport === null || this.#stop.signal.aborted)
			throw connectionLost(new Error('the connection is gone'), false);
		return this.#transport;
	}
}
