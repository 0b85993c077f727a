import { ChannelError, type ChannelErrorOptions, type ErrorCode } from '../../contract';
import { readErrorBody, type ErrorBody } from './error-body';
import { isHtml, parseJson } from './http/body';
import type { HttpAnswer } from './http/exchange';

/** What the failed request was about, so that 404 and 400 can be said in the user's words. */
export interface ErrorContext {
	/** code of a 404, e.g. `peer_not_found` for a chat */
	notFound?: ErrorCode;
	/** ms to wait when a 429 names no time */
	defaultWaitMs: number;
}

/** The one place where an answer of Avito becomes an error of ours. Never contains a token. */
export function answerError(answer: HttpAnswer, context: ErrorContext): ChannelError {
	if (isHtml(answer.text)) return firewall(answer, context);
	const body = readErrorBody(parseJson(answer.text), answer.text);
	const said = body.message === '' ? '' : `: ${body.message}`;
	const make = (code: ErrorCode, message: string, options: ChannelErrorOptions = {}): ChannelError =>
		new ChannelError(code, message, {
			channel: 'avito',
			providerCode: providerCode(answer.status, body),
			...options,
		});
	switch (answer.status) {
		case 400:
		case 422:
			return make('invalid_parameter', `Avito refuses the request${said}${listFields(body)}`, fieldOf(body));
		case 401:
			return make('permission_denied', `Avito refuses a token it has just issued${said}`, {
				hint: EMPLOYEE_HINT,
			});
		case 402:
			return subscriptionMissing(body.message);
		case 403:
			return make('permission_denied', `Avito does not permit this${said}`, { hint: EMPLOYEE_HINT });
		case 404:
			return make(context.notFound ?? 'peer_not_found', `Avito does not know this${said}`, {
				hint: NOT_FOUND_HINT,
			});
		case 405:
		case 410:
			return make('not_supported', `Avito no longer offers this${said}`);
		case 413:
			return make('file_too_large', `Avito refuses the size${said}`);
		case 415:
			return make('media_not_supported', `Avito refuses the format${said}`);
		case 429:
			return tooMany(answer, context, body);
		default:
			return answer.status >= 500
				? make('upstream_error', `Avito failed (${answer.status})${said}`, {
						retry: 'now',
						hint: 'Try again later.',
					})
				: make('invalid_parameter', `Avito answered ${answer.status}${said}${listFields(body)}`);
	}
}

/** 402: the paid messenger access is missing (or, one client says, an advance balance is at zero). */
export function subscriptionMissing(said = ''): ChannelError {
	return new ChannelError(
		'subscription_missing',
		`The Avito account has no access to the messenger API${said === '' ? '' : `: ${said}`}`,
		{
			channel: 'avito',
			providerCode: '402',
			hint:
				'The messenger API needs a paid subscription: level "Максимальный" in Goods and Jobs, "Расширенный" or "Максимальный" ' +
				'in Services; with payment per action also a positive advance balance.',
		},
	);
}

/** An answer that came, but is not what the API describes. */
export function unexpectedAnswer(what: string, cause?: unknown): ChannelError {
	return new ChannelError('unexpected_answer', `Avito's answer cannot be understood: ${what}`, {
		channel: 'avito',
		hint: 'Check the endpoint in the credential; if it is right, Avito has changed its API.',
		...(cause === undefined ? {} : { cause }),
	});
}

/** `X-RateLimit-Limit`: requests a minute; `X-RateLimit-Remaining`: left in this window (OpenAPI, all sections). */
export function rateLimitOf(answer: HttpAnswer): { perMinute: number; remaining: number } | null {
	const perMinute = numberOf(answer.headers['x-ratelimit-limit']);
	const remaining = numberOf(answer.headers['x-ratelimit-remaining']);
	return perMinute !== null && remaining !== null && perMinute > 0 ? { perMinute, remaining } : null;
}

/** A header that is a number and nothing else: an empty one is not zero. */
function numberOf(header: string | string[] | undefined): number | null {
	return typeof header === 'string' && /^\d+(\.\d+)?$/.test(header) ? Number(header) : null;
}

/** A pause nobody means: whoever is told to wait longer asks again after a day. */
const LONGEST_WAIT_MS = 86_400_000;

const EMPLOYEE_HINT =
	'Either the keys belong to an employee (they must be made in the main company account: company chats are closed to ' +
	'employee keys), the subscription level is too low, or the chat belongs to another account.';
const NOT_FOUND_HINT = 'Check the id; chats and messages of other accounts cannot be reached.';

function tooMany(answer: HttpAnswer, context: ErrorContext, body: ErrorBody): ChannelError {
	const waitMs = retryAfterMs(answer) ?? context.defaultWaitMs;
	return new ChannelError('flood_wait', `Avito asks to slow down for ${Math.ceil(waitMs / 1000)} s`, {
		channel: 'avito',
		retry: { afterMs: waitMs },
		providerCode: providerCode(429, body),
		hint: 'Lower the requests per minute in the credential, or spread the work over time.',
	});
}

/** Seconds, or an HTTP date measured against the answer's own Date. Not in Avito's documents, honoured when there. */
function retryAfterMs(answer: HttpAnswer): number | null {
	const value = answer.headers['retry-after'];
	const seconds = numberOf(value);
	const wait =
		seconds === null
			? Date.parse(String(value)) - Date.parse(String(answer.headers['date']))
			: seconds * 1000;
	return Number.isFinite(wait) ? Math.min(Math.max(0, wait), LONGEST_WAIT_MS) : null;
}

function firewall(answer: HttpAnswer, context: ErrorContext): ChannelError {
	if (answer.status === 429) return tooMany(answer, context, { message: '', code: null, fields: null });
	if (answer.status < 400) return unexpectedAnswer('a web page instead of JSON');
	return new ChannelError('upstream_error', `Avito's firewall answered with a web page (${answer.status})`, {
		channel: 'avito',
		providerCode: String(answer.status),
		retry: { afterMs: 60_000 },
		hint: 'This address may be blocked by Avito: wait, or use a proxy in the credential.',
	});
}

function providerCode(status: number, body: ErrorBody): string {
	return body.code === null || body.code === String(status) ? String(status) : `${status} ${body.code}`;
}

function listFields(body: ErrorBody): string {
	const entries = Object.entries(body.fields ?? {});
	return entries.length === 0
		? ''
		: ` (${entries.map(([name, problem]) => `${name}: ${typeof problem === 'string' ? problem : JSON.stringify(problem)}`).join('; ')})`;
}

function fieldOf(body: ErrorBody): { field?: string } {
	const [first] = Object.keys(body.fields ?? {});
	return first === undefined ? {} : { field: first };
}
