import type { AuthKey } from '../wire/auth-key';
import type { Connection } from '../wire/connection';
import type { Origin } from '../wire/receive';

/** Connections that made API requests with a key, oldest first. */
const users = new WeakMap<AuthKey, Connection[]>();

/**
 * Watches for one login used over two connections in parallel. When the policy calls it so, the login is over
 * at once: all its requests answer AUTH_KEY_DUPLICATED from then on (core.telegram.org/api/errors, 406).
 */
export function observeConnections({ connection, session, key }: Origin): void {
	const { world } = session;
	const principal = key.principal;
	if (connection.media || key.media) return;
	const list = (users.get(principal) ?? []).filter((one) => !one.ended || one === connection);
	const newest = list.at(-1);
	if (!list.includes(connection)) list.push(connection);
	users.set(principal, list);
	const { authorization } = principal;
	if (newest === undefined || newest === connection || authorization === undefined) return;
	// Other data centres serve files, over as many connections as a client likes.
	if (world.person(authorization.account).homeDc !== connection.dc.id) return;
	const { duplicateKey } = world.policy;
	const others = list.filter((one) => one !== connection && !one.ended);
	const parallel =
		(duplicateKey === 'connection' && others.length > 0) ||
		(duplicateKey === 'address' && others.some((one) => one.remote !== connection.remote)) ||
		// An older connection writes again after a newer one had begun.
		(duplicateKey === 'overlap' && list.indexOf(connection) < list.indexOf(newest) && !newest.ended);
	if (parallel) {
		principal.duplicated = true;
		principal.authorization = undefined;
	}
}
