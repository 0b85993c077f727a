/**
 * Parts of files on their way at once, of all accounts of this process. A part costs n8n's own thread its encryption
 * and half a megabyte of memory; the gate counts parts, not files, since one execution may wait for a download and an
 * upload at the same time. Four megabytes on their way fill a connection of 40 MB/s with an answer's way of 100 ms.
 */
const PARTS_AT_ONCE = 8;

interface Waiting {
	readonly owner: object;
	begin(): void;
}

/**
 * Lets so many pieces of work run at once, and one of each owner in any case: an account whose parts stand still (a
 * flood wait, a dead connection) holds up no other. The others go in the order they came.
 */
export class PartGate {
	readonly #most: number;
	readonly #waiting = new Set<Waiting>();
	readonly #running = new Map<object, number>();
	#total = 0;

	constructor(most: number) {
		this.#most = most;
	}

	/** @throws the signal's reason, when it ends while the work has not begun */
	async run<T>(owner: object, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
		signal.throwIfAborted();
		if (this.#mayBegin(owner)) this.#count(owner, 1);
		else await this.#turn(owner, signal);
		try {
			return await work();
		} finally {
			this.#count(owner, -1);
			for (const one of this.#waiting) if (this.#mayBegin(one.owner)) one.begin();
		}
	}

	#mayBegin(owner: object): boolean {
		return this.#total < this.#most || !this.#running.has(owner);
	}

	#count(owner: object, change: 1 | -1): void {
		this.#total += change;
		const count = (this.#running.get(owner) ?? 0) + change;
		if (count === 0) this.#running.delete(owner);
		else this.#running.set(owner, count);
	}

	#turn(owner: object, signal: AbortSignal): Promise<void> {
		return new Promise((resolve, reject) => {
			const leave = (): void => {
				this.#waiting.delete(waiting);
				signal.removeEventListener('abort', abort);
			};
			const waiting: Waiting = {
				owner,
				begin: () => {
					leave();
					this.#count(owner, 1);
					resolve();
				},
			};
			const abort = (): void => {
				leave();
				reject(signal.reason as Error);
			};
			this.#waiting.add(waiting);
			signal.addEventListener('abort', abort, { once: true });
		});
	}
}

export const partGate = new PartGate(PARTS_AT_ONCE);
