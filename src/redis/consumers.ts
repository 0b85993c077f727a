import type { AccountId, ConsumerPosition, ConsumerRecord, EmitRecord } from '../contract';
import type { Commands } from './connection';
import { refusalOf } from './faults';
import type { Journal } from './journal';
import type { Keys } from './keys';
import { ACCOUNT_KEEP_MS } from './lifetimes';
import { fields, integer, list, text, textOrNull, texts } from './replies';
import { consumers as scripts, values } from './scripts';

/** What limits took away unread, as it is written down until it has been told. */
export interface WrittenGap {
	from: number;
	to: number;
	count: number;
}

/** A consumer as the sweep sees it. */
export interface LoadedConsumer {
	record: ConsumerRecord;
	position: ConsumerPosition;
	/** by their number */
	gaps: Map<string, WrittenGap>;
}

/** Who listens, and how far each has come. */
export class Consumers {
	readonly #commands: Commands;
	readonly #keys: Keys;
	readonly #journal: Pick<Journal, 'lastSeq'>;

	constructor(commands: Commands, keys: Keys, journal: Pick<Journal, 'lastSeq'>) {
		this.#commands = commands;
		this.#keys = keys;
		this.#journal = journal;
	}

	/**
	 * Listed with its account before it is written: what is listed and not there is passed over, what is there and not
	 * listed would be swept away under it. `start`: the entry a new one begins after, or where the journal ends now, which is
	 * asked beforehand; what arrives in between it will be given. A `notBefore` that is remembered never becomes later.
	 */
	async save(record: ConsumerRecord, start?: number): Promise<void> {
		const { id, accountId, notBefore } = record;
		const [end] = await Promise.all([
			start ?? this.#journal.lastSeq(accountId),
			this.#commands.run(values.addMembers, [this.#keys.consumersOf(accountId)], [ACCOUNT_KEEP_MS, id]),
		]);
		const args = [accountId, JSON.stringify(record), end, ACCOUNT_KEEP_MS, notBefore];
		const before = text(await this.#commands.run(scripts.saveConsumer, this.#all(id), args));
		if (before !== '' && before !== accountId) await this.#unlist(before, id);
	}

	async load(id: string): Promise<LoadedConsumer | null> {
		const [head, acknowledged, emits, gaps] = list(
			await this.#commands.run(scripts.loadConsumer, this.#all(id), []),
		);
		const [, record, watermark, from] = list(head).map(textOrNull);
		if (record == null || watermark == null) return null;
		return {
			record: parseRecord(record, from),
			position: {
				watermark: integer(watermark),
				acknowledged: list(acknowledged).map(integer),
				unsettled: parseEmits(fields(emits)),
			},
			// Written by the sweep.
			gaps: new Map([...fields(gaps)].map(([number, gap]) => [number, JSON.parse(gap) as WrittenGap])),
		};
	}

	async list(account: AccountId): Promise<ConsumerRecord[]> {
		const ids = texts(await this.#commands.call('SMEMBERS', this.#keys.consumersOf(account)));
		const found = await Promise.all(
			ids.map(async (id) =>
				list(await this.#commands.call('HMGET', this.#keys.consumer(id), 'record', 'from')),
			),
		);
		return found
			.map((values) => values.map(textOrNull))
			.flatMap(([record, from]) => (record == null ? [] : parseRecord(record, from)))
			.filter((record) => record.accountId === account)
			.sort((a, b) => (a.id < b.id ? -1 : 1));
	}

	/** @throws Error when the consumer is not remembered: then nothing could be replayed, and emitting would be a mistake */
	async recordEmit(id: string, record: EmitRecord): Promise<void> {
		try {
			const args = [record.key, JSON.stringify(record), ACCOUNT_KEEP_MS];
			await this.#commands.run(scripts.recordEmit, this.#all(id), args);
		} catch (error) {
			if (refusalOf(error) !== 'NOCONSUMER') throw error;
			throw new Error(`no consumer ${id} is remembered`);
		}
	}

	/** `gap`: some of these entries were taken away unread. */
	async acknowledge(
		id: string,
		seqs: readonly number[],
		emitKey: string | undefined,
		gap?: WrittenGap,
	): Promise<void> {
		const settled = emitKey === undefined ? '' : `=${emitKey}`;
		const args = [settled, gap === undefined ? '' : JSON.stringify(gap), ACCOUNT_KEEP_MS, ...seqs];
		await this.#commands.run(scripts.acknowledge, this.#all(id), args);
	}

	/** It was taken for a new one. `start`: the entry before the first one there is; `notBefore`: ms since 1970 */
	async giveBackBeginning(id: string, start: number, notBefore: number): Promise<void> {
		await this.#commands.run(scripts.giveBackBeginning, this.#all(id), [start, notBefore]);
	}

	async resetPosition(id: string, seq: number): Promise<void> {
		await this.#commands.run(scripts.resetPosition, this.#all(id), [seq]);
	}

	async forget(id: string): Promise<void> {
		const account = textOrNull(await this.#commands.call('HGET', this.#keys.consumer(id), 'account'));
		await this.#commands.call('DEL', ...this.#all(id));
		if (account !== null) await this.#unlist(account, id);
	}

	/** As `forget`, unless it has moved to another account meanwhile. */
	async forgetOf(id: string, account: AccountId): Promise<void> {
		const owner = textOrNull(await this.#commands.call('HGET', this.#keys.consumer(id), 'account'));
		if (owner === account) await this.#commands.call('DEL', ...this.#all(id));
		await this.#unlist(account, id);
	}

	async dropGaps(id: string, numbers: readonly string[]): Promise<void> {
		await this.#commands.call('HDEL', this.#keys.gaps(id), ...numbers);
	}

	/** All of one consumer's keys, of one slot. */
	keysOf(id: string): string[] {
		return this.#all(id);
	}

	async #unlist(account: AccountId, id: string): Promise<void> {
		await this.#commands.call('SREM', this.#keys.consumersOf(account), id);
	}

	#all(id: string): string[] {
		const keys = this.#keys;
		return [keys.consumer(id), keys.acknowledged(id), keys.emits(id), keys.gaps(id)];
	}
}

/** Written by `save`. `from`: the earliest `notBefore` it was written with; none by earlier versions. */
function parseRecord(json: string, from: string | null | undefined): ConsumerRecord {
	const record = JSON.parse(json) as ConsumerRecord;
	return from == null ? record : { ...record, notBefore: Number(from) };
}

/** `<place>|<JSON>`, by time, then in the order in which they were written first. */
function parseEmits(stored: ReadonlyMap<string, string>): EmitRecord[] {
	return [...stored.values()]
		.map((line) => {
			const bar = line.indexOf('|');
			// Written by `recordEmit`.
			return { place: Number(line.slice(0, bar)), emit: JSON.parse(line.slice(bar + 1)) as EmitRecord };
		})
		.sort((a, b) => a.emit.at - b.emit.at || a.place - b.place)
		.map(({ emit }) => emit);
}
