import type { Person } from '../state/model';
import type { World } from '../state/world';
import type { TlObject, TlValue } from '../tl/value';
import type { AuthKey } from '../wire/auth-key';
import type { Origin } from '../wire/receive';
import { RpcError } from './errors';

/** One API request being carried out. */
export class Call {
	constructor(
		readonly world: World,
		readonly origin: Origin,
		readonly args: TlObject,
		readonly msgId: bigint,
	) {}

	/** The key that holds the login. */
	get key(): AuthKey {
		return this.origin.key.principal;
	}

	get dcId(): number {
		return this.origin.connection.dc.id;
	}

	/** The account behind the request; 401 when nobody is logged in. */
	get me(): Person {
		return this.demandPerson();
	}

	private demandPerson(): Person {
		const { authorization, awaitingPassword, revoked } = this.key;
		if (revoked !== undefined) throw new RpcError(401, revoked);
		if (authorization === undefined) {
			throw new RpcError(
				401,
				awaitingPassword === undefined ? 'AUTH_KEY_UNREGISTERED' : 'SESSION_PASSWORD_NEEDED',
			);
		}
		const person = this.world.person(authorization.account);
		if (person.deletedAccount === 'deactivated') throw new RpcError(401, 'USER_DEACTIVATED');
		if (person.deletedAccount === 'banned') throw new RpcError(401, 'USER_DEACTIVATED_BAN');
		return person;
	}

	/** For methods that need a login and nothing of it. */
	demandLogin(): void {
		this.demandPerson();
	}
}

/** Carries out a method; what it returns is encoded by the method's result type. */
export type Handler = (call: Call) => TlValue | Promise<TlValue>;

export type HandlerTable = Readonly<Record<string, Handler>>;
