import type { AccountId, Channel } from './channel';

/** The closed list of error codes, the same for all messengers; a Switch node on `error.code` can rely on it. */
export const ERROR_CODES = [
	'2fa_required',
	'invalid_code',
	'code_expired',
	'password_invalid',
	'session_ended',
	'account_banned',
	'account_paused',
	'account_in_use',
	'credential_invalid',
	'invalid_parameter',
	'peer_not_found',
	'user_not_found',
	'chat_not_allowed',
	'message_not_found',
	'invalid_phone',
	'phone_not_in_contacts',
	'not_on_messenger',
	'flood_wait',
	'rate_limited',
	'new_contact_limit',
	'loop_suspected',
	'permission_denied',
	'message_too_long',
	'file_too_large',
	'media_not_supported',
	'media_expired',
	'unreachable',
	'timeout',
	'cancelled',
	'outcome_unknown',
	'upstream_error',
	'unexpected_answer',
	'subscription_missing',
	'not_supported',
	'store_unavailable',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** May the same command be tried again? `now`: at once; `afterMs`: not before that many milliseconds. */
export type Retry = 'never' | 'now' | { afterMs: number };

export interface ChannelErrorOptions {
	/** What to do about it, one sentence for the person who builds the workflow. */
	hint?: string;
	retry?: Retry;
	channel?: Channel;
	account?: AccountId;
	/** The provider's own code, e.g. `402` or `FLOOD_WAIT_30`; never a secret. */
	providerCode?: string;
	/** Name of the parameter or credential field that is wrong, as the user sees it. */
	field?: string;
	cause?: unknown;
}

const BRAND = Symbol.for('n8n-nodes-messenger-accounts.ChannelError');

/**
 * The one error between rooms. Translated twice and no more: provider → ChannelError in the channel's `errors.ts`,
 * ChannelError → n8n's error in `src/n8n`. Branded by `Symbol.for`, because two copies of this package can share a
 * process after an update and must still recognise each other's errors.
 */
export class ChannelError extends Error {
	readonly [BRAND] = true;
	override readonly name = 'ChannelError';
	readonly code: ErrorCode;
	readonly retry: Retry;
	readonly hint: string | undefined;
	readonly channel: Channel | undefined;
	readonly account: AccountId | undefined;
	readonly providerCode: string | undefined;
	readonly field: string | undefined;

	constructor(code: ErrorCode, message: string, options: ChannelErrorOptions = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.code = code;
		this.retry = options.retry ?? 'never';
		this.hint = options.hint;
		this.channel = options.channel;
		this.account = options.account;
		this.providerCode = options.providerCode;
		this.field = options.field;
	}

	/** Seconds to wait before a retry makes sense, rounded up; undefined when no wait is known. */
	get retryAfterSeconds(): number | undefined {
		return typeof this.retry === 'object' ? Math.ceil(this.retry.afterMs / 1000) : undefined;
	}

	/** The failed item of behaviour "Results and errors": `{ code, message, hint, retry_after_seconds, provider_code }`. */
	toItem(): ErrorItem {
		return {
			code: this.code,
			message: this.message,
			hint: this.hint ?? null,
			retry_after_seconds: this.retryAfterSeconds ?? null,
			provider_code: this.providerCode ?? null,
		};
	}

	static is(value: unknown): value is ChannelError {
		return typeof value === 'object' && value !== null && BRAND in value;
	}
}

export interface ErrorItem {
	code: ErrorCode;
	message: string;
	hint: string | null;
	retry_after_seconds: number | null;
	provider_code: string | null;
	/** the id under which the failed call is found in the logs of all processes */
	correlation?: string;
}

/** A parameter the user must correct; nothing was sent. */
export function invalidParameter(field: string, problem: string, hint?: string): ChannelError {
	return new ChannelError('invalid_parameter', `${field}: ${problem}`, {
		field,
		...(hint === undefined ? {} : { hint }),
	});
}

/** Closes a switch over a union: the compiler complains when a case is missing. */
export function assertNever(value: never): never {
	throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
