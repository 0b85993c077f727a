import type {
	AccountId,
	AppendBatch,
	Clock,
	ConsumerRecord,
	EmitRecord,
	IntentRecord,
	Json,
	JsonObject,
	RetentionLimits,
	SessionKey,
	Store,
	StoreInfo,
	StoreLease,
	WaitRecord,
} from '../contract';
import type { CommitQueue } from './commit-queue';
import * as consumers from './consumers';
import * as intents from './intents';
import * as journal from './journal';
import * as leases from './leases';
import * as sessions from './sessions';
import type { Sql } from './sql';
import { forget, sweep, type SweepMemory } from './sweep';
import * as values from './values';
import * as waits from './waits';

type Owner = AccountId | SessionKey;

/** Where the store stands at this moment; changes when a medium fails. */
export interface StoreCondition {
	readonly info: StoreInfo;
	onDegraded(callback: (info: StoreInfo) => void): () => void;
}

/** The store's verbs, each one operation of the commit queue. What they do stands in the file named after the noun. */
export class SqlStore implements Store {
	/** for what is no verb of a store */
	readonly queue: CommitQueue;
	readonly #clock: Clock;
	readonly #condition: StoreCondition;
	/** reserved beside, and not committed yet */
	readonly #reserving = new Map<string, IntentRecord>();
	readonly #swept: SweepMemory = { told: new Set(), ids: { last: null } };

	constructor(queue: CommitQueue, clock: Clock, condition: StoreCondition) {
		this.queue = queue;
		this.#clock = clock;
		this.#condition = condition;
	}

	get info(): StoreInfo {
		return this.#condition.info;
	}

	onDegraded(callback: (info: StoreInfo) => void): () => void {
		return this.#condition.onDegraded(callback);
	}

	rememberSession = (session: SessionKey, account: AccountId) =>
		this.queue.write((sql) => sessions.rememberSession(sql, session, account));
	accountOf = (session: SessionKey) => this.queue.read((sql) => sessions.accountOf(sql, session));

