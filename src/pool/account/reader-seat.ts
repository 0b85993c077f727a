import type { AccountConfig, AccountId, ChannelEvent, WaitRecord } from '../../contract';
import { backoffMs } from '../../runtime';
import {
	createJournalHub,
	type ConsumerHandle,
	type ConsumerRequest,
	type JournalHub,
	type ManualRequest,
} from '../journal';
import type { Connection } from './connection';
import type { HeldLease } from './lease-keeper';
import type { PoolShared } from './shared';

/** Somebody who wants this account's events: a trigger, a manual listen, or a pending wait. */
export type Listener = (
	{ kind: 'trigger'; request: ConsumerRequest } | { kind: 'manual'; request: ManualRequest }
) & {
	/** called when the account is live for it, again after each change of the reader */
	live(): void;
};

interface Seated {
	connection: Connection;
	lease: HeldLease;
	hub: JournalHub;
}

/**
 * Exactly one session per account is the reader. The seat holds the second lease, named by the account; further
 * sessions of the same person only send, their triggers are served from here, and one of them sits down when the
 * reader leaves.
 */
export class ReaderSeat {
	readonly #shared: PoolShared;
	readonly #account: AccountId;
	readonly #candidates = new Map<Connection, AccountConfig>();
	readonly #listeners = new Map<Listener, ConsumerHandle | null>();
	#seated: Seated | undefined;
	/** changes of who sits are made one after another */
	#turn: Promise<void> = Promise.resolve();
	#attempt = 0;

	constructor(shared: PoolShared, account: AccountId) {
		this.#shared = shared;
		this.#account = account;
	}

	get hub(): JournalHub | undefined {
		return this.#seated?.hub;
	}

	/** Resolves when somebody sits (or nobody can at present). */
	join(connection: Connection, config: AccountConfig): Promise<void> {
		if (this.#candidates.has(connection)) return this.#turn;
		this.#candidates.set(connection, config);
		return this.#arrange();
	}

	/** Resolves when nothing is journalled through this connection any more. */
	leave(connection: Connection): Promise<void> {
		this.#candidates.delete(connection);
		return this.#arrange();
	}

	add(listener: Listener): () => void {
		this.#listeners.set(listener, this.#attach(listener));
		return () => {
			this.#listeners.get(listener)?.end();
			this.#listeners.delete(listener);
		};
	}

	/** @returns false when nobody of this process sits: another process reads for the account, or nobody can */
	async addWait(wait: WaitRecord): Promise<boolean> {
		await this.#turn;
		const hub = this.#seated?.hub;
		await hub?.addWait(wait);
		return hub !== undefined;
	}

	async announce(event: ChannelEvent): Promise<void> {
		await this.#seated?.hub.announce(event);
	}

	#arrange(): Promise<void> {
		this.#turn = this.#turn
			.then(() => this.#arrangeNow())
			.catch((error: unknown) => {
				this.#shared.logger.error('the reader of an account could not be changed', {
					account: this.#account,
					error: String(error),
				});
			});
		return this.#turn;
	}

	async #arrangeNow(): Promise<void> {
		const seated = this.#seated;
		if (seated !== undefined && (!this.#candidates.has(seated.connection) || !seated.lease.valid())) {
			this.#seated = undefined;
			for (const [listener, handle] of this.#listeners) {
				handle?.end();
				this.#listeners.set(listener, null);
			}
			await seated.hub.stop();
			await seated.lease.release().catch(() => undefined);
		}
		if (this.#seated === undefined) await this.#sit();
	}

	async #sit(): Promise<void> {
		const next = [...this.#candidates].find(([connection]) => connection.alive);
		if (next === undefined) return;
		const [connection, config] = next;
		try {
			const lease = await (await this.#shared.leases()).acquire(`reader:${this.#account}`);
			lease.onLost(() => void this.#arrange());
			const hub = createJournalHub({
				store: connection.store,
				account: this.#account,
				label: config.label,
				token: lease.token,
				clock: this.#shared.clock,
				random: this.#shared.random,
				logger: this.#shared.logger,
				open: connection.open,
				onWaitMatched: this.#shared.resumeWait,
			});
			this.#seated = { connection, lease, hub };
			this.#attempt = 0;
			for (const [listener, handle] of this.#listeners) {
				if (handle === null) this.#listeners.set(listener, this.#attach(listener));
			}
		} catch (error) {
			this.#attempt += 1;
			const wait = backoffMs(this.#attempt, { firstMs: 1_000, maxMs: 15_000 }, this.#shared.random);
			this.#shared.logger.info('waiting to become the reader of an account', {
				account: this.#account,
				retry_ms: wait,
				error: String(error),
			});
			this.#shared.clock.after(wait, () => void this.#arrange());
		}
	}

	#attach(listener: Listener): ConsumerHandle | null {
		const hub = this.#seated?.hub;
		if (hub === undefined) return null;
		const handle = listener.kind === 'trigger' ? hub.attach(listener.request) : hub.listen(listener.request);
		handle.live.then(
			() => {
				listener.live();
			},
			() => undefined,
		);
		return handle;
	}
}

/** The seats of all accounts that are open in this process. */
export class ReaderSeats {
	readonly #seats = new Map<AccountId, ReaderSeat>();

	of(shared: PoolShared, account: AccountId): ReaderSeat {
		const known = this.#seats.get(account);
		if (known !== undefined) return known;
		const seat = new ReaderSeat(shared, account);
		this.#seats.set(account, seat);
		return seat;
	}

	find(account: AccountId): ReaderSeat | undefined {
		return this.#seats.get(account);
	}
}
