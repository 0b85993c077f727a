import type { JsonObject, SessionKey } from './channel';
import type { CallOptions, CallResult, Command } from './command';
import type { AccountPolicy } from './schemas';

/** A command on its way to the process that owns the session. */
export interface RemoteCall {
	command: Command;
	/** `timeoutMs` is what is left of the caller's time; the signal ends the work there */
	options: CallOptions & { signal: AbortSignal; timeoutMs: number };
	/** the caller's own credential decides what is allowed, not the owner's */
	policy: AccountPolicy;
}

/**
 * `gone`: nobody owns the session (any more). When the call may have begun there, a send needs an idempotency key to be
 * tried again.
 */
export type RemoteOutcome = { kind: 'result'; result: CallResult } | { kind: 'gone'; mayHaveBegun: boolean };

/** What a process does for others. All answer for the sessions it owns at this moment, and for no other. */
export interface RemoteServer {
	/** null: not the owner */
	call(session: SessionKey, call: RemoteCall): Promise<CallResult> | null;
	/** Gives the session up for a process that has a trigger on it, if nobody listens to it here. @returns whether it did */
	yield(session: SessionKey): Promise<boolean>;
	/** An event that arrived early, by a webhook, in a process without the session. @returns whether it was journalled */
	hint(session: SessionKey, hint: JsonObject): Promise<boolean>;
	/** What one pool asks another. @returns null when this process is not the one to answer (any more) */
	answer(question: JsonObject, from: string): Promise<JsonObject | null>;
	/** News of another pool; nobody waits for an answer. */
	told(news: JsonObject, from: string): void;
}

/** Whom a question is for: whoever holds a lease, or one process by its name. */
export type Asked = { lease: string } | { process: string };

/** Calls between processes that share a store. In transport at least once; once in effect through intents. */
export interface RemoteCalls {
	/** @throws ChannelError what the owner threw, or that it could not be reached */
	call(session: SessionKey, call: RemoteCall): Promise<RemoteOutcome>;
	/** Asks the owner to give up the session. @returns whether it did, or nobody owns it */
	yield(session: SessionKey): Promise<boolean>;
	/** Hands an early event to the owner; losing it costs time, not the message. @returns whether it was journalled */
	hint(session: SessionKey, hint: JsonObject): Promise<boolean>;
	/**
	 * Asks another pool. null: nobody holds the lease, this process does, or whoever it was is gone or not the one.
	 * @throws ChannelError what the other threw; `timeout` after `timeoutMs`
	 */
	ask(asked: Asked, question: JsonObject, timeoutMs: number): Promise<JsonObject | null>;
	/** News for another process; losing it must cost time only. */
	tell(process: string, news: JsonObject): void;
	/** The names (`RemoteServer`'s holders) of all other processes that were seen within the last half minute. */
	processes(): Promise<string[]>;
	close(): Promise<void>;
}

/** Opens the way for a process. `holder` is the name under which it holds its leases. */
export type OpenRemoteCalls = (holder: string, server: RemoteServer) => Promise<RemoteCalls>;

/** The lease that says which process owns a session. */
export function sessionLeaseName(session: SessionKey): string {
	return `session:${session}`;
}
