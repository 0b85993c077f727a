import type { AccountId, Clock, WaitRecord } from '../contract';
import type { Commands } from './connection';
import type { Keys } from './keys';
import { lifeMs, VALUE_KEEP_MS } from './lifetimes';
import { fields, textOrNull } from './replies';
import { values } from './scripts';

/** Pending questions of *send and wait*, with their account; a pointer finds the account of one by its id. */
export class Waits {
	readonly #commands: Commands;
	readonly #keys: Keys;
	readonly #clock: Clock;

	constructor(commands: Commands, keys: Keys, clock: Clock) {
		this.#commands = commands;
		this.#keys = keys;
		this.#clock = clock;
	}

	async save(record: WaitRecord): Promise<void> {
		const { id, accountId } = record;
		const life = lifeMs(record.expiresAt, this.#clock.now());
		await this.#commands.call('SET', this.#keys.wait(id), accountId, 'PX', life);
		await this.#commands.run(
			values.putFields,
			[this.#keys.waitsOf(accountId)],
			[VALUE_KEEP_MS, id, JSON.stringify(record)],
		);
	}

	/** Oldest first; one whose time is up has ended and is not listed. */
	async list(account: AccountId): Promise<WaitRecord[]> {
		const now = this.#clock.now();
		return [...(await this.#stored(account)).values()]
			.map(parse)
			.filter(({ expiresAt }) => expiresAt > now)
			.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
	}

	async delete(id: string): Promise<void> {
		const account = textOrNull(await this.#commands.call('GET', this.#keys.wait(id)));
		if (account !== null) await this.#commands.call('HDEL', this.#keys.waitsOf(account), id);
		await this.#commands.call('DEL', this.#keys.wait(id));
	}

	async removeExpired(account: AccountId): Promise<void> {
		const now = this.#clock.now();
		const over = [...(await this.#stored(account))].filter(([, line]) => parse(line).expiresAt <= now);
		if (over.length === 0) return;
		await this.#commands.run(values.removeUnchanged, [this.#keys.waitsOf(account)], over.flat());
	}

	async forget(account: AccountId): Promise<void> {
		const ids = [...(await this.#stored(account)).keys()];
		await Promise.all(ids.map((id) => this.#commands.call('DEL', this.#keys.wait(id))));
	}

	async #stored(account: AccountId): Promise<Map<string, string>> {
		return fields(await this.#commands.call('HGETALL', this.#keys.waitsOf(account)));
	}
}

/** Written by `save`. */
function parse(line: string): WaitRecord {
	return JSON.parse(line) as WaitRecord;
}
