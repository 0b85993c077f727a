import type {
	AccountId,
	AppendBatch,
	AppendResult,
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
import type { Accounts } from './accounts';
import type { Condition } from './condition';
import type { Consumers } from './consumers';
import { isDataLost, refusedWrite } from './faults';
import type { IntentChange, Intents } from './intents';
import type { Journal } from './journal';
import { accountOfReaderLease } from './keys';
import type { Leases } from './leases';
import type { Marks } from './marks';
import type { Pace } from './pace';
import type { Sweep } from './sweep';
import type { Values } from './values';
import type { Waits } from './waits';

type Owner = AccountId | SessionKey;

export interface StoreParts {
	condition: Condition;
	accounts: Accounts;
	consumers: Consumers;
	intents: Intents;
	journal: Journal;
	leases: Leases;
	/** none in a cluster, whose servers lose their last writes one by one */
	marks: Marks | undefined;
	pace: Pace;
	sweep: Sweep;
	values: Values;
	waits: Waits;
	/** prolongs what belongs to no account */
	keep(): Promise<void>;
	close(): Promise<void>;
}

/** The store's verbs. What they do stands in the file named after the noun; how, in `scripts`. */
export class RedisStore implements Store {
	readonly #parts: StoreParts;

	constructor(parts: StoreParts) {
		this.#parts = parts;
	}

	get pace(): Pace {
		return this.#parts.pace;
	}

	get info(): StoreInfo {
		return this.#parts.condition.info;
	}

	onDegraded = (callback: (info: StoreInfo) => void) => this.#parts.condition.onDegraded(callback);

	/** What Redis has answered is to be found again, see `Marks`. */
	#written<T>(work: Promise<T>): Promise<T> {
		const { marks } = this.#parts;
		return this.#told(work).then((result) => {
			marks?.wrote();
			return result;
		});
	}

	/** Whether Redis takes writes is shown. */
	#told<T>(work: Promise<T>): Promise<T> {
		const { condition } = this.#parts;
		return work.then(
			(result) => {
				condition.wrote();
				return result;
			},
			(error: unknown) => {
				const said = refusedWrite(error);
				if (said !== null) condition.refused(said);
				throw error;
			},
		);
	}

	rememberSession = (session: SessionKey, account: AccountId) =>
		this.#written(this.#parts.accounts.rememberSession(session, account));
	accountOf = (session: SessionKey) => this.#parts.accounts.accountOf(session);

	async acquireLease(name: string, holder: string, ttlMs: number) {
		const account = accountOfReaderLease(name);
		if (account !== null) await this.#enter(account);
		return this.#parts.leases.acquire(name, holder, ttlMs);
	}

	/** Whoever wants a lease has written nothing in the life before: it waits for one in this life. */
	async #enter(account: AccountId) {
		try {
			await this.#parts.accounts.list(account);
		} catch (error) {
			if (!isDataLost(error)) throw error;
			await this.#parts.accounts.list(account);
		}
	}
	renewLeases = (held: readonly StoreLease[], ttlMs: number) =>
		held.length === 0
			? this.#parts.leases.renew(held, ttlMs)
			: this.#told(this.#parts.leases.renew(held, ttlMs));
	releaseLease = (lease: StoreLease) => this.#parts.leases.release(lease);
	breakLease = (name: string, holder: string) => this.#parts.leases.break(name, holder);

	append(account: AccountId, batch: AppendBatch): Promise<AppendResult> {
		const { accounts, journal } = this.#parts;
		return this.#written(
			accounts.isListed(account) ? journal.append(account, batch) : this.#appendFirst(account, batch),
		);
	}
	/** Listing and appending are asked for at once: a wait in between would let a read overtake the append. */
	async #appendFirst(account: AccountId, batch: AppendBatch) {
		const [, result] = await Promise.all([
			this.#parts.accounts.list(account),
			this.#parts.journal.append(account, batch),
		]);
		return result;
	}
	readEntries = (account: AccountId, after: number, limit: number) =>
		this.#parts.journal.readEntries(account, after, limit);
	readEntriesBySeq = (account: AccountId, seqs: readonly number[]) =>
		this.#parts.journal.readEntriesBySeq(account, seqs);
	lastSeq = (account: AccountId) => this.#parts.journal.lastSeq(account);
	settleHeld = (account: AccountId, seq: number, outcome: 'release' | 'consume') =>
		this.#written(this.#parts.journal.settleHeld(account, seq, outcome));
	loadState = (account: AccountId) => this.#parts.journal.loadState(account);
	async saveState(account: AccountId, token: number, state: JsonObject | null) {
		await this.#written(
			Promise.all([this.#parts.accounts.list(account), this.#parts.journal.saveState(account, token, state)]),
		);
	}

	async saveConsumer(record: ConsumerRecord) {
		await this.#parts.accounts.list(record.accountId);
		await this.#written(this.#parts.consumers.save(record));
	}
	async loadConsumer(id: string) {
		const found = await this.#parts.consumers.load(id);
		return found === null ? null : { ...found.record, position: found.position };
	}
	listConsumers = (account: AccountId) => this.#parts.consumers.list(account);
	recordEmit = (consumer: string, record: EmitRecord) =>
		this.#written(this.#parts.consumers.recordEmit(consumer, record));
	acknowledge = (consumer: string, seqs: readonly number[], emitKey?: string) =>
		this.#written(this.#parts.consumers.acknowledge(consumer, seqs, emitKey));
	resetPosition = (consumer: string, seq: number) =>
		this.#written(this.#parts.consumers.resetPosition(consumer, seq));
	forgetConsumer = (id: string) => this.#written(this.#parts.consumers.forget(id));

	async reserveIntent(record: IntentRecord) {
		await this.#parts.accounts.list(record.accountId);
		return this.#written(this.#parts.intents.reserve(record));
	}
	updateIntent = (key: string, change: IntentChange) =>
		this.#written(this.#parts.intents.update(key, change));
	deleteIntent = (key: string) => this.#written(this.#parts.intents.delete(key));
	loadIntent = (key: string) => this.#parts.intents.load(key);

	async saveWait(record: WaitRecord) {
		await this.#parts.accounts.list(record.accountId);
		await this.#written(this.#parts.waits.save(record));
	}
	listWaits = (account: AccountId) => this.#parts.waits.list(account);
	deleteWait = (id: string) => this.#written(this.#parts.waits.delete(id));

	getValue = (owner: Owner, name: string) => this.#parts.values.get(owner, name);
	putValue = (owner: Owner, name: string, value: Json, ttlMs?: number) =>
		this.#written(this.#parts.values.put(owner, name, value, ttlMs));
	deleteValue = (owner: Owner, name: string) => this.#written(this.#parts.values.delete(owner, name));
	listValues = (owner: Owner, prefix: string) => this.#parts.values.list(owner, prefix);
	increment = (owner: Owner, name: string, by: number, ttlMs: number) =>
		this.#written(this.#parts.values.increment(owner, name, by, ttlMs));

	putSecret = (owner: Owner, name: string, sealed: string) =>
		this.#written(this.#parts.values.putSecret(owner, name, sealed));
	getSecret = (owner: Owner, name: string) => this.#parts.values.getSecret(owner, name);
	deleteSecret = (owner: Owner, name: string) => this.#written(this.#parts.values.deleteSecret(owner, name));

	async sweep(limits: RetentionLimits) {
		await this.#parts.keep();
		return this.#parts.sweep.run(limits);
	}
	forget = (account: AccountId) => {
		this.#parts.journal.reset(account);
		return this.#written(this.#parts.accounts.forget(account, this.#parts));
	};
	close = () => this.#parts.close();
}
