import type {
	AccountId,
	Clock,
	Json,
	PaceMemory as Recalled,
	PaceRequest,
	Random,
	SessionKey,
	SharedPace,
} from '../contract';
import type { Commands } from './connection';
import type { Keys } from './keys';
import { fromStored, PaceMemory, toStored, type KnownPace } from './pace-memory';
import { fields, integer, list, text } from './replies';
import { pace as scripts } from './scripts';

type Owner = AccountId | SessionKey;

/** What was taken is written into the mirror this long after at the latest, ms: not with each step. */
const KEEP_MS = 5_000;
/** Accounts put back at once, and how long until a failure is tried again, ms. */
const BACK_AT_ONCE = 50;
const BACK_RETRY_MS = 500;

export interface PaceOptions {
	commands: Commands;
	keys: Keys;
	clock: Clock;
	random: Random;
	/** see `LeaseOptions.time` */
	time: 'server' | 'clock';
	/** Where a second copy is kept, if there is one: `known` holds for `ms`. Never rejects. */
	keep?(owner: Owner, known: Json, ms: number): void;
	/** ends with the store */
	signal: AbortSignal;
}

/** Budgets and pauses that all processes keep together; each can tell a Redis that has forgotten them what it knows. */
export class Pace implements SharedPace {
	readonly #options: PaceOptions;
	readonly #memory = new PaceMemory();
	readonly #unkept = new Set<Owner>();
	#cancelKeep: (() => void) | undefined;
	#back: Promise<void> | undefined;

