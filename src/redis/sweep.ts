import {
	decideRetention,
	readerLeaseName,
	type AccountId,
	type Clock,
	type RetentionBounds,
	type RetentionCandidate,
	type RetentionLimits,
	type RetentionReading,
	type SweepResult,
} from '../contract';
import type { Accounts } from './accounts';
import type { Commands } from './connection';
import type { Consumers, LoadedConsumer } from './consumers';
import type { Keys } from './keys';
import type { Leases } from './leases';
import { ACCOUNT_KEEP_MS, VALUE_KEEP_MS } from './lifetimes';
import { fields, integer, list, text, texts } from './replies';
import { journal as scripts } from './scripts';
import type { Values } from './values';
import type { Waits } from './waits';

/** Entries looked at or removed per command: a script stops everything else in Redis while it runs. */
const STEP = 500;
/** One sweep of an account at a time; a sweeper that died holds up the next one no longer than this, ms. */
const SWEEPING_MS = 120_000;

export interface SweepParts {
	commands: Commands;
	keys: Keys;
	clock: Clock;
	accounts: Accounts;
	consumers: Consumers;
	leases: Leases;
	values: Values;
	waits: Waits;
}

/** Gaps that the last sweep returned: consumer → numbers. */
type Told = Map<string, string[]>;

/**
 * Retention in small steps. Each account is swept by the process that reads it (its gaps are told there), and by anybody
 * while nobody does. Gaps are told at least once: they stay written down until the sweep after the one that returned
 * them. A consumer passes an entry, its gap written down in the same step, before the entry goes: broken off in between,
 * nobody waits for an entry that is not there.
 */
export class Sweep {
	readonly #parts: SweepParts;
	readonly #told: Told = new Map();

	constructor(parts: SweepParts) {
		this.#parts = parts;
	}

	async run(limits: RetentionLimits): Promise<SweepResult> {
		const { accounts, consumers } = this.#parts;
		for (const [id, numbers] of this.#told) await consumers.dropGaps(id, numbers);
		this.#told.clear();
		await accounts.keepList();
		const result: SweepResult = { removedEntries: 0, gaps: [] };
		for (const account of await accounts.all()) {
			await this.#alone(account, async () => {
				result.removedEntries += await this.#sweepAccount(account, limits);
				result.gaps.push(...(await this.#untold(account)));
			});
		}
		return result;
	}

	/** Runs unless another process reads or sweeps this account. */
	async #alone(account: AccountId, work: () => Promise<void>): Promise<void> {
		const { commands, keys, leases } = this.#parts;
		if (await leases.heldElsewhere(readerLeaseName(account))) return;
		const begun = await commands.call('SET', keys.sweeping(account), '1', 'NX', 'PX', SWEEPING_MS);
		if (begun === null) return;
		try {
			await work();
		} finally {
			await commands.call('DEL', keys.sweeping(account));
		}
	}

