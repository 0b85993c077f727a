import type { Logger } from '../contract';

/**
 * The whole clean-up of a long-lived object: an abort signal and a stack of undo steps. Ending runs every step in
 * reverse order, goes on past a failing one, and happens once; a second call gets the same promise.
 */
export class Scope {
	readonly #controller = new AbortController();
	readonly #undo: (() => void | Promise<void>)[] = [];
	readonly #logger: Logger | undefined;
	#ending: Promise<void> | undefined;

	constructor(logger?: Logger) {
		this.#logger = logger;
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	get ended(): boolean {
		return this.#ending !== undefined;
	}

	/** Registers an undo step; runs it at once when the scope has ended already. */
	add(undo: () => void | Promise<void>): void {
		if (this.#ending === undefined) this.#undo.push(undo);
		else void this.#run(undo);
	}

	end(reason?: unknown): Promise<void> {
		this.#ending ??= this.#endOnce(reason);
		return this.#ending;
	}

	async #endOnce(reason: unknown): Promise<void> {
		this.#controller.abort(reason);
		for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) await this.#run(undo);
	}

	async #run(undo: () => void | Promise<void>): Promise<void> {
		try {
			await undo();
		} catch (error) {
			this.#logger?.warn('a clean-up step failed', { error: String(error) });
		}
	}
}
