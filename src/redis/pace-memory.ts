import type { AccountId, Json, PaceRequest, SessionKey } from '../contract';

type Owner = AccountId | SessionKey;

/** One step that was taken: its points have names of their own in Redis, so that putting one back twice is once. */
export interface TakenPoints {
	/** ms since 1970 */
	at: number;
	names: string[];
}

/** What is known of one account's pace, by the names of its windows, chats and pauses. Times in ms since 1970. */
export interface KnownPace {
	windows: Record<string, { windowMs: number; taken: TakenPoints[] }>;
	/** by when each may be written to again */
	chats: Record<string, number>;
	pauses: Record<string, number>;
}

/** Accounts remembered; more than any process has open at once. */
const MOST_OWNERS = 10_000;
/** Of one account; the rest of its gaps is over by the time anybody else may connect. */
const MOST_CHATS = 200;
/** Steps of one window; it holds no more points than its rule allows, unless they had happened already. */
const MOST_STEPS = 5_000;

/**
 * What this process has taken of each account's pace, or was told that others took: to be put back where it has been
 * forgotten. Pure memory, told the time.
 */
export class PaceMemory {
	readonly #owners = new Map<Owner, KnownPace>();

	took(owner: Owner, request: PaceRequest, names: string[], now: number): void {
		const known = this.#of(owner);
		for (const { name, windowMs } of request.windows)
			this.#add(known, name, windowMs, [{ at: now, names }], now);
		const { chat } = request;
		if (chat === null || chat.gapMs <= 0) return;
		known.chats[chat.id] = now + chat.gapMs;
		if (Object.keys(known.chats).length > MOST_CHATS) known.chats = living(known.chats, now, MOST_CHATS);
	}

	paused(owner: Owner, name: string, until: number): void {
		const { pauses } = this.#of(owner);
		pauses[name] = Math.max(until, pauses[name] ?? 0);
	}

	/** What others know; what is here already counts once. */
	learn(owner: Owner, { windows, chats, pauses }: KnownPace, now: number): void {
		const known = this.#of(owner);
		for (const [name, { windowMs, taken }] of Object.entries(windows)) {
			const here = new Set(known.windows[name]?.taken.flatMap(({ names }) => names));
			const fresh = taken
				.map(({ at, names }) => ({ at, names: names.filter((point) => !here.has(point)) }))
				.filter(({ names }) => names.length > 0);
			this.#add(known, name, windowMs, fresh, now);
		}
		for (const [chat, until] of Object.entries(chats))
			known.chats[chat] = Math.max(until, known.chats[chat] ?? 0);
		for (const [name, until] of Object.entries(pauses)) this.paused(owner, name, until);
	}

	/** What still holds of it, or null. */
	of(owner: Owner, now: number): KnownPace | null {
		const known = this.#owners.get(owner);
		if (known === undefined) return null;
		const windows: KnownPace['windows'] = {};
		for (const [name, { windowMs, taken }] of Object.entries(known.windows)) {
			const holds = taken.filter(({ at }) => at > now - windowMs);
			if (holds.length > 0) windows[name] = { windowMs, taken: holds };
		}
		const held: KnownPace = {
			windows,
			chats: living(known.chats, now, MOST_CHATS),
			pauses: living(known.pauses, now, Infinity),
		};
		if (Object.values(held).some((part) => Object.keys(part as object).length > 0)) return held;
		this.#owners.delete(owner);
		return null;
	}

	owners(): Owner[] {
		return [...this.#owners.keys()];
	}

	forget(owner: Owner): void {
		this.#owners.delete(owner);
	}

	#add(known: KnownPace, name: string, windowMs: number, taken: TakenPoints[], now: number): void {
		const window = (known.windows[name] ??= { windowMs, taken: [] });
		window.windowMs = windowMs;
		window.taken.push(...taken);
		const oldest = window.taken[0];
		if (oldest === undefined || (oldest.at > now - windowMs && window.taken.length <= MOST_STEPS)) return;
		window.taken = window.taken.filter(({ at }) => at > now - windowMs).slice(-MOST_STEPS);
	}

	/** The one used last stays longest. */
	#of(owner: Owner): KnownPace {
		const known = this.#owners.get(owner) ?? { windows: {}, chats: {}, pauses: {} };
		this.#owners.delete(owner);
		this.#owners.set(owner, known);
		if (this.#owners.size > MOST_OWNERS) {
			const oldest = this.#owners.keys().next().value;
			if (oldest !== undefined) this.#owners.delete(oldest);
		}
		return known;
	}
}

/** In a mirror it stands beside the values of accounts and sessions, under a name none of them has. */
const MIRRORED_OWNER = 'pace of ';
export const MIRRORED_NAME = 'known';
export const mirroredOwner = (owner: Owner): string => MIRRORED_OWNER + owner;

/** Whose pace a value of a mirror is, or null: it is another value. */
export function paceOwnerOf(mirrored: string): Owner | null {
	return mirrored.startsWith(MIRRORED_OWNER) ? mirrored.slice(MIRRORED_OWNER.length) : null;
}

/** As a mirror keeps it. */
export function toStored(known: KnownPace): Json {
	const windows = Object.entries(known.windows).map(([name, { windowMs, taken }]): Json => [
		name,
		windowMs,
		taken.map(({ at, names }): Json => [at, names]),
	]);
	return { windows, chats: known.chats, pauses: known.pauses };
}

/** Written by `toStored`. */
export function fromStored(stored: Json): KnownPace {
	const { windows, chats, pauses } = stored as unknown as {
		windows: [string, number, [number, string[]][]][];
		chats: Record<string, number>;
		pauses: Record<string, number>;
	};
	return {
		windows: Object.fromEntries(
			windows.map(([name, windowMs, taken]) => [
				name,
				{ windowMs, taken: taken.map(([at, names]) => ({ at, names })) },
			]),
		),
		chats,
		pauses,
	};
}

/** Those whose time is still to come, the last `most` of them. */
function living(times: Record<string, number>, now: number, most: number): Record<string, number> {
	const ahead = Object.entries(times).filter(([, until]) => until > now);
	return Object.fromEntries(ahead.length <= most ? ahead : ahead.sort(([, a], [, b]) => a - b).slice(-most));
}
