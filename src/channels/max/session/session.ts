import { ChannelError, type DriverServices, type Json } from '../../../contract';
import { abortable, backoffMs, Scope } from '../../../runtime';
import type { IncomingFrame, Outgoing } from '../codec';
import { connectFailure, connectionLost, ConnectionError, loggedOut, notLoggedIn } from '../errors';
import { object, text } from '../json';
import { OP } from '../opcodes';
import type { MaxSettings } from '../settings';
import type { LoginReply, SyncMarkers } from './greeting';
import { Line } from './line';
import { Login } from './login';
import { Outage } from './outage';
import type { Push, RequestOptions, SessionListener } from './port';
import { redirectedEndpoint } from './redirect';
import { Renewal } from './renewal';
import { Requests } from './requests';
import { transition, type SessionEffect, type SessionEvent, type SessionState } from './session.machine';

/** The driver around the machine: one account's connection, kept open until closed or ended by the service. */
export class Session {
	readonly deviceId: string;
	readonly #settings: MaxSettings;
	readonly #services: DriverServices;
	readonly #login: Login;
	readonly #outage: Outage;
	readonly #renewal: Renewal;
	readonly #scope: Scope;
	readonly #requests: Requests;
	readonly #opened = Promise.withResolvers<LoginReply | null>();
	#listener: SessionListener | undefined;
	#state: SessionState = { at: 'idle' };
	/** resolved and replaced whenever the state changes */
	#changed = Promise.withResolvers<void>();
	/** counts connections: what an earlier one still tells is not listened to */
	#epoch = 0;
	#line: Line | null = null;
	#endpoint: URL;
	#wasOpen = false;
	#logins = 0;
	#reply: LoginReply | null = null;
	/** pushes that came while LOGIN was under way */
	#early: Push[] | null = null;

