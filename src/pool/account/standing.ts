import {
	ChannelError,
	type AccountState,
	type AccountStateChange,
	type Clock,
	type Logger,
} from '../../contract';

/** How an account stands, since when, and what went wrong last. */
export class Standing {
	readonly #clock: Clock;
	readonly #logger: Logger;
	#state: AccountState = 'idle';
	#since: number;
	#lastError: { code: string; message: string; at: string } | null = null;
	/** why the session ended for good: told to everybody who asks, in the words of the first time */
	#endedBy: ChannelError | undefined;

	constructor(clock: Clock, logger: Logger) {
		this.#clock = clock;
		this.#logger = logger;
		this.#since = clock.now();
	}

	get state(): AccountState {
		return this.#state;
	}

	/** ms since 1970 */
	get since(): number {
		return this.#since;
	}

	get lastError(): { code: string; message: string; at: string } | null {
		return this.#lastError;
	}

	get endedBy(): ChannelError {
		return (
			this.#endedBy ??
			new ChannelError('session_ended', 'The session has ended', {
				hint: 'Log in again and put the new session into the credential.',
			})
		);
	}

	become(state: AccountState): void {
		if (this.#state === state) return;
		this.#state = state;
		this.#since = this.#clock.now();
	}

	/** Only a person can help now. */
	end(reason: ChannelError | undefined): void {
		this.#endedBy = reason;
		this.become('ended');
	}

	note(error: unknown): void {
		this.#lastError = {
			code: ChannelError.is(error) ? error.code : 'upstream_error',
			message: ChannelError.is(error) ? error.message : 'unexpected failure',
			at: new Date(this.#clock.now()).toISOString(),
		};
		if (!ChannelError.is(error)) {
			this.#logger.error('unexpected failure in a call', { error: String(error) });
		}
	}

	/** It could not be opened. */
	failed(error: unknown): void {
		this.note(error);
		if (endsSession(error)) this.end(error);
		else this.become('waiting');
	}
}

/** What the provider told of the whole account, as a failed call would tell it. */
export function stateError(change: AccountStateChange): ChannelError {
	const codes = {
		ended: 'session_ended',
		limited: 'new_contact_limit',
		subscription_missing: 'subscription_missing',
		degraded: 'store_unavailable',
		disconnected: 'unreachable',
		live: 'upstream_error',
		settings_changed: 'upstream_error',
	} as const;
	const hint = change.hint === undefined ? {} : { hint: change.hint };
	return new ChannelError(codes[change.state], change.reason, hint);
}

/** After these only a person can help: stop, stay registered, resume when the credential changes. */
function endsSession(error: unknown): error is ChannelError {
	return (
		ChannelError.is(error) &&
		error.retry === 'never' &&
		['session_ended', 'account_banned', 'credential_invalid', '2fa_required', 'permission_denied'].includes(
			error.code,
		)
	);
}
