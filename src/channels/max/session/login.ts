import { ChannelError, type DriverServices, type Json } from '../../../contract';
import type { Outgoing } from '../codec';
import { endsSession } from '../refusal';
import { OP } from '../opcodes';
import type { MaxSettings } from '../settings';
import {
	fingerprintOf,
	loginPayload,
	mergeLogin2,
	NO_MARKERS,
	readGreeting,
	readLogin,
	sessionInit,
	type Greeting,
	type LoginReply,
	type SyncMarkers,
} from './greeting';
import type { Line } from './line';
import { LoginLimit } from './login-limit';
import { TokenKeeper } from './token';

/** ms `open` waits for the LOGIN limit; beyond, the caller is told how long it takes. The pool gives opening 60 s. */
const OPEN_PATIENCE_MS = 40_000;

/** The way in on a fresh connection: SESSION_INIT, and with a token LOGIN (in two parts where the service splits it). */
export class Login {
	readonly #settings: MaxSettings;
	readonly #services: DriverServices;
	readonly #deviceId: string;
	readonly #limit: LoginLimit;
	readonly #token: TokenKeeper | null;
	#greeting: Greeting = { callsSeed: null, mustUpdate: false };
	markers: SyncMarkers = { ...NO_MARKERS };

	constructor(settings: MaxSettings, services: DriverServices, deviceId: string) {
		this.#settings = settings;
		this.#services = services;
		this.#deviceId = deviceId;
		this.#limit = new LoginLimit(services, settings.logins);
		this.#token = settings.token === null ? null : new TokenKeeper(services, settings.token);
	}

	/** null = the credential holds no token: only the login operations work */
	get token(): TokenKeeper | null {
		return this.#token;
	}

	get fingerprint(): Uint8Array | undefined {
		return fingerprintOf(this.#settings.device, this.#deviceId, this.#greeting);
	}

	/**
	 * Waits until another LOGIN keeps the limits. @param patient a reconnect waits as long as it takes
	 * @throws ChannelError `rate_limited` with the wait
	 */
	async awaitLimit(patient: boolean, signal: AbortSignal): Promise<void> {
		if (this.#token === null) return;
		const waitMs = await this.#limit.waitMs();
		if (waitMs <= 0) return;
		if (!patient && waitMs > OPEN_PATIENCE_MS) {
			const seconds = String(Math.ceil(waitMs / 1000));
			throw new ChannelError('rate_limited', `MAX: the next login of this session is due in ${seconds} s`, {
				channel: 'max',
				retry: { afterMs: waitMs },
				hint: 'Many logins in a short time cost an account its session. The limits are in the credential.',
			});
		}
		await this.#services.clock.sleep(waitMs, signal);
	}

	async greet(line: Line, signal: AbortSignal): Promise<void> {
		const payload = sessionInit(this.#settings.device, this.#deviceId);
		this.#greeting = readGreeting(await this.#ask(line, OP.sessionInit, payload, signal));
		if (this.#greeting.mustUpdate)
			this.#services.logger.warn('max: the service calls this app version too old; raise App Version', {
				appVersion: this.#settings.device.appVersion,
			});
	}

	/** @throws ChannelError the service's refusal */
	async enter(line: Line, token: TokenKeeper, signal: AbortSignal): Promise<LoginReply> {
		const first = await this.#enterWith(line, token, signal);
		await token.learn(first.token);
		if (!first.split) return first;
		const { contacts, configHash } = this.markers;
		const second = { needProfile: true, contactsSync: contacts ?? -1, configHash: configHash ?? undefined };
		return mergeLogin2(first, await this.#ask(line, OP.login2, second, signal));
	}

	async #enterWith(line: Line, token: TokenKeeper, signal: AbortSignal): Promise<LoginReply> {
		const { device, chatsCount, interactive } = this.#settings;
		const payload = loginPayload({
			token: await token.current(),
			device,
			deviceId: this.#deviceId,
			greeting: this.#greeting,
			markers: this.markers,
			chatsCount,
			interactive,
		});
		await this.#limit.count();
		try {
			return readLogin(await this.#ask(line, OP.login, payload, signal));
		} catch (error) {
			if (!endsSession(error) || !(await token.fallBack())) throw error;
			throw new ChannelError('upstream_error', 'MAX refused the newer token; the credential’s own is tried', {
				channel: 'max',
				retry: 'now',
				cause: error,
			});
		}
	}

	#ask(line: Line, opcode: number, payload: Outgoing, signal: AbortSignal): Promise<Json> {
		return line.exchange(opcode, payload, signal, this.#settings.requestMs);
	}
}
