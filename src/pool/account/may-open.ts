import { ChannelError, type SessionKey, type Store } from '../../contract';
import type { Standing } from './standing';

/** Name of the session's stored value: a person has disconnected the account, until *Connect*. */
export const PAUSED = 'paused';

export interface WantsToOpen {
	store: Store;
	session: SessionKey;
	standing: Standing;
	closed: boolean;
	/** this process has just given the session up and leaves it to another for so long, ms */
	leftMs: number;
}

/** @throws ChannelError `account_paused`, `session_ended` (or what ended it), `cancelled`, `account_in_use` */
export async function assertMayOpen(wants: WantsToOpen): Promise<void> {
	const { store, session, standing, closed, leftMs } = wants;
	if ((await store.getValue(session, PAUSED)) === true) {
		standing.become('paused');
		throw new ChannelError('account_paused', 'The account was disconnected by hand', {
			hint: 'Run Account: Connect to use it again.',
		});
	}
	if (standing.state === 'ended') throw standing.endedBy;
	if (closed) throw new ChannelError('cancelled', 'The connection pool is closing', { retry: 'now' });
	if (leftMs <= 0) return;
	throw new ChannelError('account_in_use', 'The account is just moving to the process with its trigger', {
		retry: { afterMs: leftMs },
	});
}
