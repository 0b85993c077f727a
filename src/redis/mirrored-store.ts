import {
	type AccountId,
	type AppendBatch,
	type AppendResult,
	type Clock,
	type ConsumerRecord,
	type EmitRecord,
	type IntentRecord,
	type JournalEntry,
	type Json,
	type JsonObject,
	type RetentionLimits,
	type SessionKey,
	type Store,
	type StoreInfo,
	type StoreLease,
	type WaitRecord,
} from '../contract';
import { confirmAccount, type CopyParts } from './copying';
import { closed, dataLost } from './faults';
import type { IntentChange } from './intents';
import { accountOfReaderLease, consumerOfLease, sessionOfLease } from './keys';
import type { MirrorKeeper } from './mirror-keeper';
import { MIRRORED_NAME, mirroredOwner } from './pace-memory';
import type { Renumbered } from './renumbered';
import type { RedisStore } from './store';

type Owner = AccountId | SessionKey;

/**
 * The store in Redis with a second copy of what this process writes. What decides whether something happens twice (ids,
 * positions, sends) is in both before the caller goes on; Redis decides, the mirror follows.
 */
export class MirroredStore implements Store {
	readonly #redis: RedisStore;
	readonly #keeper: MirrorKeeper;
	readonly #parts: CopyParts;
	readonly #clock: Clock;
	readonly #accountOf = new Map<string, AccountId>();
	readonly #numbers: Renumbered;
	/** consumers that listened here before Redis lost its data */
	readonly #before = new Set<string>();

	constructor(redis: RedisStore, keeper: MirrorKeeper, parts: CopyParts, clock: Clock, numbers: Renumbered) {
		this.#redis = redis;
		this.#keeper = keeper;
		this.#parts = parts;
		this.#clock = clock;
		this.#numbers = numbers;
	}

	get pace() {
		return this.#redis.pace;
	}

	get info(): StoreInfo {
		return this.#redis.info;
	}

	onDegraded = (callback: (info: StoreInfo) => void) => this.#redis.onDegraded(callback);

