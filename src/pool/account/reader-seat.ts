import {
	consumerLeaseName,
	readerLeaseName,
	type AccountConfig,
	type AccountId,
	type ChannelEvent,
	type Clock,
	type Logger,
	type Random,
	type RemoteCalls,
	type SessionKey,
	type Store,
	type WaitRecord,
} from '../../contract';
import { backoffMs } from '../../runtime';
import { readerLink } from '../between/reader-link';
import { toWire } from '../between/questions';
import {
	createFollower,
	createJournalHub,
	type AcquirePosition,
	type ConsumerHandle,
	type ConsumerRequest,
	type Follower,
	type JournalHub,
	type ManualRequest,
	type ReaderNews,
} from '../journal';
import type { ResumeWait } from '../types';
import type { Connection } from './connection';
import type { HeldLease, LeaseKeeper } from './lease-keeper';

/** What a seat needs of its pool. */
export interface SeatServices {
	clock: Clock;
	random: Random;
	logger: Logger;
	store(): Promise<Store>;
	leases(): Promise<LeaseKeeper>;
	remote(): Promise<RemoteCalls | null>;
	resumeWait: ResumeWait;
}

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

/** Who wants to listen and has no connection of its own, because another process owns its session. */
export interface Outsider {
	session: SessionKey;
	label: string;
	/** nobody reads any more: it may have the session now */
	wake(): void;
}

/**
 * Exactly one session per account is the reader. The seat holds the second lease, named by the account; further
 * sessions of the same person only send, their triggers are served from here, and one of them sits down when the
 * reader leaves. While another process reads, whoever listens here follows its journal.
 */
export class ReaderSeat {
	readonly #shared: SeatServices;
	readonly #account: AccountId;
	readonly #candidates = new Map<Connection, AccountConfig>();
	readonly #listeners = new Map<Listener, ConsumerHandle | null>();
	readonly #outsiders = new Map<SessionKey, Outsider>();
	#seated: Seated | undefined;
	#following: Follower | undefined;
	/** changes of who sits are made one after another */
	#turn: Promise<void> = Promise.resolve();
	#attempt = 0;

	constructor(shared: SeatServices, account: AccountId) {
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

	/** Listens to what another process reads. @returns whether there is one that does */
	async follow(outsider: Outsider): Promise<boolean> {
		this.#outsiders.set(outsider.session, outsider);
		await this.#arrange();
		return this.#seated !== undefined || this.#following !== undefined;
	}

	/** News of the process that reads. */
	told(news: ReaderNews): void {
		this.#following?.told(news);
	}

	add(listener: Listener): () => void {
		this.#listeners.set(listener, this.#attach(listener));
		return () => {
			this.#listeners.get(listener)?.end();
			this.#listeners.delete(listener);
			if (this.#listeners.size === 0 && this.#following !== undefined) void this.#arrange();
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

	async announceLast(event: ChannelEvent, maxMs: number): Promise<void> {
		await this.#seated?.hub.announceLast(event, maxMs);
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
		if (this.#seated !== undefined) return;
		if (this.#listeners.size > 0) await this.#startFollowing();
		else await this.#stopFollowing();
	}

	async #sit(): Promise<void> {
		const next = [...this.#candidates].find(([connection]) => connection.alive);
		if (next === undefined) return;
		const [connection, config] = next;
		try {
			const leases = await this.#shared.leases();
			const remote = await this.#shared.remote();
			const lease = await leases.acquire(readerLeaseName(this.#account));
			lease.onLost(() => void this.#arrange());
			await this.#stopFollowing();
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
				...(remote === null
					? {}
					: {
							acquirePosition: positionsOf(leases),
							tellFollower: (process, news) => {
								remote.tell(process, toWire({ account: this.#account, ...news }));
							},
						}),
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

	/** Where another process reads, or is about to: nothing changes when it already follows, or nobody reads. */
	async #startFollowing(): Promise<void> {
		const remote = this.#following === undefined ? await this.#shared.remote() : null;
		if (remote === null) return;
		const { clock, random, logger } = this.#shared;
		const account = this.#account;
		const sessions = [...this.#outsiders.keys()];
		const label = [...this.#outsiders.values(), ...this.#candidates.values()][0]?.label ?? '';
		const follower = createFollower({
			...{ account, clock, random, logger, label },
			store: await this.#shared.store(),
			link: readerLink(remote, account, sessions),
			acquirePosition: positionsOf(await this.#shared.leases()),
			lost: () => {
				if (this.#following === follower) void this.#lostReader();
			},
		});
		if (!(await follower.follow())) {
			await follower.stop();
			return;
		}
		this.#following = follower;
		for (const [listener, handle] of this.#listeners)
			if (handle === null) this.#listeners.set(listener, this.#attach(listener));
	}

	async #stopFollowing(): Promise<void> {
		const follower = this.#following;
		if (follower === undefined) return;
		this.#following = undefined;
		for (const [listener, handle] of this.#listeners) {
			handle?.end();
			this.#listeners.set(listener, null);
		}
		await follower.stop();
	}

	async #lostReader(): Promise<void> {
		await (this.#turn = this.#turn.then(() => this.#stopFollowing()));
		for (const outsider of this.#outsiders.values()) outsider.wake();
		await this.#arrange();
	}

	#attach(listener: Listener): ConsumerHandle | null {
		const hub = this.#seated?.hub ?? this.#following;
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

/** Each position is gone on from in one process at a time: the same node may be published in two that both think they lead. */
function positionsOf(leases: LeaseKeeper): AcquirePosition {
	return (consumer) => leases.acquire(consumerLeaseName(consumer));
}

/** The seats of all accounts that are open in this process. */
export class ReaderSeats {
	readonly #seats = new Map<AccountId, ReaderSeat>();

	of(shared: SeatServices, account: AccountId): ReaderSeat {
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
