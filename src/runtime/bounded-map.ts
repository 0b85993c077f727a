/** A map that forgets its oldest entries beyond `max`, and any entry older than `lifeMs`. Told the time by its caller. */
export class BoundedMap<V> {
	readonly #entries = new Map<string, { value: V; until: number }>();
	readonly #max: number;
	readonly #lifeMs: number;

	constructor(max: number, lifeMs: number) {
		this.#max = max;
		this.#lifeMs = lifeMs;
	}

	get(key: string, now: number): V | undefined {
		const entry = this.#entries.get(key);
		if (entry === undefined) return undefined;
		if (entry.until > now) return entry.value;
		this.#entries.delete(key);
		return undefined;
	}

	set(key: string, value: V, now: number): void {
		this.#entries.delete(key);
		this.#entries.set(key, { value, until: now + this.#lifeMs });
		if (this.#entries.size <= this.#max) return;
		const oldest = this.#entries.keys().next().value;
		if (oldest !== undefined) this.#entries.delete(oldest);
	}

	/** those that have not passed, oldest first */
	keys(now: number): string[] {
		return [...this.#entries].flatMap(([key, { until }]) => (until > now ? key : []));
	}

	delete(key: string): void {
		this.#entries.delete(key);
	}
}