	constructor(options: PaceOptions) {
		this.#options = options;
		options.signal.addEventListener('abort', () => this.#cancelKeep?.(), { once: true });
	}

	async take(owner: Owner, request: PaceRequest): Promise<number> {
		const { commands, keys, random, clock } = this.#options;
		const { points, windows, chat, pauses, happened } = request;
		const touched = [keys.pauses(owner), keys.paceChats(owner), ...this.#windows(owner, windows)];
		const name = `${random.hex(6)}/`;
		const wait = integer(
			await commands.run(scripts.take, touched, [
				this.#now(),
				points,
				name,
				chat?.id ?? '',
				chat?.gapMs ?? 0,
				happened === true ? 1 : 0,
				windows.length,
				...windows.flatMap((window) => [window.points, window.windowMs]),
				...pauses,
			]),
		);
		if (wait === 0) {
			const names = Array.from({ length: points }, (_, index) => `${name}${index + 1}`);
			this.#memory.took(owner, request, names, clock.now());
			this.#keepSoon(owner);
		}
		return wait;
	}

	async pause(owner: Owner, name: string, ms: number): Promise<void> {
		const { commands, keys, clock } = this.#options;
		const whole = Math.ceil(ms);
		if (whole <= 0) return;
		this.#memory.paused(owner, name, clock.now() + whole);
		this.#keep(owner);
		await commands.run(scripts.pause, [keys.pauses(owner)], [this.#now(), name, whole]);
	}

	/** In this process' own time, whatever Redis' clock says. */
	async recall(owner: Owner, windows: PaceRequest['windows']): Promise<Recalled> {
		const { commands, keys, clock } = this.#options;
		const touched = [keys.pauses(owner), ...this.#windows(owner, windows)];
		const spans = windows.map(({ windowMs }) => windowMs);
		const [now, pauses, times] = list(await commands.run(scripts.recall, touched, [this.#now(), ...spans]));
		const ahead = integer(text(now)) - clock.now();
		const own = (time: string): number => Number(time) - ahead;
		const taken = list(times).map((each) =>
			[...fields(each)].map(([name, time]) => ({ at: own(time), names: [name] })),
		);
		const known: KnownPace = {
			windows: Object.fromEntries(
				windows.map(({ name, windowMs }, index) => [name, { windowMs, taken: taken[index] ?? [] }]),
			),
			chats: {},
			pauses: Object.fromEntries([...fields(pauses)].map(([name, until]) => [name, own(until)])),
		};
		this.#memory.learn(owner, known, clock.now());
		return {
			windows: Object.fromEntries(
				Object.entries(known.windows).map(([name, window]) => [name, window.taken.map(({ at }) => at)]),
			),
			pauses: known.pauses,
		};
	}

	/** What a mirror kept of an earlier life of this process, or of another one. */
	learn(owner: Owner, stored: Json): void {
		this.#memory.learn(owner, fromStored(stored), this.#options.clock.now());
	}

	forget(owner: Owner): void {
		this.#memory.forget(owner);
		this.#unkept.delete(owner);
	}

	/** What the mirror has not got yet, before it is closed. */
	keepNow(): void {
		this.#cancelKeep?.();
		this.#cancelKeep = undefined;
		for (const owner of this.#unkept) this.#keep(owner);
	}

	/** Redis has forgotten what is known here: it is told, until it has heard. What it knows already stays as it is. */
	putBack(): void {
		this.#back ??= this.#putAllBack().finally(() => {
			this.#back = undefined;
		});
	}

	/** Resolves when nothing is being put back. */
	async settled(): Promise<void> {
		while (this.#back !== undefined) await this.#back;
	}

	async #putAllBack(): Promise<void> {
		const { clock, signal } = this.#options;
		const left = this.#memory.owners();
		while (left.length > 0 && !signal.aborted) {
			const some = left.slice(-BACK_AT_ONCE);
			try {
				await Promise.all(some.map((owner) => this.#putOneBack(owner)));
				left.splice(-some.length);
			} catch {
				// Said by the connection, which comes back.
				await clock.sleep(BACK_RETRY_MS, signal).catch(() => undefined);
			}
		}
	}

	/** By how long ago, or for how much longer: the clocks of Redis and of this process need not agree. */
	async #putOneBack(owner: Owner): Promise<void> {
		const { commands, keys, clock } = this.#options;
		const now = clock.now();
		const known = this.#memory.of(owner, now);
		if (known === null) return;
		const windows = Object.entries(known.windows).map(([name, { windowMs, taken }]) => {
			const points = taken.flatMap(({ at, names }) => names.flatMap((point) => [now - at, point]));
			return commands.run(scripts.putPoints, [keys.pace(owner, name)], [this.#now(), windowMs, ...points]);
		});
		const chats = Object.entries(known.chats).flatMap(([chat, until]) => [until - now, chat]);
		if (chats.length > 0)
			windows.push(commands.run(scripts.putChats, [keys.paceChats(owner)], [this.#now(), ...chats]));
		const pauses = Object.entries(known.pauses).map(([name, until]) =>
			commands.run(scripts.pause, [keys.pauses(owner)], [this.#now(), name, Math.ceil(until - now)]),
		);
		await Promise.all([...windows, ...pauses]);
	}

	#keepSoon(owner: Owner): void {
		const { clock, keep, signal } = this.#options;
		if (keep === undefined || signal.aborted) return;
		this.#unkept.add(owner);
		this.#cancelKeep ??= clock.after(KEEP_MS, () => {
			this.keepNow();
		});
	}

	#keep(owner: Owner): void {
		const { clock, keep } = this.#options;
		this.#unkept.delete(owner);
		if (keep === undefined) return;
		const now = clock.now();
		const known = this.#memory.of(owner, now);
		if (known !== null) keep(owner, toStored(known), Math.max(1, lastEnd(known) - now));
	}

	#windows(owner: Owner, windows: PaceRequest['windows']): string[] {
		return windows.map(({ name }) => this.#options.keys.pace(owner, name));
	}

	#now(): string {
		return this.#options.time === 'server' ? '' : String(this.#options.clock.now());
	}
}

/** When nothing of it holds any more. */
function lastEnd({ windows, chats, pauses }: KnownPace): number {
	const windowEnds = Object.values(windows).map(({ windowMs, taken }) => windowMs + (taken.at(-1)?.at ?? 0));
	return Math.max(0, ...windowEnds, ...Object.values(chats), ...Object.values(pauses));
}
