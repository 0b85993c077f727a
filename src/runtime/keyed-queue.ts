import { abortable } from './abortable';

/** Runs work one after another per key, in the order it came; different keys do not wait for each other. */
export class KeyedQueue {
	readonly #tails = new Map<string, Promise<void>>();

	/** A caller that gives up while waiting leaves the line; what runs already is ended by its own signal. */
	async run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
		const before = this.#tails.get(key) ?? Promise.resolve();
		const { promise: done, resolve: finish } = Promise.withResolvers<void>();
		const tail = before.then(() => done);
		this.#tails.set(key, tail);
		void tail.then(() => {
			if (this.#tails.get(key) === tail) this.#tails.delete(key);
		});
		try {
			await abortable(before, signal);
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
