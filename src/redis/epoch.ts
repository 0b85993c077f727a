import type { Clock, Random } from '../contract';
import { Scope } from '../runtime';
import type { Commands } from './connection';
import { dataLost } from './faults';
import type { Keys } from './keys';
import { VALUE_KEEP_MS } from './lifetimes';
import { integer, list, text, textOrNull } from './replies';
import { epoch as scripts } from './scripts';

/**
 * The life of a lease, ms, as the pool makes them. After Redis has lost data, nobody acquires anything for this long:
 * whoever held a lease that Redis has forgotten stops by itself within it.
 */
export const GUARD_MS = 15_000;

/** While another process puts back what was lost, ms. */
const LOOK_MS = 250;

export interface EpochOptions {
	keys: Keys;
	clock: Clock;
	random: Random;
	guardMs: number;
	/** after a restart or a failover: does Redis still have everything this process has written? */
	isWhole(commands: Commands): Promise<boolean>;
	/** the data this process knew is gone: Redis came back empty, with older data, or is another one */
	lost(): void;
}

/** A life of Redis as the server tells it. */
interface Found {
	id: string;
	/** ms since 1970 */
	createdAt: number;
	/** grows from life to life */
	life: number;
	/** since the data or the server changed */
	sinceMs: number;
	isOlder: boolean;
}

/**
 * Which life of Redis the data belongs to. Checked on every new connection, before any command, and with every lease that
 * is given or renewed, since a Redis may be emptied under an open connection: what was written in one epoch (positions,
 * numbers, leases) means nothing in the next.
 */
export class Epoch {
	readonly #options: EpochOptions;
	readonly #scope = new Scope();
	#id: string | undefined;
	#runId = '';
	/** grows from life to life: one that is lower than another is over */
	#life = 0;
	#isOlder = false;
	#createdAt = 0;
	#losses = 0;
	#isRestored = false;
	#entering: Promise<void> | undefined;
	/** monotonic ms */
	#guardEnds = 0;

	constructor(options: EpochOptions) {
		this.#options = options;
	}

	/** ms since 1970 */
	get createdAt(): number {
		return this.#createdAt;
	}

	/** '' before the first connection */
	get id(): string {
		return this.#id ?? '';
	}

	/** number of this life, the same for every process: about the ms since 1970 when it began, and above every earlier one's */
	get life(): number {
		return this.#life;
	}

	/** this life began with data that had been newer: its last writes were lost, in a restart or a failover */
	get isOlder(): boolean {
		return this.#isOlder;
	}

	/** how often this process has seen data being lost */
	get losses(): number {
		return this.#losses;
	}

	/** some process has put back what it had a copy of */
	get isRestored(): boolean {
		return this.#isRestored;
	}

	/** `runId`: changes with every start of the server; '' in a cluster, where each answer may be another server's. */
	async enter(commands: Commands, runId: string): Promise<void> {
		const known = this.#id;
		const isOtherServer = runId !== '' && this.#runId !== '' && this.#runId !== runId;
		this.#runId = runId;
		let found = await this.#ask(commands, '');
		if (known !== undefined) {
			// A life that is over, and one whose last writes are missing: whoever reads on would count what is new as known.
			const isOver = found.life < this.#life;
			if (isOver || (found.id === known && isOtherServer && !(await this.#options.isWhole(commands))))
				found = await this.#ask(commands, found.id);
		}
		this.#take(found);
	}

	/** What Redis has is known to be older than it was: its next life begins. */
	async older(commands: Commands): Promise<void> {
		this.#take(await this.#ask(commands, this.id));
	}

	/** @param over id of a life that has lost writes, or '' */
	async #ask(commands: Commands, over: string): Promise<Found> {
		const { keys, clock, random } = this.#options;
		const args = [
			random.hex(8),
			clock.now(),
			this.#runId,
			VALUE_KEEP_MS,
			Math.max(this.#life + 1, clock.now()),
			over,
		];
		const [id, created, sinceMs, life, isOlder] = list(
			await commands.run(scripts.enter, [keys.epoch()], args),
		);
		const found = { id: text(id), createdAt: integer(created), life: integer(life) };
		return { ...found, sinceMs: integer(sinceMs), isOlder: integer(isOlder) === 1 };
	}

	#take({ id, createdAt, life, sinceMs, isOlder }: Found): void {
		const { clock, guardMs, lost } = this.#options;
		const left = guardMs - sinceMs;
		if (left > 0) this.#guardEnds = Math.max(this.#guardEnds, clock.monotonic() + left);
		const isLost = this.#id !== undefined && this.#id !== id;
		this.#id = id;
		this.#createdAt = createdAt;
		this.#life = life;
		if (!isLost) return;
		this.#isOlder = isOlder;
		this.#losses += 1;
		this.#isRestored = false;
		lost();
	}

	/**
	 * Is this still the life this process knows? Asked right after what depends on it, over the same connection. `begun`: the
	 * life in which that was asked; it may have waited for a new connection, and found itself in another.
	 * @throws ChannelError `store_unavailable` when it is another one; that one has been entered by then
	 */
	async confirm(commands: Commands, begun = this.id): Promise<void> {
		const asked = await commands.call('HMGET', this.#options.keys.epoch(), 'id', 'restored');
		const [found, restored] = list(asked).map(textOrNull);
		if (found === this.#id) this.#isRestored = restored != null;
		else await this.again(commands);
		if (found !== begun || this.#id !== begun) throw dataLost();
	}

	/** Said to all processes that have no copy of their own. */
	async restored(commands: Commands): Promise<void> {
		await commands.run(scripts.restored, [this.#options.keys.epoch()], [this.id]);
		this.#isRestored = true;
	}

	/** Enters the life that Redis has now. */
	again(commands: Commands): Promise<void> {
		this.#entering ??= this.enter(commands, this.#runId).finally(() => {
			this.#entering = undefined;
		});
		return this.#entering;
	}

	/**
	 * Resolves when leases may be given: after the guard, and when nobody puts back any more what was lost.
	 * @throws when the store is closed meanwhile
	 */
	async mayAcquire(commands: Commands): Promise<void> {
		const { clock, keys } = this.#options;
		const { signal } = this.#scope;
		if (this.#left() <= 0) return;
		for (let left = this.#left(); left > 0; left = this.#left()) await clock.sleep(left, signal);
		while ((await commands.call('EXISTS', keys.moving())) === 1) await clock.sleep(LOOK_MS, signal);
	}

	/**
	 * Redis' clock was set ahead, and leases have ended while their holders still use them: nobody acquires for one lease, here
	 * and where somebody enters from now on. The others see it by themselves.
	 */
	async clockWasSet(commands: Commands): Promise<void> {
		const { clock, guardMs, keys } = this.#options;
		this.#guardEnds = Math.max(this.#guardEnds, clock.monotonic() + guardMs);
		await commands.run(scripts.again, [keys.epoch()], ['']);
	}

	/** Keeps Redis from forgetting the epoch before the data. */
	async keep(commands: Commands): Promise<void> {
		await commands.call('PEXPIRE', this.#options.keys.epoch(), VALUE_KEEP_MS);
	}

	end(reason: unknown): Promise<void> {
		return this.#scope.end(reason);
	}

	#left(): number {
		return this.#guardEnds - this.#options.clock.monotonic();
	}
}
