/** What one chat has to say next: ready, or waiting for a fact about it, or for the rest of its album. */
interface Slot<T> {
	/** place among everything that was ever held */
	readonly number: number;
	/** key of the album it gathers; null = a single one */
	readonly album: string | null;
	/** null = not known yet */
	readonly cells: (T | null)[];
	/** ms at which the album is taken for complete; null = nothing to wait for */
	closesAt: number | null;
}

export interface LanesOptions<T> {
	/** how long an album waits for its next part, ms */
	albumMs: number;
	/** the parts of an album as one, in the order they came */
	merge(parts: readonly T[]): T;
}

/**
 * Order within each chat, and none between chats: what waits in one chat (an own message whose sender is not certain
 * yet, an album that may not be complete) holds back what follows in that chat only. Pure: it is told the time.
 */
export class Lanes<T> {
	readonly #options: LanesOptions<T>;
	readonly #lanes = new Map<string, Slot<T>[]>();
	#ready: T[] = [];
	#numbers = 0;

	constructor(options: LanesOptions<T>) {
		this.#options = options;
	}

	/**
	 * @param told null = it is not known yet; the returned function brings it
	 * @param album parts with the same key that follow one another in a chat become one
	 */
	add(chat: string, told: T | null, album: string | null, now: number): (told: T) => void {
		const lane = this.#lanes.get(chat) ?? [];
		const tail = lane.at(-1);
		if (told !== null && album === null && tail === undefined) {
			this.#ready.push(told);
			return () => undefined;
		}
		if (album !== null && tail?.album === album) {
			tail.closesAt = now + this.#options.albumMs;
			return setter(tail.cells, told);
		}
		// Telegram numbers the parts of an album without a gap: whatever else is said in the chat ends it.
		if (tail !== undefined && tail.closesAt !== null) tail.closesAt = now;
		this.#numbers += 1;
		const slot: Slot<T> = {
			number: this.#numbers,
			album,
			cells: [],
			closesAt: album === null ? null : now + this.#options.albumMs,
		};
		lane.push(slot);
		this.#lanes.set(chat, lane);
		return setter(slot.cells, told);
	}

	/** Everything whose turn it is, in the order of each chat. */
	take(now: number): T[] {
		const ready = this.#ready;
		this.#ready = [];
		for (const [chat, lane] of this.#lanes) {
			for (let head = lane[0]; head !== undefined && isReady(head, now); head = lane[0]) {
				ready.push(this.#release(head));
				lane.shift();
			}
			if (lane.length === 0) this.#lanes.delete(chat);
		}
		return ready;
	}

	/** the number of the oldest that is held, null = none is */
	get oldestHeld(): number | null {
		let oldest: number | null = null;
		for (const [head] of this.#lanes.values()) {
			if (head !== undefined && (oldest === null || head.number < oldest)) oldest = head.number;
		}
		return oldest;
	}

	/** the highest number given so far */
	get lastNumber(): number {
		return this.#numbers;
	}

	/** ms at which the next album is complete; null = none is waited for */
	get nextAt(): number | null {
		let next: number | null = null;
		for (const [head] of this.#lanes.values()) {
			if (head?.closesAt != null && (next === null || head.closesAt < next)) next = head.closesAt;
		}
		return next;
	}

	#release({ album, cells }: Slot<T>): T {
		const parts = cells.filter((cell) => cell !== null);
		const [first] = parts;
		if (first === undefined) throw new Error('released before it was known');
		return album === null || parts.length === 1 ? first : this.#options.merge(parts);
	}
}

function setter<T>(cells: (T | null)[], told: T | null): (told: T) => void {
	const at = cells.push(told) - 1;
	return (known) => {
		cells[at] = known;
	};
}

function isReady<T>({ cells, closesAt }: Slot<T>, now: number): boolean {
	return (closesAt === null || closesAt <= now) && cells.every((cell) => cell !== null);
}
