import {
	ChannelError,
	type AccountId,
	type CallOptions,
	type CallResult,
	type Command,
	type RemoteCall,
	type RemoteCalls,
	type SessionKey,
} from '../../contract';
import { abortable, backoffMs } from '../../runtime';
import type { Connection } from './connection';
import type { PoolShared } from './shared';

/** Between two looks at who owns a session that is just changing hands, ms. */
const CHANGING = { firstMs: 100, maxMs: 1_000 };

export interface SharedCall {
	shared: PoolShared;
	session: SessionKey;
	command: Command;
	options: CallOptions;
	policy: RemoteCall['policy'];
	signal: AbortSignal;
	/** monotonic ms; after it nobody waits any more */
	deadline: number;
	/** a send that may be tried again needs a key, or it could happen twice */
	isSend: boolean;
	/** did the last call find the session in another process? The account's memory from call to call: a guess, no more */
	last: { elsewhere: boolean };
	/** what this process has open; null: nothing, or it is just being opened */
	connection(): Connection | null;
	/** has this process the session, or is it just taking it? */
	owns(): boolean;
	opened(): Promise<Connection>;
	/** runs it on a connection of this process */
	here(connection: Connection, options: CallOptions): Promise<CallResult>;
}

/**
 * Runs a command where the session is: here, if this process has it or nobody does, else in the process that owns it. An
 * owner that goes away is followed by the next one, this process perhaps; a send is then repeated under its first key.
 */
export async function callWhereOwned(call: SharedCall): Promise<CallResult> {
	const { shared, session, command, policy, signal, last } = call;
	const options = call.isSend ? { idempotency: anonymousKey(call), ...call.options } : call.options;
	for (let attempt = 1; ;) {
		const open = call.connection();
		if (open !== null) return call.here(open, options);
		const guessed = last.elsewhere && !call.owns();
		const found = await findOwner(call, guessed);
		if ('connection' in found) return call.here(found.connection, options);
		const timeoutMs = Math.max(1, call.deadline - shared.clock.monotonic());
		const result = await askOwner(found.remote, session, {
			command,
			policy,
			options: { ...options, signal, timeoutMs },
		});
		last.elsewhere = result !== null;
		if (result !== null) return result;
		if (guessed) continue;
		attempt += 1;
		await shared.clock.sleep(backoffMs(attempt, CHANGING, shared.random), signal);
	}
}

/**
 * Opening is asking for the lease: two round trips that a caller of a foreign session need not make each time.
 * @param guessed it was in another process a moment ago: that one is asked first
 * @throws what opening here threw, unless another process has the session and can be asked
 */
async function findOwner(
	call: SharedCall,
	guessed: boolean,
): Promise<{ connection: Connection } | { remote: RemoteCalls }> {
	const asked = guessed ? await call.shared.remote() : null;
	if (asked !== null) return { remote: asked };
	try {
		return { connection: await abortable(call.opened(), call.signal) };
	} catch (error) {
		const remote = isOwnedElsewhere(error) ? await call.shared.remote() : null;
		if (remote === null) throw error;
		return { remote };
	}
}

/** null: nobody owns it any more, or it is just being lost; look again. */
export async function askOwner(
	remote: RemoteCalls,
	session: SessionKey,
	call: RemoteCall,
): Promise<CallResult | null> {
	try {
		const outcome = await remote.call(session, call);
		return outcome.kind === 'result' ? outcome.result : null;
	} catch (error) {
		if (isOwnedElsewhere(error)) return null;
		throw error;
	}
}

/** Opening failed: asks whoever has the session to give it up. @returns whether it did */
export async function askForSession(
	shared: PoolShared,
	session: SessionKey,
	error: unknown,
): Promise<boolean> {
	if (!isOwnedElsewhere(error)) return false;
	try {
		return (await (await shared.remote())?.yield(session)) ?? false;
	} catch {
		return false;
	}
}

/** Opening failed: does another process have the session? @returns the account it leads to, or null */
export async function accountElsewhere(
	shared: PoolShared,
	session: SessionKey,
	error: unknown,
): Promise<AccountId | null> {
	if (!isOwnedElsewhere(error) || (await shared.remote()) === null) return null;
	return (await shared.store()).accountOf(session);
}

export function isOwnedElsewhere(error: unknown): boolean {
	return ChannelError.is(error) && error.code === 'account_in_use';
}

function anonymousKey({ shared }: SharedCall): NonNullable<CallOptions['idempotency']> {
	return { key: `anonymous:${shared.random.hex(16)}`, rememberMs: 3_600_000 };
}