	async #sweepAccount(account: AccountId, limits: RetentionLimits): Promise<number> {
		const now = this.#parts.clock.now();
		await this.#forgetAbsent(account, now - limits.consumersMs);
		const removed = await this.#sweepEntries(account, now, limits);
		await this.#sweepIds(account, now - limits.idsMs);
		await this.#sweepRest(account, now, limits);
		await this.#prolong(account);
		return removed;
	}

	/** When nobody is left who listens to an account, its engine starts at now the next time. */
	async #forgetAbsent(account: AccountId, lastAttachedBefore: number): Promise<void> {
		const { commands, keys, consumers } = this.#parts;
		const records = await consumers.list(account);
		const absent = records.filter(({ lastAttachedAt }) => lastAttachedAt < lastAttachedBefore);
		for (const { id } of absent) await consumers.forget(id);
		if (absent.length > 0 && absent.length === records.length) {
			await commands.call('HDEL', keys.account(account), 'state');
		}
	}

	async #sweepEntries(account: AccountId, now: number, limits: RetentionLimits): Promise<number> {
		const { commands, keys } = this.#parts;
		const entryKeys = [keys.journal(account), keys.held(account)];
		let surplus = (await this.#count(account)) - Math.max(0, limits.maxEntries);
		let removed = 0;
		for (let after = 0; ;) {
			const candidates = await this.#candidates(entryKeys, after);
			const last = candidates.at(-1)?.seq;
			if (last === undefined) return removed;
			const bounds: RetentionBounds = {
				now,
				oldestRecordedAt: now - limits.maxAgeMs,
				// The first ones are too many, the rest are not.
				lowestSeq: surplus <= 0 ? 0 : (candidates[surplus]?.seq ?? last + 1),
			};
			surplus -= candidates.length;
			const decision = decideRetention(candidates, await this.#readings(account), bounds);
			const gaps = new Map(decision.unread.map(({ consumer, ...gap }) => [consumer, gap]));
			for (const [consumer, seqs] of decision.passed) {
				await this.#parts.consumers.acknowledge(consumer, seqs, undefined, gaps.get(consumer));
			}
			if (decision.remove.length > 0) await commands.run(scripts.remove, entryKeys, decision.remove);
			removed += decision.remove.length;
			after = last;
		}
	}

	async #count(account: AccountId): Promise<number> {
		const { commands, keys } = this.#parts;
		const [entries, beside] = await Promise.all([
			commands.call('XLEN', keys.journal(account)),
			commands.call('HKEYS', keys.held(account)),
		]);
		return integer(entries) + texts(beside).filter((field) => field.startsWith('x')).length;
	}

	async #candidates(entryKeys: readonly string[], after: number): Promise<RetentionCandidate[]> {
		const [lines, beside] = list(
			await this.#parts.commands.run(scripts.outline, entryKeys, [after + 1, STEP]),
		);
		const held = fields(beside);
		const entries = list(lines).map((line): RetentionCandidate => {
			const [seq, recordedAt, hasEvent] = list(line).map(text);
			const heldUntil = held.get(seq ?? '');
			return {
				seq: Number(seq),
				recordedAt: Number(recordedAt),
				hasEvent: hasEvent === '1',
				heldUntil: heldUntil === undefined ? null : Number.parseInt(heldUntil, 10),
			};
		});
		const end = entries.length < STEP ? Infinity : (entries.at(-1)?.seq ?? Infinity);
		const consumed = [...held]
			.filter(([field]) => field.startsWith('x'))
			.map(([field, line]): RetentionCandidate => ({
				seq: Number(field.slice(1)),
				recordedAt: Number(texts(JSON.parse(line))[3]),
				hasEvent: false,
				heldUntil: null,
			}))
			.filter(({ seq }) => seq > after && seq <= end);
		return [...entries, ...consumed].sort((a, b) => a.seq - b.seq);
	}

	async #readings(account: AccountId): Promise<RetentionReading[]> {
		return (await this.#loaded(account)).map(({ record, position }) => ({
			consumer: record.id,
			published: record.published,
			catchUpMs: record.catchUpMs,
			watermark: position.watermark,
			acknowledged: new Set(position.acknowledged),
			inFlight: new Set(position.unsettled.flatMap(({ seqs }) => seqs)),
		}));
	}

	/** One gap per consumer, from the first to the last entry it missed. */
	async #untold(account: AccountId): Promise<SweepResult['gaps']> {
		return (await this.#loaded(account))
			.filter(({ gaps }) => gaps.size > 0)
			.map(({ record, gaps }) => {
				this.#told.set(record.id, [...gaps.keys()]);
				const all = [...gaps.values()];
				return {
					consumer: record.id,
					accountId: account,
					from: Math.min(...all.map(({ from }) => from)),
					to: Math.max(...all.map(({ to }) => to)),
					count: all.reduce((sum, { count }) => sum + count, 0),
				};
			});
	}

	async #loaded(account: AccountId): Promise<LoadedConsumer[]> {
		const { consumers } = this.#parts;
		const records = await consumers.list(account);
		const found = await Promise.all(records.map(({ id }) => consumers.load(id)));
		return found.filter((consumer) => consumer !== null);
	}

	/** An id is known for its time, and as long as its entry is there. */
	async #sweepIds(account: AccountId, recordedBefore: number): Promise<void> {
		const { commands, keys } = this.#parts;
		const seen = keys.seen(account);
		const range = [seen, '-inf', `(${recordedBefore}`] as const;
		if (integer(await commands.call('ZCOUNT', ...range)) === 0) return;
		const kept = await this.#idsOfOldEntries(account, recordedBefore);
		for (let offset = 0; ;) {
			const old = texts(await commands.call('ZRANGEBYSCORE', ...range, 'LIMIT', offset, STEP));
			if (old.length === 0) return;
			const over = old.filter((id) => !kept.has(id));
			if (over.length > 0) await commands.call('ZREM', seen, ...over);
			offset += old.length - over.length;
		}
	}

	async #idsOfOldEntries(account: AccountId, recordedBefore: number): Promise<Set<string>> {
		const { commands, keys } = this.#parts;
		const entryKeys = [keys.journal(account), keys.held(account)];
		const ids = new Set<string>();
		for (let after = 0; ;) {
			const [lines, beside] = list(await commands.run(scripts.outline, entryKeys, [after + 1, STEP]));
			const entries = list(lines).map((line) => list(line).map(text));
			for (const [field, line] of fields(beside)) {
				if (field.startsWith('x')) ids.add(texts(JSON.parse(line))[0] ?? '');
			}
			for (const [, , , id] of entries) ids.add(id ?? '');
			const last = entries.at(-1);
			if (last === undefined || Number(last[1]) >= recordedBefore) return ids;
			after = Number(last[0]);
		}
	}

	/** Values and waits after their life, intents off their lists, chats nobody has written in for long. */
	async #sweepRest(account: AccountId, now: number, limits: RetentionLimits): Promise<void> {
		const { commands, keys, accounts, values, waits } = this.#parts;
		await commands.call('ZREMRANGEBYSCORE', keys.chats(account), '-inf', `(${now - limits.consumersMs}`);
		await commands.call('ZREMRANGEBYSCORE', keys.intentsOf(account), '-inf', now);
		await waits.removeExpired(account);
		for (const owner of [account, ...(await accounts.sessionsOf(account))]) await values.removeExpired(owner);
	}

	/** What is swept is in use: an account that is silent for a season keeps its place. */
	async #prolong(account: AccountId): Promise<void> {
		const { commands, keys, consumers, accounts } = this.#parts;
		const prolong = (names: readonly string[], ms: number) => commands.run(scripts.prolong, names, [ms]);
		for (const { id } of await consumers.list(account)) await prolong(consumers.keysOf(id), ACCOUNT_KEEP_MS);
		const entries = [keys.account(account), keys.journal(account), keys.held(account), keys.seen(account)];
		const others = [keys.chats(account), keys.consumersOf(account)];
		await prolong([...entries, ...others], ACCOUNT_KEEP_MS);
		const lists = [keys.sessionsOf(account), keys.intentsOf(account)];
		const own = [keys.waitsOf(account), keys.values(account), keys.secrets(account)];
		await prolong([...lists, ...own], VALUE_KEEP_MS);
		for (const session of await accounts.sessionsOf(account)) {
			await prolong([keys.session(session)], VALUE_KEEP_MS);
			await prolong([keys.values(session), keys.secrets(session)], VALUE_KEEP_MS);
		}
	}
}
