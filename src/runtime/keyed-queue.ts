import { abortable } from './abortable';

/** Runs work one after another per key, in the order it came; different keys do not wait for each other. */
export class KeyedQueue {
	readonly #tails = new Map<string, Promise<void>>();

	/**
	 * A caller that gives up while waiting leaves the line; what runs already is ended by its own signal.
	 * @param signal null = stays in the line. A signal keeps a list of who listens, and searches it for each newcomer:
	 * thousands that wait under one signal cost the square of their number
	 */
	async run<T>(key: string, signal: AbortSignal | null, work: () => Promise<T>): Promise<T> {
		const before = this.#tails.get(key);
		const { promise: done, resolve: finish } = Promise.withResolvers<void>();
		const tail = before === undefined ? done : before.then(() => done);
		this.#tails.set(key, tail);
		void tail.then(() => {
			if (this.#tails.get(key) === tail) this.#tails.delete(key);
		});
		try {
			signal?.throwIfAborted();
			if (before !== undefined) await (signal === null ? before : abortable(before, signal));
			return await work();
		} finally {
			finish();
		}
	}

	/** Is work of this key waiting or running? */
	has(key: string): boolean {
		return this.#tails.has(key);
	}

	/** keys with work waiting or running */
	get size(): number {
		return this.#tails.size;
	}
}
