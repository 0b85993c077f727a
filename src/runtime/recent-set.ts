/**
 * Remembers at least the last `most` texts and at most twice as many. Two sets that take turns: taking the oldest out of
 * one set again and again makes it search through the places of all that have gone.
 */
export class RecentSet {
	readonly #most: number;
	#young = new Set<string>();
	#old = new Set<string>();

	constructor(most: number) {
		this.#most = most;
	}

	has(text: string): boolean {
		return this.#young.has(text) || this.#old.has(text);
	}

	add(text: string): void {
		this.#young.add(text);
		if (this.#young.size < this.#most) return;
		this.#old = this.#young;
		this.#young = new Set();
	}
}
