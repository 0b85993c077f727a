import { ChannelError, type DriverServices, type Json } from '../../../contract';
import { abortable, backoffMs, providerRequest } from '../../../runtime';
import type { Outgoing } from '../codec';
import { ConnectionError, notLoggedIn, UnansweredError } from '../errors';
import { OP } from '../opcodes';
import { answerTo } from '../refusal';
import type { MaxSettings } from '../settings';
import { FloodGate, slowDown } from './flood-gate';
import type { Line } from './line';
import type { RequestOptions } from './port';
import type { SessionState } from './session.machine';
import { Turns } from './turns';

/** ms a call waits for a reconnect under way before it says what is wrong */
const RECONNECT_PATIENCE_MS = 90_000;
/** times a request that broke off is asked, each on the next connection */
const TRIES = 5;
/** times a request is asked that stays without an answer on a connection that works */
const UNANSWERED_TRIES = 2;
/** times a request is asked that the service had trouble of its own with, and the pauses between them */
const REFUSALS = 3;
const REFUSAL_PAUSE = { firstMs: 1_000, maxMs: 10_000 };

/** Requests the service answers before LOGIN. */
const BEFORE_LOGIN: ReadonlySet<number> = new Set([
	OP.ping,
	OP.authRequest,
	OP.auth,
	OP.authConfirm,
	OP.authLoginCheckPassword,
	OP.getQr,
	OP.getQrStatus,
	OP.loginByQr,
]);

/** Where the session stands, as far as requests need to know. */
export interface SessionView {
	state(): SessionState;
	/** the connection that is open now */
	line(): Line | null;
	/** resolves at the next change of the state */
	changed(): Promise<void>;
	/** why there is no connection; null = not known */
	lastError(): ChannelError | null;
	/** Gives this connection up for a new one with a LOGIN of its own; false = that was tried lately. */
	renew(line: Line, reason: ChannelError): boolean;
	/** ends with the session */
	signal: AbortSignal;
}

/** Requests of one session: each waits for a connection that may carry it, and goes on over the next when one breaks. */
export class Requests {
	readonly #settings: MaxSettings;
	readonly #services: DriverServices;
	readonly #session: SessionView;
	readonly #gate = new FloodGate();
	readonly #turns: Turns;
	#inFlight = 0;

	constructor(settings: MaxSettings, services: DriverServices, session: SessionView) {
		this.#settings = settings;
		this.#services = services;
		this.#session = session;
		this.#turns = new Turns(services.clock, services.logger);
	}

	get inFlight(): number {
		return this.#inFlight;
	}

	/** Is every frame that is not needed better left out? */
	get careful(): boolean {
		return this.#turns.careful;
	}

	/** @throws ChannelError */
	async ask(opcode: number, payload: Outgoing, options: RequestOptions): Promise<Json> {
		const signal = options.signal ?? this.#session.signal;
		if (opcode !== OP.msgSend) this.#gate.assertOpen(opcode, this.#services.clock.monotonic());
		this.#inFlight += 1;
		try {
			let prepare = options.beforeFirstByte;
			let unanswered = false;
			for (let tries = 1; ; tries += 1) {
				let line = this.#line(opcode, signal) ?? (await this.#nextLine(opcode, signal));
				if (prepare !== undefined) {
					await prepare();
					prepare = undefined;
					line = this.#line(opcode, signal) ?? (await this.#nextLine(opcode, signal));
				}
				try {
					const exchange = () => this.#exchange(line, opcode, payload, signal, options.timeoutMs);
					const alone = unanswered || this.#turns.careful;
					const answer = await (alone ? this.#turns.take(signal, exchange) : exchange());
					if (unanswered) this.#turns.learn();
					this.#gate.open(opcode);
					return answer;
				} catch (error) {
					if (signal.aborted) throw error;
					if (answerTo(error) === 'slow down') throw this.#slowDown(error as ChannelError, opcode);
					unanswered = error instanceof UnansweredError;
					const most = unanswered ? UNANSWERED_TRIES : TRIES;
					const again = error instanceof ConnectionError && options.repeat !== false && tries < most;
					if (!again && !(await this.#afterRefusal(error, line, opcode, options, tries, signal))) throw error;
				}
			}
		} finally {
			this.#inFlight -= 1;
		}
	}

	/** Sends wait in the account's budget, where a pause is shown and held in all processes; others are refused here. */
	#slowDown({ message, providerCode }: ChannelError, opcode: number): ChannelError {
		const { budget, clock } = this.#services;
		const ms = this.#gate.close(opcode, clock.monotonic());
		if (opcode === OP.msgSend) budget.pause('default', ms);
		return slowDown(message, ms, providerCode);
	}

	/** Is a refused request to be asked again? Waits until then. A refusal for the connection's state has done nothing. */
	async #afterRefusal(
		error: unknown,
		line: Line,
		opcode: number,
		options: RequestOptions,
		tries: number,
		signal: AbortSignal,
	): Promise<boolean> {
		switch (answerTo(error)) {
			case 'repeat': {
				if (options.repeat === false || tries >= REFUSALS) return false;
				const { clock, random } = this.#services;
				await clock.sleep(backoffMs(tries, REFUSAL_PAUSE, random), signal);
				return true;
			}
			case 'relogin':
				return !BEFORE_LOGIN.has(opcode) && this.#session.renew(line, error as ChannelError);
			default:
				return false;
		}
	}

	#exchange(
		line: Line,
		opcode: number,
		payload: Outgoing,
		signal: AbortSignal,
		timeoutMs = this.#settings.requestMs,
	): Promise<Json> {
		const { clock, logger } = this.#services;
		return providerRequest({ channel: 'max', request: `opcode ${String(opcode)}`, clock, logger }, () =>
			line.exchange(opcode, payload, signal, timeoutMs),
		);
	}

	/** The line to use; null while a reconnect is under way. @throws ChannelError when there will be none */
	#line(opcode: number, signal: AbortSignal): Line | null {
		signal.throwIfAborted();
		const state = this.#session.state();
		if (state.at === 'ended') throw state.error;
		if (state.at === 'closed')
			throw new ChannelError('cancelled', 'The connection to MAX is closed', {
				channel: 'max',
				retry: 'now',
			});
		if (state.at !== 'live' && state.at !== 'greeted') return null;
		const line = this.#session.line();
		if (line !== null && state.at === 'greeted' && !BEFORE_LOGIN.has(opcode)) throw notLoggedIn();
		return line;
	}

	/** Waits for the line that comes after a reconnect. */
	async #nextLine(opcode: number, signal: AbortSignal): Promise<Line> {
		const { clock } = this.#services;
		const since = clock.monotonic();
		for (;;) {
			const left = RECONNECT_PATIENCE_MS - (clock.monotonic() - since);
			if (left <= 0)
				throw this.#session.lastError() ?? new ConnectionError('unreachable', 'MAX is not connected', false);
			await this.#change(left, signal);
			const line = this.#line(opcode, signal);
			if (line !== null) return line;
		}
	}

	async #change(maxMs: number, signal: AbortSignal): Promise<void> {
		const done = new AbortController();
		const late = this.#services.clock.sleep(maxMs, done.signal).catch(() => undefined);
		try {
			await abortable(Promise.race([this.#session.changed(), late]), signal);
		} finally {
			done.abort();
		}
	}
}
