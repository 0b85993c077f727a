import type { Dispatcher, FormData } from '#lib/undici';
import {
	ChannelError,
	type Budget,
	type DriverServices,
	type ErrorCode,
	type Json,
	type MediaOutput,
} from '../../../contract';
import { createDispatcher } from '../../../network';
import { abortable, providerRequest, Scope } from '../../../runtime';
import { namesToken, refusedInside } from '../error-body';
import { answerError, rateLimitOf, unexpectedAnswer } from '../errors';
import { isHtml, parseJson } from '../http/body';
import { download } from '../http/download';
import type { HttpAnswer, HttpRequest, Method } from '../http/exchange';
import { exchangeFollowing } from '../http/redirect';
import type { AvitoSettings } from '../settings';
import { createBreaker, type Breaker } from './breaker';
import { retryWaitMs, withRetry } from './retry';
import { TokenSource } from './token';

/** Sub-budgets of work nobody waits for, reconciliation and enrichment: neither takes the last place from a send. */
export const BACKGROUND = 'background';
export const ENRICHMENT = 'enrichment';

/** One request of the API, as `api/*` describes it. */
export interface ApiRequest {
	method: Method;
	path: string;
	query?: Record<string, string | number | boolean | undefined>;
	json?: Json;
	/** makes the multipart body anew for each try */
	form?: () => FormData;
	/** true: repeated on time-outs, 5xx and broken connections, not only on 429; never for what must not happen twice */
	repeatable: boolean;
	/** sub-budget; undefined = the account's own alone */
	bucket?: string;
	/** code of a 404 */
	notFound?: ErrorCode;
}

/** Who asks, and how long they are ready to wait. */
export interface RequestContext {
	signal: AbortSignal;
	/** ms to wait for our own budget, or for a pause Avito asks for; undefined = as long as the signal allows */
	budgetWaitMs?: number | undefined;
	/** reconciliation and enrichment */
	background?: boolean;
	/** the budget was already taken (`tryTake`) */
	prepaid?: boolean;
	/** for the least gap between sends to one chat */
	chatId?: string;
	/** awaited right before the first byte leaves, after every wait and refusal of our own */
	beforeFirstByte?: () => Promise<void>;
}

export interface ApiAnswer {
	status: number;
	/** undefined when the body is empty or not JSON */
	json: Json | undefined;
	text: string;
}

/**
 * Authorised requests of one client id: budget → circuit breaker → token → HTTP, with retry around what may be
 * repeated. The one place that knows the order of these.
 */
export class Session {
	readonly #settings: AvitoSettings;
	readonly #services: DriverServices;
	readonly #dispatcher: Dispatcher;
	readonly #breaker: Breaker;
	readonly #tokens: TokenSource;
	readonly #scope: Scope;
	#inFlight = 0;
	/** monotonic ms of the last renewal that did not help against a 403 */
	#futileRenewalAt = -Infinity;