	acquireLease = (name: string, holder: string, ttlMs: number) =>
		this.queue.write((sql) => leases.acquireLease(sql, this.#clock.now(), name, holder, ttlMs));
	renewLeases = (held: readonly StoreLease[], ttlMs: number) =>
		this.queue.write((sql) => leases.renewLeases(sql, this.#clock.now(), held, ttlMs));
	releaseLease = (lease: StoreLease) => this.queue.write((sql) => leases.releaseLease(sql, lease));
	breakLease = (name: string, holder: string) =>
		this.queue.write((sql) => leases.breakLease(sql, name, holder));

	append = (account: AccountId, batch: AppendBatch) =>
		this.queue.write((sql) => journal.append(sql, this.#clock.now(), account, batch));
	readEntries = (account: AccountId, after: number, limit: number) =>
		this.queue.read((sql) => journal.readEntries(sql, account, after, limit));
	readEntriesBySeq = (account: AccountId, seqs: readonly number[]) =>
		this.queue.read((sql) => journal.readEntriesBySeq(sql, account, seqs));
	lastSeq = (account: AccountId) => this.queue.read((sql) => journal.lastSeq(sql, account));
	settleHeld = (account: AccountId, seq: number, outcome: 'release' | 'consume') =>
		this.queue.write((sql) => journal.settleHeld(sql, account, seq, outcome));
	loadState = (account: AccountId) => this.queue.read((sql) => journal.loadState(sql, account));
	saveState = (account: AccountId, token: number, state: JsonObject | null) =>
		this.queue.write((sql) => journal.saveState(sql, account, token, state));

	saveConsumer = (record: ConsumerRecord) => this.queue.write((sql) => consumers.saveConsumer(sql, record));
	loadConsumer = (id: string) => this.queue.read((sql) => consumers.loadConsumer(sql, id));
	listConsumers = (account: AccountId) => this.queue.read((sql) => consumers.listConsumers(sql, account));
	recordEmit = (consumer: string, record: EmitRecord) =>
		this.queue.write((sql) => consumers.recordEmit(sql, consumer, record));
	acknowledge = (consumer: string, seqs: readonly number[], emitKey?: string) =>
		this.queue.write((sql) => consumers.acknowledge(sql, consumer, seqs, emitKey));
	resetPosition = (consumer: string, seq: number) =>
		this.queue.write((sql) => consumers.resetPosition(sql, consumer, seq));
	forgetConsumer = (id: string) => this.queue.write((sql) => consumers.forgetConsumer(sql, id));

	reserveIntent = (record: IntentRecord, { beside }: { beside?: boolean } = {}) => {
		const reserve = (sql: Sql) => intents.reserveIntent(sql, this.#clock.now(), record);
		return beside === true ? this.#reserveBeside(record, reserve) : this.queue.write(reserve);
	};
	updateIntent = (
		key: string,
		change: intents.IntentChange,
		{ flush, beside }: { flush?: boolean; beside?: boolean } = {},
	) => {
		const update = (sql: Sql) => intents.updateIntent(sql, this.#clock.now(), key, change);
		if (flush === true) return this.queue.flushedWrite(update);
		return beside === true ? this.queue.writeBeside(update) : this.queue.write(update);
	};
	deleteIntent = (key: string) => this.queue.write((sql) => intents.deleteIntent(sql, key));
	loadIntent = (key: string) => this.queue.read((sql) => intents.loadIntent(sql, this.#clock.now(), key));

	saveWait = (record: WaitRecord) => this.queue.write((sql) => waits.saveWait(sql, record));
	listWaits = (account: AccountId) =>
		this.queue.read((sql) => waits.listWaits(sql, this.#clock.now(), account));
	deleteWait = (id: string) => this.queue.write((sql) => waits.deleteWait(sql, id));

	getValue = (owner: Owner, name: string) =>
		this.queue.read((sql) => values.getValue(sql, this.#clock.now(), owner, name));
	putValue = (
		owner: Owner,
		name: string,
		value: Json,
		ttlMs?: number,
		{ beside }: { beside?: boolean } = {},
	) => {
		const put = (sql: Sql) => values.putValue(sql, this.#clock.now(), owner, name, value, ttlMs);
		return beside === true ? this.queue.writeBeside(put) : this.queue.write(put);
	};
	deleteValue = (owner: Owner, name: string) =>
		this.queue.write((sql) => values.deleteValue(sql, owner, name));
	listValues = (owner: Owner, prefix: string) =>
		this.queue.read((sql) => values.listValues(sql, this.#clock.now(), owner, prefix));
	increment = (owner: Owner, name: string, by: number, ttlMs: number) =>
		this.queue.write((sql) => values.increment(sql, this.#clock.now(), owner, name, by, ttlMs));

	/** Flushed to the disk: a provider gives a rotated token once. */
	putSecret = (owner: Owner, name: string, sealed: string) =>
		this.queue.flushedWrite((sql) => values.putSecret(sql, owner, name, sealed));
	getSecret = (owner: Owner, name: string) => this.queue.read((sql) => values.getSecret(sql, owner, name));
	deleteSecret = (owner: Owner, name: string) =>
		this.queue.write((sql) => values.deleteSecret(sql, owner, name));

	/** Tells at once which it is; what is not committed yet is known all the same. */
	#reserveBeside(
		record: IntentRecord,
		reserve: (sql: Sql) => ReturnType<typeof intents.reserveIntent>,
	): ReturnType<Store['reserveIntent']> {
		const { key } = record;
		const reserving = this.#reserving.get(key);
		if (reserving !== undefined) return Promise.resolve({ created: false, intent: reserving });
		const known = this.queue.peek((sql) => intents.loadIntent(sql, this.#clock.now(), key));
		if (known === null) return this.queue.write(reserve);
		if (known.value !== null) return Promise.resolve({ created: false, intent: known.value });
		const intent: IntentRecord = record.state === 'reserved' ? record : { ...record, state: 'reserved' };
		this.#reserving.set(key, intent);
		const written = (): void => void this.#reserving.delete(key);
		// What hinders it hinders the next step too, and stands in the store's condition.
		this.queue.writeBeside(reserve).then(written, written);
		return Promise.resolve({ created: true, intent });
	}

	sweep = (limits: RetentionLimits) => sweep(this.queue, this.#clock, limits, this.#swept);
	forget = (account: AccountId) => forget(this.queue, account);
	close = () => this.queue.close();
}
