import type { DriverServices, Json } from '../../../contract';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const NAME = 'logins';

export interface LoginLimits {
	/** 0 = no limit */
	perMinute: number;
	perHour: number;
}

/** ms until another LOGIN keeps both limits. Pure. @param times of earlier LOGINs, ms, ascending */
export function loginWaitMs(times: readonly number[], now: number, limits: LoginLimits): number {
	return Math.max(
		waitFor(times, now, limits.perMinute, MINUTE_MS),
		waitFor(times, now, limits.perHour, HOUR_MS),
	);
}

function waitFor(times: readonly number[], now: number, limit: number, windowMs: number): number {
	if (limit === 0) return 0;
	const recent = times.filter((time) => time > now - windowMs && time <= now);
	const first = recent[recent.length - limit];
	return first === undefined ? 0 : first + windowMs - now;
}

/**
 * LOGINs of this session, counted in the store before they are sent: a process that is started again and again cannot
 * burn the session (30–50 LOGINs in a short time cost one account its token).
 */
export class LoginLimit {
	readonly #services: Pick<DriverServices, 'values' | 'clock'>;
	readonly #limits: LoginLimits;

	constructor(services: Pick<DriverServices, 'values' | 'clock'>, limits: LoginLimits) {
		this.#services = services;
		this.#limits = limits;
	}

	async waitMs(): Promise<number> {
		return loginWaitMs(await this.#times(), this.#services.clock.now(), this.#limits);
	}

	async count(): Promise<void> {
		const now = this.#services.clock.now();
		const recent = (await this.#times()).filter((time) => time > now - HOUR_MS);
		await this.#services.values.put(NAME, [...recent, now], HOUR_MS);
	}

	async #times(): Promise<number[]> {
		const stored: Json | undefined = await this.#services.values.get(NAME);
		return Array.isArray(stored) ? stored.filter((time): time is number => typeof time === 'number') : [];
	}
}
