import type { IntentHandle, IntentPart, IntentRecord, Json, JsonObject, Logger, Store } from '../../contract';

/** What an intent shares with its parts. */
export interface IntentScope {
	store: Store;
	logger: Logger;
	/** makes the record of a new intent or part in state `reserved` */
	record(key: string): IntentRecord;
}

/** The driver's hold on one intent: told right before the first byte leaves. */
export class StoredIntent implements IntentHandle {
	readonly state: 'reserved' | 'sent';
	readonly #scope: IntentScope;
	readonly #record: IntentRecord;
	#left: boolean;

	constructor(scope: IntentScope, record: IntentRecord) {
		this.#scope = scope;
		this.#record = record;
		this.state = record.state === 'sent' ? 'sent' : 'reserved';
		this.#left = this.state === 'sent';
	}

	get providerKey(): string {
		return this.#record.providerKey;
	}

	get context(): JsonObject {
		return this.#record.context;
	}

	/** Did bytes leave, now or in an earlier try? Then a failure is ambiguous and the intent stays. */
	get left(): boolean {
		return this.#left;
	}

	async sent(context: JsonObject = {}, options = { deduplicated: false }): Promise<void> {
		this.#left = true;
		const { store, logger } = this.#scope;
		// After a loss of power nobody may believe that nothing has left; unless it makes no difference.
		const flush = !options.deduplicated;
		const noted = store.updateIntent(this.#record.key, { state: 'sent', context }, { flush });
		if (flush) return noted;
		// Written while the message travels: without it a repeat has the same provider key all the same.
		noted.catch((error: unknown) => {
			logger.debug('a send under way could not be noted', { error: String(error) });
		});
	}

	async part(name: string): Promise<IntentPart> {
		const key = `${this.#record.key}/${name}`;
		const { intent } = await this.#scope.store.reserveIntent(this.#scope.record(key));
		if (intent.state === 'done') return { done: true, result: intent.result };
		this.#left = true;
		return {
			done: false,
			handle: new StoredIntent(this.#scope, intent),
			finish: (result: Json) => this.#scope.store.updateIntent(key, { state: 'done', result }),
			refused: () => this.#scope.store.deleteIntent(key),
		};
	}
}
