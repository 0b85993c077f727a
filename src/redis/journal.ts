import {
	ChannelError,
	type AccountId,
	type AppendBatch,
	type AppendResult,
	type ChannelEvent,
	type Clock,
	type JournalEntry,
	type JournalEvent,
	type JsonObject,
} from '../contract';
import { AppendQueue, type Append } from './append-queue';
import type { RedisConnection } from './connection';
import type { Epoch } from './epoch';
import { dataLost, refusalOf } from './faults';
import type { Keys } from './keys';
import { ACCOUNT_KEEP_MS } from './lifetimes';
import { fields, integer, list, text, textOrNull, texts } from './replies';
import { journal as scripts } from './scripts';

type Written = Pick<Append, 'token' | 'epoch' | 'now' | 'state' | 'events' | 'fields'>;

/** The append-only list of an account's events, and the engine's state that is written with them. */
export class Journal {
	readonly #commands: RedisConnection;
	readonly #keys: Keys;
	readonly #clock: Clock;
	readonly #epoch: Epoch;
	readonly #appends: AppendQueue;
	/** the last number that Redis has given to this process, by account: a Redis that is behind it has lost data */
	readonly #given = new Map<AccountId, number>();

	constructor(commands: RedisConnection, keys: Keys, clock: Clock, epoch: Epoch) {
		this.#appends = new AppendQueue((account, group) =>
			this.#fenced(account, group[0]?.epoch, () => this.#append(account, group)),
		);
		commands.sendFirst(() => this.#appends.flush());
		this.#commands = commands;
		this.#keys = keys;
		this.#clock = clock;
		this.#epoch = epoch;
	}

