import type { Clock } from '../../contract';
import { Login, type Done, type LoginStep, type Way } from '../../login';
import type { Pool } from '../../pool';
import { internationalNumber } from './countries';
import type { Limits } from './limits';
import { failed, refusedRequest, refusedTry, restarted, stepped, type PageState } from './page-state';
import { problemOf, type Problem } from './problem';

export type Fields = Readonly<Record<string, unknown>>;

export interface VisitServices {
	pool: Pick<Pool, 'lease'>;
	clock: Clock;
	limits: Limits;
	/** of the credential chosen in the node */
	fields: Fields;
	/** a failure nobody can explain to the visitor */
	unexplained(error: unknown): void;
}

/** How a click ended. */
export type Outcome =
	{ kind: 'page'; state: PageState } | { kind: 'done'; done: Done; state: PageState } | { kind: 'cancelled' };

/** Least time between two questions whether the picture was scanned, whoever asks. ms */
const LOOK_EVERY_MS = 2_000;

/** What the buttons of the pages do: an action and its fields become a step of the login, and a new state. */
export class Visit {
	readonly #services: VisitServices;
	#state: PageState;

	constructor(state: PageState, services: VisitServices) {
		this.#state = state;
		this.#services = services;
	}

	async act(action: string, field: (name: string) => string): Promise<Outcome> {
		switch (action) {
			case 'poll':
				return this.#look();
			case 'way':
				return this.#choose(field('value'));
			case 'application':
				this.#state = {
					...this.#state,
					application: { apiId: field('apiId'), apiHash: field('apiHash') },
					problem: null,
				};
				return this.#page();
			case 'phone':
				return this.#askCode(field('country'), field('phone'));
			case 'resend':
				return this.#askAgain();
			case 'email':
				return this.#giveEmail(field('email'));
			case 'address':
				return this.#askAddress();
			case 'code':
				return this.#tryCode(field('code'));
			case 'password':
				return this.#tryPassword(field('password'));
			case 'cancel':
				await this.cancel();
				return { kind: 'cancelled' };
			default:
				return this.#page();
		}
	}

	/** Takes back what is under way; a messenger that is away has nothing to take back. */
	async cancel(): Promise<void> {
		const { step } = this.#state;
		if (step === null) return;
		await this.#login()
			.cancel(step)
			.catch((error: unknown) => this.#services.unexplained(error));
	}

	async #look(): Promise<Outcome> {
		const { step, way, askedAt } = this.#state;
		const now = this.#services.clock.now();
		if (way !== 'qr' || (step !== null && step.kind !== 'qr')) return this.#page();
		if (now - askedAt < LOOK_EVERY_MS) return this.#page();
		if (step === null || (step.expiresAt !== null && step.expiresAt <= now))
			return this.#step((login) => login.getQr());
		return this.#step((login) => login.checkQr(step));
	}

	async #choose(way: string): Promise<Outcome> {
		const chosen: Way = way === 'phone' ? 'phone' : 'qr';
		if (!this.#state.ways.includes(chosen)) return this.#page();
		await this.cancel();
		this.#state = restarted(this.#state, chosen);
		return chosen === 'qr' ? this.#look() : this.#page();
	}

	async #askCode(country: string, typed: string): Promise<Outcome> {
		this.#state = { ...this.#state, typed: { ...this.#state.typed, country, phone: typed.slice(0, 32) } };
		const phone = internationalNumber(country, typed);
		if (phone === null) return this.#refused({ topic: 'invalid_phone', seconds: null });
		return this.#request((login) => login.requestCode(phone));
	}

	#giveEmail(typed: string): Promise<Outcome> {
		const { step } = this.#state;
		if (step?.kind !== 'email') return this.#page();
		const email = typed.trim().slice(0, 254);
		this.#state = { ...this.#state, typed: { ...this.#state.typed, email } };
		if (!/^[^@\s]+@[^@\s]+$/.test(email)) return this.#refused({ topic: 'invalid_email', seconds: null });
		return this.#request((login) => login.setUpEmail(step, email));
	}

	/** Back to the address: the code did not come, or not to the right one. */
	#askAddress(): Promise<Outcome> {
		const { step } = this.#state;
		if (step?.kind !== 'code' || step.address === null) return this.#page();
		const { phone, token } = step;
		this.#state = { ...this.#state, step: { kind: 'email', phone, token }, problem: null };
		return this.#page();
	}

	async #askAgain(): Promise<Outcome> {
		const { step } = this.#state;
		if (step?.kind !== 'code') return this.#page();
		return this.#request((login) => login.resendCode(step));
	}

	/** A code is asked for only here, and only because a person pressed a button. */
	async #request(ask: (login: Login) => Promise<LoginStep>): Promise<Outcome> {
		const problem =
			refusedRequest(this.#state, this.#services.clock.now()) ?? (await this.#services.limits.count('code'));
		if (problem !== null) return this.#refused(problem);
		this.#state = { ...this.#state, requests: this.#state.requests + 1 };
		return this.#step(ask);
	}

	#tryCode(typed: string): Promise<Outcome> {
		const { step } = this.#state;
		const code = typed.replace(/\D/g, '');
		if (step?.kind !== 'code') return this.#page();
		if (!/^\d{3,10}$/.test(code)) return this.#refused({ topic: 'invalid_code', seconds: null });
		return this.#try((login) => login.checkCode(step, code));
	}

	#tryPassword(password: string): Promise<Outcome> {
		const { step } = this.#state;
		if (step?.kind !== 'password' || password === '') return this.#page();
		return this.#try((login) => login.checkPassword(step, password));
	}

	#try(check: (login: Login) => Promise<LoginStep>): Promise<Outcome> {
		const problem = refusedTry(this.#state);
		return problem === null ? this.#step(check) : this.#refused(problem);
	}

	async #step(take: (login: Login) => Promise<LoginStep>): Promise<Outcome> {
		const { clock } = this.#services;
		try {
			const step = await take(this.#login());
			if (step.kind === 'done') return { kind: 'done', done: step, state: this.#state };
			this.#state = stepped(this.#state, step, clock.now());
		} catch (error) {
			const problem = problemOf(error, this.#state.messenger);
			if (problem.topic === 'other') this.#services.unexplained(error);
			const { step } = this.#state;
			// A picture that is too old is no failure: the next look gets another.
			if (problem.topic === 'code_expired' && step?.kind === 'qr')
				this.#state = { ...this.#state, step: null };
			else this.#state = { ...failed(this.#state, problem), askedAt: this.#lookAgainAt(problem) };
		}
		return this.#page();
	}

	/** A messenger that asks to wait is not asked again by the page on its own before that. */
	#lookAgainAt({ topic, seconds }: Problem): number {
		const waits = topic === 'flood' ? (seconds ?? 60) * 1000 : topic === 'unreachable' ? 8_000 : 0;
		return this.#services.clock.now() + waits;
	}

	#refused(problem: Problem): Promise<Outcome> {
		this.#state = { ...this.#state, problem };
		return this.#page();
	}

	#page(): Promise<Outcome> {
		return Promise.resolve({ kind: 'page', state: this.#state });
	}

	#login(): Login {
		const { messenger, way, loginId, application } = this.#state;
		const fields = { ...this.#services.fields, ...application };
		return new Login(this.#services.pool, { messenger, way, fields, id: loginId });
	}
}
