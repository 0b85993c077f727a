/**
 * Parts of files on their way at once, of all accounts of this process. A part costs n8n's own thread its encryption
 * and half a megabyte of memory; the gate counts parts, not files, since one execution may wait for a download and an
 * upload at the same time.
 */
const PARTS_AT_ONCE = 4;

/** Lets so many pieces of work run at once; the others go in the order they came. */
export class PartGate {
	readonly #most: number;
	readonly #waiting = new Set<() => void>();
	#running = 0;

	constructor(most: number) {
		this.#most = most;
	}

	/** @throws the signal's reason, when it ends while the work has not begun */
	async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
		await this.#enter(signal);
		try {
			return await work();
		} finally {
			this.#running -= 1;
			const [next] = this.#waiting;
			next?.();
		}
	}

	async #enter(signal: AbortSignal): Promise<void> {
		signal.throwIfAborted();
		if (this.#running < this.#most && this.#waiting.size === 0) {
			this.#running += 1;
			return;
		}
		await new Promise<void>((resolve, reject) => {
			const leave = (): void => {
				this.#waiting.delete(begin);
				signal.removeEventListener('abort', abort);
			};
			const begin = (): void => {
				leave();
				this.#running += 1;
				resolve();
			};
			const abort = (): void => {
				leave();
				reject(signal.reason as Error);
			};
			this.#waiting.add(begin);
			signal.addEventListener('abort', abort, { once: true });
		});
	}
}

export const partGate = new PartGate(PARTS_AT_ONCE);