	/**
	 * @throws ChannelError `account_in_use` when a reader with a greater token has been here, `store_unavailable` when Redis
	 * has lost its data since this process last looked
	 */
	append(account: AccountId, batch: AppendBatch): Promise<AppendResult> {
		return new Promise((done, failed) => {
			const { token, events } = batch;
			const [fields, characters] = fieldsOf(events);
			const state = batch.state === undefined ? '' : JSON.stringify(batch.state);
			this.#appends.add(account, {
				...{ token, epoch: this.#epoch.id, now: this.#clock.now(), state },
				...{ events: events.length, fields, characters: characters + state.length },
				done: (numbers, from) => {
					done(resultOf(events, numbers, from));
				},
				failed,
			});
		});
	}

	/** Appends what another store has kept, as of when it was recorded there. @throws the script's own refusal */
	async restore(account: AccountId, token: number, entry: JournalEntry): Promise<void> {
		const { eventId, event, chatId, at, recovered, heldBy, heldUntil } = entry;
		const held = heldBy === null ? {} : { heldBy, heldUntil: heldUntil ?? 0 };
		const [fields] = fieldsOf([{ eventId, event, chatId, at, recovered, ...held }]);
		const append = { token, epoch: this.#epoch.id, now: entry.recordedAt, state: '', events: 1, fields };
		await this.#write(account, [append], 0);
	}

	/** It is counted anew: Redis has lost its data, or the account was forgotten. */
	reset(account?: AccountId): void {
		if (account === undefined) this.#given.clear();
		else this.#given.delete(account);
	}

	async readEntries(account: AccountId, after: number, limit: number): Promise<JournalEntry[]> {
		if (limit <= 0) return [];
		const reply = await this.#commands.run(scripts.read, this.#entryKeys(account), [after + 1, limit]);
		const { entries, consumed } = parseEntries(reply);
		// Behind the last one read there may be entries that did not fit, so what was consumed there does not fit either.
		const last = entries.length < limit ? Infinity : (entries.at(-1)?.seq ?? Infinity);
		const between = consumed.filter(({ seq }) => seq > after && seq <= last);
		return bySeq([...entries, ...between]).slice(0, limit);
	}

	async readEntriesBySeq(account: AccountId, seqs: readonly number[]): Promise<JournalEntry[]> {
		const chosen = new Set(seqs);
		if (chosen.size === 0) return [];
		const begun = this.#epoch.id;
		const reply = await this.#commands.run(scripts.readSome, this.#entryKeys(account), [...chosen]);
		const { entries, consumed } = parseEntries(reply);
		const found = bySeq([...entries, ...consumed.filter(({ seq }) => chosen.has(seq))]);
		// What is missing was removed, or everything was: then nobody may take it for done.
		if (found.length < chosen.size) await this.#epoch.confirm(this.#commands, begun);
		return found;
	}

	async lastSeq(account: AccountId): Promise<number> {
		return Number((await this.#field(account, 'seq')) ?? 0);
	}

	async loadState(account: AccountId): Promise<JsonObject | null> {
		return (await this.loadLine(account)).state;
	}

	/** `begun`: token of the reader that began without a state, 0 = nobody knows */
	async loadLine(account: AccountId): Promise<{ state: JsonObject | null; begun: number }> {
		const asked = await this.#commands.call('HMGET', this.#keys.account(account), 'state', 'begun');
		const [state, begun] = list(asked).map(textOrNull);
		// Written by `append` or `saveState`.
		return { state: state == null ? null : (JSON.parse(state) as JsonObject), begun: Number(begun ?? 0) };
	}

	/** @throws ChannelError `account_in_use` when fenced */
	async saveState(account: AccountId, token: number, state: JsonObject | null): Promise<void> {
		const epoch = this.#epoch.id;
		const args = [token, ACCOUNT_KEEP_MS, state === null ? '' : JSON.stringify(state), epoch];
		await this.#fenced(account, epoch, () =>
			this.#commands.run(scripts.saveState, [this.#keys.account(account)], args),
		);
	}

	async settleHeld(account: AccountId, seq: number, outcome: 'release' | 'consume'): Promise<void> {
		await this.#commands.run(scripts.settleHeld, this.#entryKeys(account), [seq, outcome, ACCOUNT_KEEP_MS]);
	}

	async #append(account: AccountId, group: readonly Append[]): Promise<number[]> {
		const numbers = await this.#write(account, group);
		const last = Math.max(...numbers.map(Math.abs), this.#given.get(account) ?? 0);
		if (group[0]?.epoch === this.#epoch.id) this.#given.set(account, last);
		return numbers;
	}

	/** Of one token and epoch. @throws the script's own refusal */
	async #write(
		account: AccountId,
		group: readonly Written[],
		given = this.#given.get(account) ?? 0,
	): Promise<number[]> {
		const keys = this.#keys;
		const touched = [
			...[keys.account(account), ...this.#entryKeys(account)],
			...[keys.seen(account), keys.chats(account)],
		];
		const state = group.findLast((append) => append.state !== '')?.state ?? '';
		const args = [group[0]?.token ?? 0, group[0]?.epoch ?? '', ACCOUNT_KEEP_MS, state, given];
		let [run, runNow] = [0, NaN];
		for (const { now, events, fields } of group) {
			if (now !== runNow) {
				[run, runNow] = [args.push(now, 0) - 1, now];
			}
			args[run] = Number(args[run]) + events;
			for (const field of fields) args.push(field);
		}
		return list(await this.#commands.run(scripts.append, touched, args)).map(integer);
	}

	#entryKeys(account: AccountId): string[] {
		return [this.#keys.journal(account), this.#keys.held(account)];
	}

	async #field(account: AccountId, name: string): Promise<string | null> {
		return textOrNull(await this.#commands.call('HGET', this.#keys.account(account), name));
	}

	/** `believed`: the life of Redis that was told with the command */
	async #fenced<T>(account: AccountId, believed: string | undefined, command: () => Promise<T>): Promise<T> {
		try {
			return await command();
		} catch (error) {
			if (refusalOf(error) === 'EPOCH') {
				await this.#epoch.again(this.#commands);
				// Of this account alone: thrown away to make room, or lost with one server of a cluster.
				if (this.#epoch.id === believed) await this.#epoch.older(this.#commands);
				throw dataLost();
			}
			if (refusalOf(error) !== 'FENCED') throw error;
			throw new ChannelError('account_in_use', 'Another process reads this account now.', {
				account,
				hint: 'Nothing to do: the newer reader goes on where this one stopped.',
			});
		}
	}
}

/** Of each event: id, chat, provider time, recovered (0/1) with `<held until>|<held by>` behind it, event as JSON or ''. */
function fieldsOf(events: readonly JournalEvent[]): [fields: (string | number)[], characters: number] {
	const fields: (string | number)[] = [];
	let characters = 0;
	for (const { eventId, chatId, at, recovered, heldBy, heldUntil, event } of events) {
		const held = heldBy === undefined ? '' : `${String(heldUntil ?? 0)}|${heldBy}`;
		const json = event === null ? '' : JSON.stringify(event);
		fields.push(eventId, chatId, at, (recovered ? '1' : '0') + held, json);
		characters += json.length;
	}
	return [fields, characters];
}

function resultOf(events: readonly JournalEvent[], numbers: readonly number[], from: number): AppendResult {
	const result: AppendResult = { appended: [], duplicates: [] };
	for (const [index, { eventId }] of events.entries()) {
		const seq = numbers[from + index] ?? 0;
		if (seq === 0) result.duplicates.push(eventId);
		else result.appended.push({ seq: Math.abs(seq), eventId, late: seq < 0 });
	}
	return result;
}

function parseEntries(reply: unknown): { entries: JournalEntry[]; consumed: JournalEntry[] } {
	const [stream, beside] = list(reply);
	const held = fields(beside);
	const entries = list(stream).map((entry) => parseEntry(entry, held));
	const consumed = [...held]
		.filter(([field]) => field.startsWith('x'))
		.map(([field, line]) => toEntry(Number(field.slice(1)), [...texts(JSON.parse(line)), ''], null));
	return { entries, consumed };
}

/** `[<seq>-0, [i, id, c, chat, a, at, r, recorded, f, flags, e, event]]` */
function parseEntry(entry: unknown, held: ReadonlyMap<string, string>): JournalEntry {
	const [id, flat] = list(entry);
	const seq = text(id).replace(/-.*$/, '');
	const values = texts(flat).filter((_, index) => index % 2 === 1);
	return toEntry(Number(seq), values, held.get(seq) ?? null);
}

function toEntry(seq: number, values: readonly string[], held: string | null): JournalEntry {
	const [eventId = '', chatId = '', at = '', recordedAt = '', flags = '', event = ''] = values;
	const bar = held?.indexOf('|') ?? 0;
	return {
		seq,
		eventId,
		// Written by `append`.
		event: event === '' ? null : (JSON.parse(event) as ChannelEvent),
		chatId,
		at: Number(at),
		recordedAt: Number(recordedAt),
		recovered: flags.startsWith('1'),
		late: flags.endsWith('1'),
		heldBy: held === null ? null : held.slice(bar + 1),
		heldUntil: held === null ? null : Number(held.slice(0, bar)),
	};
}

function bySeq(entries: JournalEntry[]): JournalEntry[] {
	return entries.sort((a, b) => a.seq - b.seq);
}
