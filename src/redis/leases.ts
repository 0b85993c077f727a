import type { Clock, LeaseAnswer, StoreLease } from '../contract';
import type { Commands } from './connection';
import { isDataLost } from './faults';
import { accountOfReaderLease, type Keys } from './keys';
import { LEASE_KEEP_MS } from './lifetimes';
import { integer, list, text } from './replies';
import { leases as scripts } from './scripts';
import { ServerClock } from './server-clock';

/** Leases renewed in one step: a script stops everything else in Redis while it runs. */
const RENEW_AT_ONCE = 500;

export interface LeaseOptions {
	commands: Commands;
	keys: Keys;
	clock: Clock;
	cluster: boolean;
	/** whose clock says when a lease ends: Redis' own (one for all hosts), or the one handed in (tests that own the time) */
	time: 'server' | 'clock';
	/** resolves when leases may be given in this life of Redis, see `Epoch` */
	mayAcquire(): Promise<void>;
	/** rejects when this is another life of Redis by now */
	confirm(): Promise<void>;
	/** Redis' clock was set ahead: nobody may acquire until those whose leases ended too early have noticed */
	clockWasSet(): Promise<void>;
	/** which life of Redis this process knows */
	life(): string;
}

/** Who may connect, and who may append. */
export class Leases {
	readonly #options: LeaseOptions;
	/** reader leases given to this process, by name: their tokens */
	readonly #held = new Map<string, number>();
	/** the life of Redis in which each lease was given, by name: it ends with it, though Redis may still know it */
	readonly #lives = new Map<string, string>();
	readonly #serverClock = new ServerClock();

	constructor(options: LeaseOptions) {
		this.#options = options;
	}

	async acquire(name: string, holder: string, ttlMs: number): Promise<LeaseAnswer> {
		const { commands, keys, clock } = this.#options;
		const account = accountOfReaderLease(name);
		const touched = account === null ? [keys.lease(name)] : [keys.lease(name), keys.account(account)];
		for (;;) {
			await this.#options.mayAcquire();
			const args = [this.#now(), holder, ttlMs, LEASE_KEEP_MS];
			const asked = clock.monotonic();
			const [answer, life] = await Promise.allSettled([
				commands.run(scripts.acquire, touched, args),
				this.#options.confirm(),
			]);
			if (answer.status === 'rejected') throw answer.reason;
			const reply = list(answer.value);
			const isTooEarly = await this.#wasSetAhead(asked, reply[2]);
			if (life.status === 'rejected') {
				// Given by a Redis that has forgotten who holds it: whoever that is stops within the guard, asked for anew.
				if (integer(reply[0]) === 1) await this.#end(name, 'token', text(reply[1]));
				if (!isDataLost(life.reason)) throw life.reason;
				continue;
			}
			if (integer(reply[0]) === 0) {
				return { acquired: false, holder: text(reply[3]), expiresAt: clock.now() + integer(reply[1]) };
			}
			const token = integer(reply[1]);
			if (isTooEarly) {
				await this.#end(name, 'token', String(token));
				continue;
			}
			this.#lives.set(name, this.#options.life());
			if (account !== null) this.#held.set(name, token);
			return { acquired: true, lease: { name, token, expiresAt: clock.now() + ttlMs } };
		}
	}

	async renew(leases: readonly StoreLease[], ttlMs: number): Promise<string[]> {
		const atOnce = this.#options.cluster ? 1 : RENEW_AT_ONCE;
		const groups: StoreLease[][] = [];
		for (let from = 0; from < leases.length; from += atOnce) groups.push(leases.slice(from, from + atOnce));
		const renewed = Promise.all(groups.map((group) => this.#renewGroup(group, ttlMs)));
		// A Redis that was emptied, or has older data, is entered anew.
		const [refused] = await Promise.all([
			renewed.then((names) => names.flat()),
			this.#options.confirm().catch(() => undefined),
		]);
		const lost = new Set(refused);
		for (const lease of leases) {
			if (lost.has(lease.name) || !this.#isOver(lease.name)) continue;
			lost.add(lease.name);
			// Nobody waits for one that Redis has kept and nobody uses.
			void this.release(lease).catch(() => undefined);
		}
		for (const name of lost) this.#drop(name);
		return [...lost];
	}

	/** Was it given in a life of Redis that is over? */
	#isOver(name: string): boolean {
		return (this.#lives.get(name) ?? this.#options.life()) !== this.#options.life();
	}

	#drop(name: string): void {
		this.#held.delete(name);
		this.#lives.delete(name);
	}

	async #renewGroup(group: readonly StoreLease[], ttlMs: number): Promise<string[]> {
		const { commands, keys } = this.#options;
		const names = group.map(({ name }) => keys.lease(name));
		const args = [this.#now(), ttlMs, LEASE_KEEP_MS, ...group.map(({ token }) => token)];
		const asked = this.#options.clock.monotonic();
		const [now, ...positions] = list(await commands.run(scripts.renew, names, args)).map(integer);
		await this.#wasSetAhead(asked, now);
		return positions.flatMap((position) => group[position - 1]?.name ?? []);
	}

	/** In a cluster each server has a clock of its own: there it is not seen. */
	async #wasSetAhead(asked: number, now: unknown): Promise<boolean> {
		const { clock, cluster, clockWasSet } = this.#options;
		if (cluster) return false;
		const reading = { asked, answered: clock.monotonic(), server: integer(now) };
		if (!this.#serverClock.wasSetAhead(reading)) return false;
		await clockWasSet();
		return true;
	}

	async release(lease: StoreLease): Promise<void> {
		this.#drop(lease.name);
		await this.#end(lease.name, 'token', String(lease.token));
	}

	break(name: string, holder: string): Promise<void> {
		return this.#end(name, 'holder', holder);
	}

	/** Does another process have this lease now? */
	async heldElsewhere(name: string): Promise<boolean> {
		const { commands, keys } = this.#options;
		const own = this.#held.get(name);
		return (
			integer(await commands.run(scripts.heldElsewhere, [keys.lease(name)], [this.#now(), own ?? ''])) === 1
		);
	}

	async #end(name: string, field: 'token' | 'holder', value: string): Promise<void> {
		await this.#options.commands.run(scripts.release, [this.#options.keys.lease(name)], [field, value]);
	}

	#now(): string {
		return this.#options.time === 'server' ? '' : String(this.#options.clock.now());
	}
}
