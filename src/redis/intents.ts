import type { AccountId, Clock, IntentRecord, IntentState, Json, JsonObject } from '../contract';
import type { Commands } from './connection';
import type { Keys } from './keys';
import { lifeMs, VALUE_KEEP_MS } from './lifetimes';
import { fields, text, texts } from './replies';
import { intents as scripts } from './scripts';

export type IntentChange = Partial<
	Pick<IntentRecord, 'state' | 'context' | 'result' | 'providerKey' | 'chatId'>
>;

/**
 * Sends that must happen once. An intent stands by itself, found by its key; its account keeps a list of all, for
 * *forget* and for a copy. An intent is listed before it exists, so that the list may name too many and never too few.
 */
export class Intents {
	readonly #commands: Commands;
	readonly #keys: Keys;
	readonly #clock: Clock;

	constructor(commands: Commands, keys: Keys, clock: Clock) {
		this.#commands = commands;
		this.#keys = keys;
		this.#clock = clock;
	}

	reserve(record: IntentRecord): Promise<{ created: boolean; intent: IntentRecord }> {
		return this.restore({ ...record, state: 'reserved' });
	}

	/** As another store has kept it, unless it is known here. */
	async restore(intent: IntentRecord): Promise<{ created: boolean; intent: IntentRecord }> {
		const now = this.#clock.now();
		const { accountId, key, expiresAt } = intent;
		const index = this.#keys.intentsOf(accountId);
		await this.#commands.run(scripts.indexUntil, [index], [now, VALUE_KEEP_MS, expiresAt, key]);
		const life = lifeMs(expiresAt, now);
		const reply = await this.#commands.run(
			scripts.reserveIntent,
			[this.#keys.intent(key)],
			[now, life, ...toFields(intent)],
		);
		const known = toIntent(key, fields(reply));
		return known === null ? { created: true, intent } : { created: false, intent: known };
	}

	/** Nothing happens when it is gone (refused, expired, forgotten): its send has been decided without it. */
	async update(key: string, change: IntentChange): Promise<void> {
		const args = [this.#clock.now(), ...toFields(change)];
		await this.#commands.run(scripts.updateIntent, [this.#keys.intent(key)], args);
	}

	async delete(key: string): Promise<void> {
		const account = text(await this.#commands.run(scripts.deleteIntent, [this.#keys.intent(key)], []));
		if (account !== '') await this.#commands.call('ZREM', this.#keys.intentsOf(account), key);
	}

	async load(key: string): Promise<IntentRecord | null> {
		const intent = toIntent(key, fields(await this.#commands.call('HGETALL', this.#keys.intent(key))));
		return intent === null || intent.expiresAt <= this.#clock.now() ? null : intent;
	}

	/** All that are remembered for the account. */
	async all(account: AccountId): Promise<IntentRecord[]> {
		const keys = texts(await this.#commands.call('ZRANGE', this.#keys.intentsOf(account), 0, -1));
		const found = await Promise.all(keys.map((key) => this.load(key)));
		return found.filter((intent) => intent !== null);
	}

	async forget(account: AccountId): Promise<void> {
		const keys = texts(await this.#commands.call('ZRANGE', this.#keys.intentsOf(account), 0, -1));
		await Promise.all(keys.map((key) => this.#commands.call('DEL', this.#keys.intent(key))));
	}
}

function toFields(intent: Partial<IntentRecord>): (string | number)[] {
	const found: [string, string | number | undefined][] = [
		['account', intent.accountId],
		['chat', intent.chatId],
		['params', intent.paramsHash],
		['state', intent.state],
		['provider', intent.providerKey],
		['context', intent.context === undefined ? undefined : JSON.stringify(intent.context)],
		['result', intent.result === undefined ? undefined : JSON.stringify(intent.result)],
		['created', intent.createdAt],
		['expires', intent.expiresAt],
	];
	return found.flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
}

function toIntent(key: string, stored: ReadonlyMap<string, string>): IntentRecord | null {
	const get = (name: string): string => stored.get(name) ?? '';
	if (stored.size === 0) return null;
	return {
		key,
		accountId: get('account'),
		chatId: get('chat'),
		paramsHash: get('params'),
		// All written by `toFields`.
		state: get('state') as IntentState,
		providerKey: get('provider'),
		context: JSON.parse(get('context')) as JsonObject,
		result: JSON.parse(get('result')) as Json,
		createdAt: Number(get('created')),
		expiresAt: Number(get('expires')),
	};
}
