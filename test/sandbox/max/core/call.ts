import type { Outgoing } from '../codec/wire';
import type { Fields } from '../fields';
import type { Session, User } from '../state/model';
import type { Connection } from './connection';
import type { World } from './world';

/** One request on its way through a handler. */
export class Call {
	readonly #afterReply: (() => void)[] = [];

	constructor(
		readonly world: World,
		readonly conn: Connection,
		readonly opcode: number,
		readonly seq: number,
		readonly body: Fields,
	) {}

	/** The logged-in account; the state machine lets no handler that asks run without one. */
	get me(): User {
		if (this.conn.user === undefined) throw new Error(`opcode ${this.opcode} ran without an account`);
		return this.conn.user;
	}

	get session(): Session {
		if (this.conn.session === undefined) throw new Error(`opcode ${this.opcode} ran without a session`);
		return this.conn.session;
	}

	/** Runs once the reply has been handed to the socket. */
	then(run: () => void): void {
		this.#afterReply.push(run);
	}

	finish(): void {
		for (const run of this.#afterReply) run();
	}
}

/** Answers one request: the reply's payload (`null`: an empty body), or throws a `Refusal`. */
export type Handler = (call: Call) => Outgoing;
export type HandlerTable = Readonly<Record<number, Handler>>;
