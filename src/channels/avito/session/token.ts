import { z } from '#lib/zod';
import { ChannelError, type Clock, type DriverServices } from '../../../contract';
import { isErrorBody, readErrorBody } from '../error-body';
import { answerError, unexpectedAnswer } from '../errors';
import { isHtml, parseJson } from '../http/body';
import type { HttpAnswer } from '../http/exchange';

/** ms before its end at which a token is no longer used. A request may take half of that. */
const RENEW_AHEAD_MS = 60_000;
/** "24 hours from issue" (auth guide), for an answer that does not say; a token that ends earlier is found out by its refusal. */
const DEFAULT_LIFE_S = 86_400;
const SECRET_NAME = 'access_token';

const answerSchema = z.looseObject({
	access_token: z.string().min(1),
	expires_in: z.coerce.number().positive().catch(DEFAULT_LIFE_S),
});
const keptSchema = z.object({ token: z.string().min(1), renewAt: z.number() });
type Kept = z.infer<typeof keptSchema>;

export interface TokenSourceOptions {
	clock: Clock;
	secrets: DriverServices['secrets'];
	/** Posts the client credentials; not tied to any one caller, since many wait for it. */
	fetch(): Promise<HttpAnswer>;
}

/**
 * The bearer token of one client id: one for all, fetched once however many ask, renewed before it ends, kept sealed
 * so that a restart and other processes use it too. Whether a new token ends the earlier ones is not documented, so
 * none is fetched without need.
 */
export class TokenSource {
	readonly #options: TokenSourceOptions;
	#kept: Kept | null = null;
	#fetching: Promise<Kept> | null = null;

	constructor(options: TokenSourceOptions) {
		this.#options = options;
	}

	/** The token at hand, if it is good for now: nearly every request needs no more. */
	get atHand(): string | null {
		return this.#kept !== null && this.#isFresh(this.#kept) ? this.#kept.token : null;
	}

	/** A token that is good for now. */
	async current(): Promise<string> {
		return this.atHand ?? (await this.#renewOnce(null)).token;
	}

	/** Another token than the refused one: kept by somebody else in the meantime, or fetched anew. */
	async replace(refused: string): Promise<string> {
		if (this.#kept !== null && this.#kept.token !== refused && this.#isFresh(this.#kept))
			return this.#kept.token;
		return (await this.#renewOnce(refused)).token;
	}

	#isFresh(kept: Kept): boolean {
		return this.#options.clock.now() < kept.renewAt;
	}

	#renewOnce(refused: string | null): Promise<Kept> {
		this.#fetching ??= this.#renew(refused).finally(() => {
			this.#fetching = null;
		});
		return this.#fetching;
	}

	async #renew(refused: string | null): Promise<Kept> {
		const stored = await this.#load();
		if (stored !== null && stored.token !== refused && this.#isFresh(stored)) return (this.#kept = stored);
		const answer = await this.#options.fetch();
		const kept = this.#read(answer);
		this.#kept = kept;
		await this.#options.secrets.put(SECRET_NAME, JSON.stringify(kept));
		return kept;
	}

	async #load(): Promise<Kept | null> {
		const text = await this.#options.secrets.get(SECRET_NAME);
		const parsed = keptSchema.safeParse(text === null ? null : parseJson(text));
		return parsed.success ? parsed.data : null;
	}

	/** Obeys `expires_in` (24 h by the auth guide; other products get less); a very short life is used to its half. */
	#read(answer: HttpAnswer): Kept {
		const json = parseJson(answer.text);
		if (answer.status >= 400 || isErrorBody(json)) throw tokenRefused(answer);
		const parsed = answerSchema.safeParse(json);
		if (!parsed.success) throw unexpectedAnswer('/token gave no token');
		const lifeMs = parsed.data.expires_in * 1000;
		const ahead = Math.min(RENEW_AHEAD_MS, lifeMs / 2);
		return { token: parsed.data.access_token, renewAt: this.#options.clock.now() + lifeMs - ahead };
	}
}

/** `{error:'invalid_client', error_description}` with 400, 401 or even 200 (seen by two clients). */
function tokenRefused(answer: HttpAnswer): ChannelError {
	if (answer.status === 429 || answer.status >= 500 || isHtml(answer.text))
		return answerError(answer, { defaultWaitMs: 10_000 });
	const { message, code } = readErrorBody(parseJson(answer.text), answer.text);
	return new ChannelError(
		'credential_invalid',
		`Avito refuses the client id and secret${message === '' ? '' : `: ${message}`}`,
		{
			channel: 'avito',
			field: 'clientSecret',
			providerCode: code ?? String(answer.status),
			hint: 'Copy both keys again from www.avito.ru/professionals/api, signed in to the main company account.',
		},
	);
}