	constructor(settings: MaxSettings, services: DriverServices, deviceId: string) {
		this.deviceId = deviceId;
		this.#settings = settings;
		this.#services = services;
		this.#endpoint = settings.endpoint;
		this.#login = new Login(settings, services, deviceId);
		this.#outage = new Outage(services);
		this.#renewal = new Renewal(services.clock);
		this.#scope = new Scope(services.logger);
		this.#requests = new Requests(settings, services, {
			state: () => this.#state,
			line: () => this.#line,
			changed: () => this.#changed.promise,
			lastError: () => this.#outage.lastError,
			renew: (line, reason) => this.#renew(line, reason),
			signal: this.#scope.signal,
		});
		this.#opened.promise.catch(() => undefined);
	}

	get state(): SessionState['at'] {
		return this.#state.at;
	}
	/** LOGINs after the first */
	get reconnects(): number {
		return Math.max(0, this.#logins - 1);
	}
	get inFlight(): number {
		return this.#requests.inFlight;
	}
	/** The fingerprint bytes of this connection, for AUTH_REQUEST. */
	get fingerprint(): Uint8Array | undefined {
		return this.#login.fingerprint;
	}
	get markers(): SyncMarkers {
		return this.#login.markers;
	}

	listen(listener: SessionListener): void {
		this.#listener = listener;
	}

	/** Connects for the first time; null = no token, the connection is greeted only. @throws ChannelError why not */
	async open(signal: AbortSignal): Promise<LoginReply | null> {
		this.#dispatch({ type: 'start' });
		try {
			return await abortable(this.#opened.promise, signal);
		} catch (error) {
			await this.close();
			throw error;
		}
	}

	/** One request and its reply, over as many connections as it takes. @throws ChannelError */
	request(opcode: number, payload: Outgoing, options: RequestOptions = {}): Promise<Json> {
		return this.#requests.ask(opcode, payload, options);
	}

	/** A token another reply than LOGIN's handed out. */
	async learnToken(token: string | null): Promise<void> {
		await this.#login.token?.learn(token);
	}

	/** The person logged out: nothing is tried again. */
	endedByUser(): void {
		this.#dispatch({ type: 'failed', error: loggedOut() });
	}

	async close(): Promise<void> {
		this.#dispatch({ type: 'close' });
		const closing = new ChannelError('cancelled', 'The connection to MAX is being closed', {
			channel: 'max',
			retry: 'now',
		});
		this.#opened.reject(closing);
		await this.#scope.end(closing);
	}

	#dispatch(event: SessionEvent): void {
		const { minMs: firstMs, maxMs } = this.#settings.reconnect;
		const before = this.#state;
		const { state, effects } = transition(before, event, {
			hasToken: this.#login.token !== null,
			backoffMs: (attempt) => backoffMs(attempt, { firstMs, maxMs }, this.#services.random),
		});
		this.#state = state;
		for (const effect of effects) this.#perform(effect);
		if (state === before) return;
		this.#changed.resolve();
		this.#changed = Promise.withResolvers();
	}

	#perform(effect: SessionEffect): void {
		switch (effect.do) {
			case 'connect':
				void this.#attempt(++this.#epoch, (epoch) => this.#connect(epoch));
				return;
			case 'greet':
				void this.#attempt(this.#epoch, (epoch) => this.#greet(epoch));
				return;
			case 'login':
				void this.#attempt(this.#epoch, (epoch) => this.#enter(epoch));
				return;
			case 'cut':
				this.#epoch += 1;
				this.#early = null;
				this.#line?.cut();
				this.#line = null;
				return;
			case 'wait':
				this.#wait(effect.ms);
				return;
			case 'announceLive':
				this.#announceLive();
				return;
			case 'announceGreeted':
				this.#wasOpen = true;
				this.#opened.resolve(null);
				return;
			case 'fail':
				if (this.#wasOpen) this.#outage.failed(effect.error);
				this.#opened.reject(effect.error);
				return;
			case 'announceDown':
				this.#outage.failed(effect.error);
				this.#services.logger.info('max: the connection was lost', { reason: effect.error.message });
				this.#listener?.down(effect.error);
				return;
			case 'announceEnd': {
				const { error } = effect;
				const hint = error.hint === undefined ? {} : { hint: error.hint };
				this.#services.accountState({ state: 'ended', reason: error.message, error, ...hint });
			}
		}
	}

	/** A step of the way in; its failure is the connection's, whatever it was. */
	async #attempt(epoch: number, step: (epoch: number) => Promise<void>): Promise<void> {
		try {
			await step(epoch);
		} catch (error) {
			if (epoch === this.#epoch) this.#dispatch({ type: 'failed', error: connectionLost(error, false) });
		}
	}

	async #connect(epoch: number): Promise<void> {
		await this.#login.awaitLimit(this.#wasOpen, this.#scope.signal);
		if (epoch !== this.#epoch) return;
		const line = await this.#openLine(epoch);
		if (epoch !== this.#epoch) {
			line.cut();
			return;
		}
		this.#line = line;
		this.#dispatch({ type: 'connected' });
	}

	async #openLine(epoch: number): Promise<Line> {
		try {
			return await Line.open({
				settings: this.#settings,
				endpoint: this.#endpoint,
				clock: this.#services.clock,
				assertOwner: () => this.#services.assertOwner(),
				signal: this.#scope.signal,
				push: (frame) => this.#push(epoch, frame),
				closed: (error) => {
					if (epoch === this.#epoch) this.#dispatch({ type: 'failed', error });
				},
				stray: ({ opcode, cmd }) =>
					this.#services.logger.debug('max: a reply nobody waits for', { opcode, cmd }),
			});
		} catch (error) {
			// A host that a RECONNECT push named and that does not answer is forgotten.
			this.#endpoint = this.#settings.endpoint;
			throw connectFailure(error);
		}
	}

	async #greet(epoch: number): Promise<void> {
		const line = this.#mustLine();
		await this.#login.greet(line, this.#scope.signal);
		line.greeted();
		if (epoch === this.#epoch) this.#dispatch({ type: 'greeted' });
	}

	async #enter(epoch: number): Promise<void> {
		const { token } = this.#login;
		if (token === null) throw notLoggedIn();
		this.#early = [];
		const reply = await this.#login.enter(this.#mustLine(), token, this.#scope.signal);
		if (epoch !== this.#epoch) return;
		this.#reply = reply;
		this.#dispatch({ type: 'loggedIn' });
	}

	#announceLive(): void {
		const reply = this.#reply;
		const early = this.#early ?? [];
		this.#reply = null;
		this.#early = null;
		if (reply === null) return;
		this.#logins += 1;
		this.#wasOpen = true;
		this.#outage.over();
		this.#mustLine().keepAlive();
		this.#opened.resolve(reply);
		this.#listener?.live(reply);
		for (const push of early) this.#listener?.push(push);
	}

	#wait(ms: number): void {
		const epoch = this.#epoch;
		this.#services.clock.sleep(ms, this.#scope.signal).then(
			() => {
				if (epoch === this.#epoch) this.#dispatch({ type: 'retry' });
			},
			() => undefined,
		);
	}

	#push(epoch: number, { opcode, seq, payload, unreadable }: IncomingFrame): void {
		const line = this.#line;
		if (line === null || epoch !== this.#epoch) return;
		if (opcode === OP.reconnect) {
			const host = text(object(payload)?.['redirectHost']);
			this.#endpoint = redirectedEndpoint(this.#settings.endpoint, host, this.#settings.redirectDomains);
			this.#services.logger.info('max: the service asks to reconnect');
			this.#dispatch({ type: 'redirect' });
			return;
		}
		if (opcode === OP.logout) {
			this.#dispatch({ type: 'failed', error: loggedOut() });
			return;
		}
		const acknowledge = (answer: Outgoing): void => {
			if (!this.#requests.careful) line.acknowledge(seq, opcode, answer);
		};
		const push: Push = { opcode, seq, payload, unreadable, acknowledge };
		if (this.#early !== null) this.#early.push(push);
		else if (this.#state.at === 'live') this.#listener?.push(push);
	}

	#renew(line: Line, reason: ChannelError): boolean {
		// Somebody else's request has given it up already.
		if (line !== this.#line) return this.#state.at !== 'ended' && this.#state.at !== 'closed';
		if (this.#state.at !== 'live' || !this.#renewal.take()) return false;
		this.#dispatch({ type: 'failed', error: reason });
		return true;
	}

	#mustLine(): Line {
		if (this.#line === null) throw new ConnectionError('unreachable', 'MAX is not connected', false);
		return this.#line;
	}
}