	/** Redis has lost its data: whoever listened here is told if it cannot be put back. */
	lost(): void {
		for (const id of this.#keeper.holdings.own) this.#before.add(id);
		this.#keeper.lost();
	}

	rememberSession = async (session: SessionKey, account: AccountId) => {
		const wait = this.#keeper.whenBack();
		if (wait !== null) await wait;
		await this.#redis.rememberSession(session, account);
		await this.#keeper.note((mirror) => mirror.verbs.rememberSession(session, account));
		if (this.#keeper.holdings.hasSession(session)) await this.#keeper.owns(session, account);
	};
	accountOf = (session: SessionKey) => this.#back(() => this.#redis.accountOf(session));

	acquireLease = async (name: string, holder: string, ttlMs: number) => {
		const answer = await this.#redis.acquireLease(name, holder, ttlMs);
		if (!answer.acquired) return answer;
		// Another process may have had this position.
		const consumer = consumerOfLease(name);
		if (consumer !== null) this.#keeper.holdings.mayHaveMoved(consumer);
		const session = sessionOfLease(name);
		if (session !== null) await this.#keeper.owns(session, await this.#redis.accountOf(session));
		const account = accountOfReaderLease(name);
		if (account !== null) {
			this.#keeper.holdings.reading.add(account);
			await this.#keeper.need((mirror) => this.#keeper.copy(account, mirror));
		}
		return answer;
	};
	renewLeases = async (held: readonly StoreLease[], ttlMs: number) => {
		const lost = await this.#redis.renewLeases(held, ttlMs);
		for (const name of lost) void this.#gaveUp(name);
		return lost;
	};
	releaseLease = async (lease: StoreLease) => {
		await Promise.all([this.#gaveUp(lease.name), this.#redis.releaseLease(lease)]);
	};
	breakLease = (name: string, holder: string) => this.#redis.breakLease(name, holder);

	append = async (account: AccountId, batch: AppendBatch) => {
		const epoch = this.#parts.epoch.id;
		const recordedAt = this.#clock.now();
		const result = await this.#redis.append(account, batch);
		await this.#keeper.noteRead(async (mirror) => {
			const { state, token } = batch;
			const entries = entriesOf(batch, result, recordedAt);
			const taken =
				this.#keeper.isReaders(account) &&
				(await mirror.takeAppended(account, epoch, { token, entries, known: result.duplicates, state }));
			if (!taken) await this.#keeper.copy(account, mirror);
		});
		return result;
	};
	readEntries = async (account: AccountId, after: number, limit: number) => {
		const wait = this.#keeper.whenBack();
		if (wait !== null) await wait;
		// A trigger of the life before, about to be opened anew: it has these already.
		if (this.#numbers.isOld(account, after)) return [];
		const epoch = this.#parts.epoch.id;
		const entries = await this.#redis.readEntries(account, after, limit);
		// The way to Redis was made anew meanwhile, and led to another life of it.
		if (this.#parts.epoch.id !== epoch) return [];
		// What another process has appended is known here before a trigger of this process gets it.
		if (entries.length > 0 && !this.#keeper.holdings.reading.has(account) && this.#keeper.isWhole(account))
			await this.#keeper.noteRead((mirror) => mirror.takeEntries(account, epoch, entries));
		return entries;
	};
	/** Whoever asks by an old number gets the entry under it. */
	readEntriesBySeq = (account: AccountId, seqs: readonly number[]) =>
		this.#back(async () => {
			const now = this.#numbers.now(account, seqs);
			const asked = new Map(now.map((seq, index) => [seq, seqs[index] ?? seq]));
			const entries = await this.#redis.readEntriesBySeq(account, now);
			return entries.map((entry) => ({ ...entry, seq: asked.get(entry.seq) ?? entry.seq }));
		});
	lastSeq = (account: AccountId) => this.#back(() => this.#redis.lastSeq(account));
	settleHeld = async (account: AccountId, seq: number, outcome: 'release' | 'consume') => {
		const [now = seq] = this.#numbers.now(account, [seq]);
		await this.#redis.settleHeld(account, now, outcome);
		await this.#keeper.note((mirror) => mirror.verbs.settleHeld(account, now, outcome));
	};
	loadState = (account: AccountId) => this.#back(() => this.#redis.loadState(account));
	saveState = async (account: AccountId, token: number, state: JsonObject | null) => {
		const epoch = this.#parts.epoch.id;
		await this.#redis.saveState(account, token, state);
		await this.#keeper.noteRead((mirror) =>
			this.#keeper.isReaders(account)
				? mirror.takeState(account, epoch, state, token)
				: this.#keeper.copy(account, mirror),
		);
	};

	saveConsumer = async (record: ConsumerRecord) => {
		const { id, accountId } = record;
		const wait = this.#keeper.whenBack();
		if (wait !== null) await wait;
		const isMissed = this.#before.has(id) && (await this.#redis.loadConsumer(id)) === null;
		await this.#redis.saveConsumer(record);
		this.#accountOf.set(id, accountId);
		if (isMissed) await this.#tellGap(id, accountId);
		this.#before.delete(id);
		const isKnown = this.#keeper.holdings.own.has(id);
		this.#keeper.holdings.listens(id, accountId);
		await this.#keeper.need(async (mirror) => {
			if (!this.#keeper.isWhole(accountId)) await this.#keeper.copy(accountId, mirror);
			else if (isKnown) await mirror.verbs.saveConsumer(record);
			else await this.#takeConsumer(id, accountId, (epoch, found) => mirror.takeConsumer(epoch, found));
		});
	};
	/** A trigger that is not remembered is a new one, unless everything was forgotten. */
	loadConsumer = (id: string) =>
		this.#back(async () => {
			const { epoch, commands } = this.#parts;
			const begun = epoch.id;
			const found = await this.#redis.loadConsumer(id);
			if (found === null) await epoch.confirm(commands, begun);
			return found;
		});
	listConsumers = (account: AccountId) => this.#back(() => this.#redis.listConsumers(account));
	recordEmit = async (consumer: string, record: EmitRecord) => {
		const begun = this.#parts.epoch.id;
		const emit = { ...record, seqs: this.#nowOf(consumer, record.seqs) };
		try {
			await this.#redis.recordEmit(consumer, emit);
		} catch (error) {
			await this.#missed(consumer);
			throw error;
		}
		// Written under numbers of the life before: nothing is handed on with that.
		if (this.#parts.epoch.id !== begun) throw dataLost();
		await this.#keeper.note((mirror) => mirror.verbs.recordEmit(consumer, emit));
	};
	/** The mirror first: what an execution has done stays done, also when Redis is away and comes back empty. */
	acknowledge = async (consumer: string, seqs: readonly number[], emitKey?: string) => {
		const begun = this.#parts.epoch.id;
		await this.#acknowledge(consumer, seqs, emitKey);
		if (this.#parts.epoch.id === begun) return;
		await this.#keeper.whenBack();
		await this.#acknowledge(consumer, seqs, emitKey);
	};
	resetPosition = async (consumer: string, seq: number) => {
		await this.#redis.resetPosition(consumer, seq);
		await this.#keeper.note((mirror) => mirror.verbs.resetPosition(consumer, seq));
	};
	forgetConsumer = async (id: string) => {
		this.#keeper.holdings.listensNoMore(id);
		await this.#redis.forgetConsumer(id);
		await this.#keeper.note((mirror) => mirror.verbs.forgetConsumer(id));
	};

	/** A send nobody remembers is a new one, unless everything was forgotten: that is asked in the same flight. */
	reserveIntent = async (record: IntentRecord) => {
		const wait = this.#keeper.whenBack();
		if (wait !== null) await wait;
		if (!this.#keeper.isWhole(record.accountId)) await this.#keeper.whole(record.accountId);
		return this.#keeper.sends(() => this.#reserveIntent(record));
	};
	/** Both before a byte leaves. */
	updateIntent = (key: string, change: IntentChange) =>
		this.#keeper.sends(async () => {
			await Promise.all([
				this.#redis.updateIntent(key, change),
				this.#keeper.note((mirror) => mirror.verbs.updateIntent(key, change)),
			]);
		});
	deleteIntent = (key: string) =>
		this.#keeper.sends(async () => {
			await this.#redis.deleteIntent(key);
			await this.#keeper.note((mirror) => mirror.verbs.deleteIntent(key));
		});
	loadIntent = (key: string) => this.#back(() => this.#redis.loadIntent(key));

	saveWait = async (record: WaitRecord) => {
		const wait = this.#keeper.whenBack();
		if (wait !== null) await wait;
		await this.#redis.saveWait(record);
		await this.#keeper.note((mirror) => mirror.verbs.saveWait(record));
	};
	/** Another process may have asked; its answer comes here. */
	listWaits = async (account: AccountId) => {
		const wait = this.#keeper.whenBack();
		if (wait !== null) await wait;
		const waits = await this.#redis.listWaits(account);
		await this.#keeper.note(async (mirror) => {
			for (const wait of waits) await mirror.verbs.saveWait(wait);
		});
		return waits;
	};
	deleteWait = async (id: string) => {
		await this.#redis.deleteWait(id);
		await this.#keeper.note((mirror) => mirror.verbs.deleteWait(id));
	};

	getValue = (owner: Owner, name: string) => this.#back(() => this.#redis.getValue(owner, name));
	putValue = async (owner: Owner, name: string, value: Json, ttlMs?: number) => {
		const wait = this.#keeper.whenBack();
		if (wait !== null) await wait;
		this.#keeper.wrote();
		await this.#redis.putValue(owner, name, value, ttlMs);
		await this.#keeper.note((mirror) => mirror.verbs.putValue(owner, name, value, ttlMs));
	};
	deleteValue = async (owner: Owner, name: string) => {
		this.#keeper.wrote();
		await this.#redis.deleteValue(owner, name);
		await this.#keeper.note((mirror) => mirror.verbs.deleteValue(owner, name));
	};
	listValues = (owner: Owner, prefix: string) => this.#back(() => this.#redis.listValues(owner, prefix));
	increment = async (owner: Owner, name: string, by: number, ttlMs: number) => {
		const wait = this.#keeper.whenBack();
		if (wait !== null) await wait;
		this.#keeper.wrote();
		const value = await this.#redis.increment(owner, name, by, ttlMs);
		await this.#keeper.note((mirror) => ignore(mirror.verbs.increment(owner, name, by, ttlMs)));
		return value;
	};

	/** The mirror first: a provider gives a rotated token once. */
	putSecret = async (owner: Owner, name: string, sealed: string) => {
		this.#keeper.wrote();
		const noted = this.#keeper.note((mirror) => mirror.verbs.putSecret(owner, name, sealed));
		await Promise.all([this.#redis.putSecret(owner, name, sealed), noted]);
	};
	getSecret = (owner: Owner, name: string) => this.#back(() => this.#redis.getSecret(owner, name));
	deleteSecret = async (owner: Owner, name: string) => {
		this.#keeper.wrote();
		await this.#redis.deleteSecret(owner, name);
		await this.#keeper.note((mirror) => mirror.verbs.deleteSecret(owner, name));
	};

	/** What the limits take from the mirror they take from Redis too, which tells the gaps. */
	sweep = async (limits: RetentionLimits) => {
		const wait = this.#keeper.whenBack();
		if (wait !== null) await wait;
		const result = await this.#redis.sweep(limits);
		await this.#keeper.note((mirror) => ignore(mirror.verbs.sweep(limits)));
		return result;
	};
	forget = async (account: AccountId) => {
		await this.#redis.forget(account);
		this.#parts.pace.forget(account);
		await this.#keeper.need(() => Promise.resolve());
		await this.#keeper.note(async (mirror) => {
			await mirror.verbs.forget(account);
			await mirror.verbs.deleteValue(mirroredOwner(account), MIRRORED_NAME);
		});
	};
	close = async () => {
		this.#parts.pace.keepNow();
		await this.#keeper.close(closed());
		await this.#redis.close();
	};

	async #acknowledge(consumer: string, seqs: readonly number[], emitKey: string | undefined): Promise<void> {
		const now = this.#nowOf(consumer, seqs);
		const noted = this.#keeper.note((mirror) => mirror.verbs.acknowledge(consumer, now, emitKey));
		await Promise.all([this.#redis.acknowledge(consumer, now, emitKey), noted]);
	}

	/** What is just being put back is waited for; usually there is nothing to wait for, and the order of calls is kept. */
	#back<T>(ask: () => Promise<T>): Promise<T> {
		const wait = this.#keeper.whenBack();
		return wait === null ? ask() : wait.then(ask);
	}

	async #gaveUp(name: string): Promise<void> {
		const account = accountOfReaderLease(name);
		if (account !== null) await this.#keeper.readsNoMore(account);
		const session = sessionOfLease(name);
		if (session !== null) await this.#keeper.ownsNoMore(session);
	}

	/** It listens here and Redis does not know it, as when keys are thrown away to make room: what is known here is put back. */
	async #missed(consumer: string): Promise<void> {
		if (!this.#keeper.holdings.own.has(consumer) || (await this.#redis.loadConsumer(consumer)) !== null)
			return;
		await this.#parts.epoch.older(this.#parts.commands);
	}

	async #reserveIntent(record: IntentRecord): ReturnType<RedisStore['reserveIntent']> {
		const [reserved, life] = await Promise.allSettled([
			this.#redis.reserveIntent(record),
			this.#parts.epoch.confirm(this.#parts.commands),
		]);
		if (reserved.status === 'rejected') throw reserved.reason;
		const answer = reserved.value;
		if (life.status === 'rejected') {
			if (answer.created) await this.#redis.deleteIntent(record.key);
			throw life.reason;
		}
		if (!answer.created) return answer;
		const known = await this.#knownSend(record);
		if (known === null) return answer;
		await this.#redis.updateIntent(known.key, known);
		return { created: false, intent: known };
	}

	/** Notes a send that is new to Redis. @returns what is known here of it, if Redis has only forgotten it */
	async #knownSend(record: IntentRecord): Promise<IntentRecord | null> {
		let known: IntentRecord | null = null;
		await this.#keeper.note(async (mirror) => {
			const { created, intent } = await mirror.verbs.reserveIntent(record);
			if (!created) known = intent;
		});
		return known;
	}

	/** Its position was known here and is nowhere now: what it may have missed is told. */
	async #tellGap(id: string, account: AccountId): Promise<void> {
		const at = await this.#redis.lastSeq(account);
		await this.#parts.consumers.acknowledge(id, [], undefined, { from: at, to: at, count: 0 });
	}

	async #takeConsumer(
		id: string,
		account: AccountId,
		take: (epoch: string, consumer: NonNullable<Awaited<ReturnType<Store['loadConsumer']>>>) => Promise<void>,
	): Promise<void> {
		const epoch = this.#parts.epoch.id;
		const found = await this.#redis.loadConsumer(id);
		await confirmAccount(account, epoch, this.#parts);
		if (found !== null) await take(epoch, found);
	}

	#nowOf(consumer: string, seqs: readonly number[]): number[] {
		return this.#numbers.now(this.#accountOf.get(consumer), seqs);
	}
}

/** What the journal holds now of this batch. */
function entriesOf(batch: AppendBatch, result: AppendResult, recordedAt: number): JournalEntry[] {
	const byId = new Map(batch.events.map((event) => [event.eventId, event]));
	return result.appended.flatMap(({ seq, eventId, late }) => {
		const event = byId.get(eventId);
		if (event === undefined) return [];
		const { heldBy = null, heldUntil = null, ...stored } = event;
		return [{ ...stored, seq, late, recordedAt, heldBy, heldUntil }];
	});
}

async function ignore(work: Promise<unknown>): Promise<void> {
	await work;
}
