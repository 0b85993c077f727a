import { AdvanceableClock, SeededRandom } from '../../shared';
import type { SandboxClock } from '../../shared';
import { noFaults } from '../faults';
import type { Faults } from '../faults';
import { defaultPolicy } from '../policy';
import type { Slot } from '../media/slots';
import type { Policy } from '../policy';
import type { Chat, Media, Message, QrLogin, Session, SmsCode, Track, User } from '../state/model';
import type { Connection } from './connection';
import { TrafficLog } from './log';

export interface WorldOptions {
	readonly clock?: SandboxClock;
	readonly seed?: number;
	readonly policy?: Partial<Policy>;
}

/** Addresses under which the up- and download server is reached. */
export interface MediaBases {
	readonly secure: string;
	readonly plain: string;
}

/** The whole state behind all front ends, and the few things everybody needs: time, random, ids. */
export class World {
	readonly clock: SandboxClock;
	readonly random: SeededRandom;
	policy: Policy;
	faults: Faults = noFaults();
	readonly log = new TrafficLog();

	readonly users = new Map<bigint, User>();
	readonly chats = new Map<string, Chat>();
	readonly sessions: Session[] = [];
	readonly tokens = new Map<string, Session>();
	readonly smsCodes = new Map<string, SmsCode>();
	/** Newest code per phone, for the person who "reads the SMS". */
	readonly lastCodes = new Map<string, string>();
	/** Times of AUTH_REQUEST per phone. */
	readonly codeRequests = new Map<string, number[]>();
	/** Register token → phone. */
	readonly registerTokens = new Map<string, string>();
	readonly tracks = new Map<string, Track>();
	readonly qrLogins = new Map<string, QrLogin>();
	readonly media = new Map<bigint, Media>();
	readonly mediaByToken = new Map<string, Media>();
	/** Upload addresses by their ticket. */
	readonly slots = new Map<string, Slot>();
	readonly connections = new Set<Connection>();
	/** `<user>:<cid>` → the message it made, so that a repeated send makes none. */
	readonly sentByCid = new Map<string, Message>();
	mediaBases: MediaBases = { secure: 'https://127.0.0.1:0', plain: 'http://127.0.0.1:0' };

	readonly #online = new Map<bigint, Set<Connection>>();
	readonly #timers = new Set<() => void>();
	#lastMessageId = 0n;
	#lastId = new Map<string, bigint>();

	constructor(options: WorldOptions = {}) {
		this.clock = options.clock ?? new AdvanceableClock();
		this.random = new SeededRandom(options.seed ?? 1);
		this.policy = { ...defaultPolicy(), ...options.policy };
	}

	now(): number {
		return this.clock.now();
	}

	/** Runs later unless the world ends first; the returned function cancels. */
	after(ms: number, run: () => void): () => void {
		const cancel = this.clock.setTimer(ms, () => {
			this.#timers.delete(stop);
			run();
		});
		const stop = (): void => {
			this.#timers.delete(stop);
			cancel();
		};
		this.#timers.add(stop);
		return stop;
	}

	/** Cancels every timer. */
	end(): void {
		for (const stop of [...this.#timers]) stop();
	}

	/**
	 * The time LOGIN tells. Messages of one burst in one chat are kept a millisecond apart (see
	 * `nextMessageId`), so the newest may be a little ahead of the clock.
	 */
	serverTime(): number {
		return Math.max(this.now(), Number(this.#lastMessageId >> 16n));
	}

	/**
	 * Milliseconds in the upper bits, a counter in the lower 16; strictly increasing. `after` is the time of
	 * the chat's last message: two messages of a chat never share a millisecond, because a client that pages by
	 * time could not get past a page of equal times, and no capture shows that it must.
	 */
	nextMessageId(after = 0): bigint {
		const earliest = BigInt(Math.max(this.now(), after + 1)) << 16n;
		const id = earliest > this.#lastMessageId ? earliest : this.#lastMessageId + 1n;
		this.#lastMessageId = id;
		return id;
	}

	/** An id for an injected message of the past: free of collisions, not tied to the newest id. */
	pastMessageId(time: number, taken: (id: bigint) => boolean): bigint {
		let id = BigInt(time) << 16n;
		while (taken(id)) id += 1n;
		return id;
	}

	/** Consecutive ids per kind, starting where captured ids of that kind lie. */
	nextId(kind: 'user' | 'group' | 'media' | 'poll' | 'sticker', start: bigint): bigint {
		const id = (this.#lastId.get(kind) ?? start - 1n) + 1n;
		this.#lastId.set(kind, id);
		return id;
	}

	/** Logged-in connections of a user. */
	connectionsOf(userId: bigint): Connection[] {
		return [...(this.#online.get(userId) ?? [])];
	}

	joined(userId: bigint, conn: Connection): void {
		const set = this.#online.get(userId) ?? new Set();
		this.#online.set(userId, set.add(conn));
	}

	left(conn: Connection): void {
		this.connections.delete(conn);
		if (conn.user !== undefined) this.#online.get(conn.user.id)?.delete(conn);
	}

	userByPhone(phone: string): User | undefined {
		const digits = phone.replace(/\D/g, '');
		return [...this.users.values()].find((user) => user.phone === digits);
	}
}
