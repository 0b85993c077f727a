import type { IntentHandle, IntentPart, IntentRecord, Json, JsonObject, Store } from '../../contract';

/** What an intent shares with its parts. */
export interface IntentScope {
	store: Store;
	/** see `CommandSpec` */
	deduplicated: boolean;
	/** makes the record of a new intent or part in state `reserved` */
	record(key: string): IntentRecord;
}

export function reserve(
	{ store, deduplicated, record }: IntentScope,
	key: string,
): ReturnType<Store['reserveIntent']> {
	return store.reserveIntent(record(key), { beside: deduplicated });
}

/** The driver's hold on one intent: told right before the first byte leaves. */
export class StoredIntent implements IntentHandle {
	readonly state: 'reserved' | 'sent';
	readonly repeated: boolean;
	readonly #scope: IntentScope;
	readonly #record: IntentRecord;
	#left: boolean;

	constructor(scope: IntentScope, record: IntentRecord, created: boolean) {
		this.#scope = scope;
		this.#record = record;
		this.state = record.state === 'sent' ? 'sent' : 'reserved';
		this.repeated = !created;
		this.#left = this.repeated;
	}

	get providerKey(): string {
		return this.#record.providerKey;
	}

	get since(): number {
		return this.#record.createdAt;
	}

	get context(): JsonObject {
		return this.#record.context;
	}

	/** May bytes have left, now or in an earlier try? Then a failure is ambiguous and the intent stays. */
	get left(): boolean {
		return this.#left;
	}

	sent(context: JsonObject = {}): Promise<void> {
		this.#left = true;
		const { store, deduplicated } = this.#scope;
		if (deduplicated) return Promise.resolve();
		// After a loss of power nobody may believe that nothing has left.
		return store.updateIntent(this.#record.key, { state: 'sent', context }, { flush: true });
	}

	async part(name: string): Promise<IntentPart> {
		const key = `${this.#record.key}/${name}`;
		const { created, intent } = await reserve(this.#scope, key);
		if (intent.state === 'done') return { done: true, result: intent.result };
		this.#left = true;
		return {
			done: false,
			handle: new StoredIntent(this.#scope, intent, created),
			finish: (result: Json) => this.#scope.store.updateIntent(key, { state: 'done', result }),
			refused: () => this.#scope.store.deleteIntent(key),
		};
	}
}
