import { z } from '#lib/zod';
import { errorAnswer, gatewayAnswer, type Answer } from './answer';

/** How a request goes wrong. Numbers are the plain error answers of that status. */
export const faultModes = [
	'400',
	'401',
	'402',
	'403',
	'403_gateway',
	'404',
	'409',
	'429',
	'500',
	'502',
	'503',
	'504',
	/** The right answer, late. */
	'slow',
	/** No answer at all; the connection stays open. */
	'hang',
	/** The connection is reset instead of an answer. */
	'reset',
	/** Headers and half of the right body, then a reset. */
	'reset_mid_body',
	/** A page of the web application firewall (seen by two clients as 403 or 429). */
	'html',
	/** The right status with a body that is not JSON. */
	'invalid_json',
	/** The right status without a body. */
	'empty',
] as const;

export const faultSchema = z.strictObject({
	mode: z.enum(faultModes),
	/** An operation id (`postSendMessage`), or a path with `*` (`/messenger/*`). Absent: every request. */
	scope: z.string().optional(),
	/** Only requests whose path or token belongs to this account. */
	user_id: z.coerce.number().int().optional(),
	/** How many requests go wrong; absent: all until the mode is `ok` again. */
	count: z.coerce.number().int().positive().optional(),
	/** How many matching requests pass before the first goes wrong. */
	skip: z.coerce.number().int().nonnegative().default(0),
	/** `after`: the operation takes effect and only its answer is lost. Nothing takes effect by default. */
	when: z.enum(['before', 'after']).default('before'),
	/** For `slow`. */
	delay_ms: z.coerce.number().int().nonnegative().default(3000),
	/** Status of the HTML page. */
	status: z.coerce.number().int().min(200).max(599).default(403),
	/** Retry-After in seconds, for 429 and 503. */
	retry_after: z.coerce.number().int().nonnegative().optional(),
	/** X-RateLimit-Limit of a 429. */
	rate_limit: z.coerce.number().int().positive().default(60),
});

export type FaultInput = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;

export interface FaultTarget {
	readonly operation_id: string;
	readonly path: string;
	readonly user_id: number | undefined;
}

function matches(fault: Fault, target: FaultTarget): boolean {
	if (fault.user_id !== undefined && fault.user_id !== target.user_id) return false;
	if (fault.scope === undefined) return true;
	if (!fault.scope.includes('/')) return fault.scope === target.operation_id;
	const pattern = fault.scope.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
	return new RegExp(`^${pattern.join('.*')}$`).test(target.path);
}

/** The faults in force, oldest first; one request meets at most one. */
export class Faults {
	private readonly active: Array<{ fault: Fault; skip: number; left: number }> = [];

	add(fault: Fault): void {
		this.active.push({ fault, skip: fault.skip, left: fault.count ?? Number.POSITIVE_INFINITY });
	}

	/** Ends all faults, or those with this scope. */
	clear(scope?: string): void {
		for (let i = this.active.length - 1; i >= 0; i--) {
			if (scope === undefined || this.active[i]?.fault.scope === scope) this.active.splice(i, 1);
		}
	}

	/** The fault this request meets, counted down. */
	take(target: FaultTarget): Fault | undefined {
		for (const [i, entry] of this.active.entries()) {
			if (!matches(entry.fault, target)) continue;
			if (entry.skip > 0) {
				entry.skip -= 1;
				continue;
			}
			entry.left -= 1;
			if (entry.left <= 0) this.active.splice(i, 1);
			return entry.fault;
		}
		return undefined;
	}

	get list(): ReadonlyArray<Fault & { readonly left: number | null }> {
		return this.active.map(({ fault, left }) => ({ ...fault, left: Number.isFinite(left) ? left : null }));
	}
}

const htmlPage =
	'<!DOCTYPE html><html><head><title>Доступ ограничен</title></head>' +
	'<body><h1>Доступ ограничен: проблема с IP</h1></body></html>';

/** The answer in place of the right one; undefined when the mode needs the right one or the socket. */
export function faultAnswer(fault: Fault): Answer | undefined {
	const retry: Record<string, string> =
		fault.retry_after === undefined ? {} : { 'Retry-After': String(fault.retry_after) };
	switch (fault.mode) {
		case '429': {
			const limit = { 'X-RateLimit-Limit': String(fault.rate_limit), 'X-RateLimit-Remaining': '0' };
			return { status: 429, json: { error: { code: 429 } }, headers: { ...limit, ...retry } };
		}
		case '403_gateway':
			return gatewayAnswer(403, 'access token expired');
		case 'html':
			return { status: fault.status, body: htmlPage, type: 'text/html; charset=utf-8' };
		case 'slow':
		case 'hang':
		case 'reset':
		case 'reset_mid_body':
		case 'invalid_json':
		case 'empty':
			return undefined;
		default:
			return { ...errorAnswer(Number(fault.mode)), headers: retry };
	}
}
