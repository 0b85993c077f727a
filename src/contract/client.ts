import type { AccountId, Channel, JsonObject, SessionKey } from './channel';
import type { CallOptions, CallResult, Command } from './command';

/** `ended`: the provider ended the session for good, a new login is needed; `paused`: the user disconnected it. */
export type AccountState =
	'idle' | 'connecting' | 'recovering' | 'live' | 'waiting' | 'paused' | 'ended' | 'closed';

/** *Account: get status* of every messenger. Times are ISO 8601 or null; counts are since the account was opened. */
export interface AccountStatus {
	channel: Channel;
	session: SessionKey;
	account: AccountId | null;
	label: string;
	authorized: boolean;
	state: AccountState;
	since: string;
	/** process that holds the connection (`lease` is then not null), else the one that tells this: host, pid, role */
	owner: string;
	/** the right to connect: since when it is held, and how long it lasts if it is not renewed */
	lease: { since: string; age_seconds: number; left_seconds: number } | null;
	profile: {
		id: string;
		name: string;
		username: string | null;
		phone_masked: string | null;
		/** as in events: the credential's own value, else 16 hex digits of the number's SHA-256; null = no number is known */
		phone_hash: string | null;
	} | null;
	in_flight: number;
	queued: number;
	waiting_until: string | null;
	last_event: string | null;
	last_used: string | null;
	reconnects: number;
	last_error: { code: string; message: string; at: string } | null;
	subscribers: number;
	settings: JsonObject;
	store: JsonObject;
	version: string;
}

/**
 * The one interface to an account. Four bodies: the channel itself, a lease of it, the remote proxy (another process
 * owns the session), the test fake. A caller never knows which one it holds.
 */
export interface ChannelClient {
	/** @throws ChannelError */
	call(command: Command, options?: CallOptions): Promise<CallResult>;
	status(): Promise<AccountStatus>;
	close(): Promise<void>;
}