	constructor(settings: AvitoSettings, services: DriverServices) {
		this.#settings = settings;
		this.#services = services;
		this.#dispatcher = createDispatcher(settings);
		this.#breaker = createBreaker(settings.breaker);
		this.#scope = new Scope(services.logger);
		this.#scope.add(() => this.#dispatcher.destroy());
		this.#tokens = new TokenSource({
			clock: services.clock,
			secrets: services.secrets,
			fetch: () => this.#fetchToken(),
		});
	}

	get inFlight(): number {
		return this.#inFlight;
	}

	/** Aborted when the session is closed. */
	get signal(): AbortSignal {
		return this.#scope.signal;
	}

	/** @throws ChannelError, see `answerError`; the signal's reason when aborted */
	request(request: ApiRequest, context: RequestContext): Promise<ApiAnswer> {
		const { repeatable } = request;
		return withRetry((attempt) => this.#attempt(request, context, attempt), {
			rules: { ...this.#settings.retry, repeatable, patienceMs: context.budgetWaitMs },
			clock: this.#services.clock,
			random: this.#services.random,
			signals: [context.signal, this.signal],
		});
	}

	/** Any status below 400 and its JSON. @throws ChannelError `unexpected_answer` when there is no JSON */
	async requestJson(request: ApiRequest, context: RequestContext): Promise<Json> {
		const { json } = await this.request(request, context);
		if (json === undefined) throw unexpectedAnswer(`no JSON from ${request.path.split('?')[0]}`);
		return json;
	}

	/** A file of a content server: same connections and proxy, no token, no budget. */
	download(url: string, signal: AbortSignal): Promise<MediaOutput> {
		this.#services.assertOwner();
		return download(url, {
			dispatcher: this.#dispatcher,
			clock: this.#services.clock,
			timeoutMs: this.#settings.timeoutMs,
			signal: AbortSignal.any([signal, this.signal]),
		});
	}

	/** Asks for a new token although the old one is good. */
	async renewToken(signal: AbortSignal): Promise<void> {
		const token = await abortable(this.#tokens.current(), signal);
		await abortable(this.#tokens.replace(token), signal);
	}

	/** Ends every request and connection. */
	close(): Promise<void> {
		return this.#scope.end(
			new ChannelError('cancelled', 'The connection to Avito is being closed', { channel: 'avito' }),
		);
	}

	async #attempt(request: ApiRequest, context: RequestContext, attempt: number): Promise<ApiAnswer> {
		const bucket = request.bucket ?? (context.background === true ? BACKGROUND : undefined);
		if (attempt > 1 || context.prepaid !== true) await this.#takeBudget(bucket, context);
		return this.#breaker.run(async () => {
			const answer = await this.#authorised(request, context);
			const limit = rateLimitOf(answer);
			if (answer.status < 400) {
				// The window's last place is gone: go on at the pace the limit means instead of running into a 429.
				if (limit?.remaining === 0) this.#pause(bucket, 60_000 / limit.perMinute);
				const json = parseJson(answer.text);
				if (json === undefined && isHtml(answer.text)) throw answerError(answer, { defaultWaitMs: 0 });
				return { status: answer.status, json, text: answer.text };
			}
			const error = answerError(answer, {
				defaultWaitMs: retryWaitMs(attempt, this.#settings.retry, this.#services.random),
				...(request.notFound === undefined ? {} : { notFound: request.notFound }),
			});
			if (error.code === 'flood_wait' && typeof error.retry === 'object')
				this.#pause(bucket, error.retry.afterMs);
			throw error;
		});
	}

	#takeBudget(bucket: string | undefined, context: RequestContext): Promise<void> {
		const take: Parameters<Budget['take']>[0] = { signal: context.signal };
		if (bucket !== undefined) take.bucket = bucket;
		if (context.chatId !== undefined) take.chatId = context.chatId;
		if (context.budgetWaitMs !== undefined) take.maxWaitMs = context.budgetWaitMs;
		return this.#services.budget.take(take);
	}

	/** Avito's limit counts for the section it was told for; messenger requests of both kinds share theirs. */
	#pause(bucket: string | undefined, ms: number): void {
		const own = bucket === undefined || bucket === BACKGROUND;
		for (const name of own ? ['default', BACKGROUND, ENRICHMENT] : [bucket])
			this.#services.budget.pause(name, ms);
	}

	/**
	 * An expired token answers 403 by the auth guide and 401 by the OpenAPI of other sections: after either one other
	 * token is tried, once. If that is refused too, it is a matter of permission, and a 403 within the next minute is
	 * not answered with yet another token, unless it says that the token is the trouble.
	 */
	async #authorised(request: ApiRequest, context: RequestContext): Promise<HttpAnswer> {
		const token = this.#tokens.atHand ?? (await abortable(this.#tokens.current(), context.signal));
		if (context.beforeFirstByte !== undefined) await context.beforeFirstByte();
		const first = await this.#send(request, context.signal, token);
		if ((first.status !== 401 && first.status !== 403) || isHtml(first.text)) return first;
		const now = this.#services.clock.monotonic();
		const hopeless = first.status === 403 && now - this.#futileRenewalAt < 60_000;
		if (hopeless && !namesToken(first.text)) return first;
		const other = await abortable(this.#tokens.replace(token), context.signal);
		await this.#takeBudget(request.bucket, context);
		const second = await this.#send(request, context.signal, other);
		if (second.status === 403) this.#futileRenewalAt = now;
		return second;
	}

	async #send(request: ApiRequest, signal: AbortSignal, token: string): Promise<HttpAnswer> {
		const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: 'application/json' };
		if (request.json !== undefined) headers['content-type'] = 'application/json';
		const body = request.form?.() ?? (request.json === undefined ? undefined : JSON.stringify(request.json));
		const path = withQuery(request.path, request.query);
		const { method } = request;
		const answer = await this.#exchange(
			body === undefined ? { method, path, headers } : { method, path, headers, body },
			signal,
		);
		const refused = answer.status < 400 ? refusedInside(answer.text) : null;
		return refused === null ? answer : { ...answer, status: refused };
	}

	#fetchToken(): Promise<HttpAnswer> {
		const form = new URLSearchParams({
			grant_type: 'client_credentials',
			client_id: this.#settings.clientId,
			client_secret: this.#settings.clientSecret,
		});
		const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
		return withRetry(
			async (attempt) => {
				await this.#services.budget.take({ bucket: 'token', signal: this.signal });
				const answer = await this.#exchange(
					{ method: 'POST', path: this.#settings.tokenPath, headers, body: form.toString() },
					this.signal,
				);
				if (answer.status === 429 || answer.status >= 500) {
					throw answerError(answer, {
						defaultWaitMs: retryWaitMs(attempt, this.#settings.retry, this.#services.random),
					});
				}
				return answer;
			},
			{
				rules: this.#settings.retry,
				clock: this.#services.clock,
				random: this.#services.random,
				signals: [this.signal],
			},
		);
	}

	async #exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
		this.#services.assertOwner();
		this.signal.throwIfAborted();
		this.#inFlight += 1;
		const { clock, logger } = this.#services;
		const asked = `${request.method} ${request.path.replace(/\?.*$/, '')}`;
		try {
			return await providerRequest({ channel: 'avito', request: asked, clock, logger }, () =>
				exchangeFollowing(request, {
					dispatcher: this.#dispatcher,
					origin: this.#settings.endpoint,
					clock,
					timeoutMs: this.#settings.timeoutMs,
					signal,
				}),
			);
		} catch (error) {
			// What `close` cuts off is cancelled, not an outage to be retried.
			throw this.signal.aborted ? this.signal.reason : error;
		} finally {
			this.#inFlight -= 1;
		}
	}
}

/** Arrays go comma-separated, as Avito's own examples do; undefined values are left out. */
export function withQuery(path: string, query: ApiRequest['query']): string {
	if (query === undefined) return path;
	const parts = Object.entries(query)
		.filter(([, value]) => value !== undefined)
		.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
	return parts.length === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}${parts.join('&')}`;
}
