import type { AccountId, Clock, Json, NamedCopy, SessionKey } from '../contract';
import type { Commands } from './connection';
import { refusalOf } from './faults';
import type { Keys } from './keys';
import { VALUE_KEEP_MS } from './lifetimes';
import { fields, integer, text, textOrNull } from './replies';
import { values as scripts } from './scripts';

type Owner = AccountId | SessionKey;

/** Small values and sealed secrets of an account or a session: a hash of each. */
export class Values {
	readonly #commands: Commands;
	readonly #keys: Keys;
	readonly #clock: Clock;

	constructor(commands: Commands, keys: Keys, clock: Clock) {
		this.#commands = commands;
		this.#keys = keys;
		this.#clock = clock;
	}

	async get(owner: Owner, name: string): Promise<Json | undefined> {
		const line = textOrNull(await this.#commands.call('HGET', this.#keys.values(owner), name));
		return line === null || this.#isOver(line) ? undefined : parse(line);
	}

	async put(owner: Owner, name: string, value: Json, ttlMs: number | undefined): Promise<void> {
		const expires = ttlMs === undefined ? '' : String(this.#clock.now() + ttlMs);
		const line = `${expires}|${JSON.stringify(value)}`;
		await this.#commands.run(scripts.putFields, [this.#keys.values(owner)], [VALUE_KEEP_MS, name, line]);
	}

	async delete(owner: Owner, name: string): Promise<void> {
		await this.#commands.call('HDEL', this.#keys.values(owner), name);
	}

	/** In the order of their names. The prefix is taken literally. */
	async list(owner: Owner, prefix: string): Promise<{ name: string; value: Json }[]> {
		return [...(await this.#stored(owner))]
			.filter(([name, line]) => name.startsWith(prefix) && !this.#isOver(line))
			.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
			.map(([name, line]) => ({ name, value: parse(line) }));
	}

	async increment(owner: Owner, name: string, by: number, ttlMs: number): Promise<number> {
		const now = this.#clock.now();
		try {
			const args = [name, by, now, now + ttlMs, VALUE_KEEP_MS];
			return Number(text(await this.#commands.run(scripts.increment, [this.#keys.values(owner)], args)));
		} catch (error) {
			if (refusalOf(error) !== 'NOTACOUNTER') throw error;
			throw new Error(`${name} is not a counter`);
		}
	}

	async removeExpired(owner: Owner): Promise<void> {
		const over = [...(await this.#stored(owner))].filter(([, line]) => this.#isOver(line));
		if (over.length === 0) return;
		await this.#commands.run(scripts.removeUnchanged, [this.#keys.values(owner)], over.flat());
	}

	async putSecret(owner: Owner, name: string, sealed: string): Promise<void> {
		await this.#commands.run(scripts.putFields, [this.#keys.secrets(owner)], [VALUE_KEEP_MS, name, sealed]);
	}

	async getSecret(owner: Owner, name: string): Promise<string | null> {
		return textOrNull(await this.#commands.call('HGET', this.#keys.secrets(owner), name));
	}

	async deleteSecret(owner: Owner, name: string): Promise<void> {
		await this.#commands.call('HDEL', this.#keys.secrets(owner), name);
	}

	/** All of one owner, to be kept elsewhere. */
	async all(owner: Owner): Promise<Pick<NamedCopy, 'values' | 'secrets'>> {
		const [lines, sealed] = await Promise.all([
			this.#stored(owner),
			this.#commands.call('HGETALL', this.#keys.secrets(owner)),
		]);
		const live = [...lines].filter(([, line]) => !this.#isOver(line));
		return {
			values: live.map(([name, line]) => {
				const expires = line.slice(0, line.indexOf('|'));
				return { owner, name, value: parse(line), expiresAt: expires === '' ? null : Number(expires) };
			}),
			secrets: [...fields(sealed)].map(([name, value]) => ({ owner, name, sealed: value })),
		};
	}

	async count(owner: Owner): Promise<number> {
		return integer(await this.#commands.call('HLEN', this.#keys.values(owner)));
	}

	async #stored(owner: Owner): Promise<Map<string, string>> {
		return fields(await this.#commands.call('HGETALL', this.#keys.values(owner)));
	}

	#isOver(line: string): boolean {
		const expires = line.slice(0, line.indexOf('|'));
		return expires !== '' && Number(expires) <= this.#clock.now();
	}
}

/** Written by `put` or `increment`. */
function parse(line: string): Json {
	return JSON.parse(line.slice(line.indexOf('|') + 1)) as Json;
}
