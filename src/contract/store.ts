import type { AccountId, Json, JsonObject, SessionKey } from './channel';
import type { SharedPace } from './pace';
import type { ChannelEvent, EventFilter } from './schemas';

/** Where data lives and how far it can be trusted; shown in `status`. */
export interface StoreInfo {
	kind: 'sqlite' | 'memory' | 'redis';
	/** false: nothing survives a restart (memory, read-only folder, full disk) */
	durable: boolean;
	/** file path or null */
	path: string | null;
	/** ISO 8601; makes a folder that was lost with its container visible */
	createdAt: string;
	/** why the store is degraded, one sentence, or null */
	degraded: string | null;
	/** what `degraded` says passes by itself: shown, and nobody is told */
	passing?: boolean;
}

/** A named lease with a fencing token that only ever grows. `holder` names host, pid and role for people. */
export interface StoreLease {
	name: string;
	token: number;
	expiresAt: number;
}

/** The second lease of an account: exactly one session per account is its reader. */
export function readerLeaseName(account: AccountId): string {
	return `reader:${account}`;
}

/** The right to go on from a consumer's position: the same node may be published in two processes that both think they lead. */
export function consumerLeaseName(consumer: string): string {
	return `consumer:${consumer}`;
}

export type LeaseAnswer =
	{ acquired: true; lease: StoreLease } | { acquired: false; holder: string; expiresAt: number };

/** One event on its way into the journal. */
export interface JournalEvent {
	eventId: string;
	/** null = stored as its id only (no remembered consumer's filter accepts it) */
	event: ChannelEvent | null;
	chatId: string;
	/** provider time, ms since 1970 */
	at: number;
	/** came by recovery (difference, page walk, reconciliation), not by a live push */
	recovered: boolean;
	/** held back from triggers for this pending wait (send and wait), at most until `heldUntil` */
	heldBy?: string;
	heldUntil?: number;
}

export interface AppendBatch {
	/** the reader lease's token; an append with an older token than the account has seen is refused (`fenced`) */
	token: number;
	events: JournalEvent[];
	/** the engine's whole new state; undefined = unchanged. Written in the same transaction as the events. */
	state?: JsonObject;
}

export interface AppendResult {
	/** new entries in order; an event id already known within a week is a duplicate and gets no entry */
	appended: { seq: number; eventId: string; late: boolean }[];
	duplicates: string[];
}

export interface JournalEntry {
	seq: number;
	eventId: string;
	event: ChannelEvent | null;
	chatId: string;
	at: number;
	recordedAt: number;
	recovered: boolean;
	/** recovered after a newer message of its chat had been journalled */
	late: boolean;
	heldBy: string | null;
	heldUntil: number | null;
}

/** A trigger node on one account, remembered for 90 days after it was last attached. */
export interface ConsumerRecord {
	id: string;
	accountId: AccountId;
	/** published triggers keep entries from being pruned; unpublished ones only within their catch-up time */
	published: boolean;
	filter: EventFilter;
	wantsRaw: boolean;
	/** provider time (ms) of its first publication: recovered events older than this are passed for it */
	notBefore: number;
	catchUpMs: number;
	catchUpPerChat: number;
	lastAttachedAt: number;
	/** settings that survive a restart, e.g. chats it stays silent in */
	extra: JsonObject;
}

/** One emit under way or not yet acknowledged; written before `emit`, so a replay emits exactly this batch. */
export interface EmitRecord {
	key: string;
	seqs: number[];
	attempt: number;
	/** ms */
	at: number;
}

export interface ConsumerPosition {
	/** every entry with seq <= watermark is done for this consumer */
	watermark: number;
	/** done entries above the watermark */
	acknowledged: number[];
	unsettled: EmitRecord[];
}

export type IntentState = 'reserved' | 'sent' | 'done';

const INTENT_STATES: readonly IntentState[] = ['reserved', 'sent', 'done'];

/** A send only goes on: of two records of it the one that has come further is the newer. */
export function isFurther(state: IntentState, than: IntentState): boolean {
	return INTENT_STATES.indexOf(state) > INTENT_STATES.indexOf(than);
}

/** One send, remembered so that it happens once. See design "An outbound call". */
export interface IntentRecord {
	key: string;
	accountId: AccountId;
	chatId: string;
	/** hash of the parameters; a repeat with other parameters gets the first result and a hint */
	paramsHash: string;
	state: IntentState;
	/** `random_id`, `cid`; for Avito a marker used when reading back */
	providerKey: string;
	/** what the channel needs to find out whether it was sent (e.g. the chat's last message before) */
	context: JsonObject;
	result: Json;
	createdAt: number;
	expiresAt: number;
}

/** A pending *send and wait*. `match` is the channel-neutral rule the reply must fulfil. */
export interface WaitRecord {
	id: string;
	accountId: AccountId;
	chatId: string;
	/** the question's message id, once known: a reply that quotes it is matched first */
	messageId: string | null;
	responders: string[];
	resume: JsonObject;
	createdAt: number;
	expiresAt: number;
}

export interface WriteOptions {
	/**
	 * Nobody waits for it: a store for which writing together is cheaper may leave it for some milliseconds, in the order
	 * in which it was asked for. Whatever is read or written after it comes after it.
	 */
	beside?: boolean;
}

/**
 * All that must survive a restart. One interface, three bodies (SQLite, memory, Redis), one conformance suite.
 * Every method may reject with ChannelError `store_unavailable`; none of them blocks the event loop longer than 50 ms.
 * An instance is bound to one clock; all times are ms since 1970.
 */
export interface Store {
	/** Alive: a file that fails later (full disk, damage) changes it. */
	readonly info: StoreInfo;
	/** Told when `info` becomes degraded after opening; at opening look at `info.degraded`. @returns undo */
	onDegraded(callback: (info: StoreInfo) => void): () => void;

	/** Session → account, so that a new login of the same person continues where the old one stopped. */
	rememberSession(session: SessionKey, account: AccountId): Promise<void>;
	accountOf(session: SessionKey): Promise<AccountId | null>;

	/**
	 * Refused while the lease is live, also to a holder of the same name. Tokens only ever grow, also across release and
	 * expiry. Acquiring an account's reader lease (`readerLeaseName`) fences the appends of the reader before.
	 */
	acquireLease(name: string, holder: string, ttlMs: number): Promise<LeaseAnswer>;
	/** @returns the names that were lost (expired or taken by another holder) */
	renewLeases(leases: readonly StoreLease[], ttlMs: number): Promise<string[]>;
	releaseLease(lease: StoreLease): Promise<void>;
	/** Ends the lease of a holder that is known to be dead (same host, process gone). No-op when somebody else holds it. */
	breakLease(name: string, holder: string): Promise<void>;

	/** Events and engine state in one transaction; concurrent appends are committed as a group. @throws ChannelError `account_in_use` when fenced */
	append(account: AccountId, batch: AppendBatch): Promise<AppendResult>;
	/** Entries with seq > after, ascending, id-only entries included (their `event` is null). */
	readEntries(account: AccountId, after: number, limit: number): Promise<JournalEntry[]>;
	/** Entries by sequence number, for replays; missing ones are left out. */
	readEntriesBySeq(account: AccountId, seqs: readonly number[]): Promise<JournalEntry[]>;
	lastSeq(account: AccountId): Promise<number>;
	/** Releases an entry held for a wait (to triggers) or consumes it (never emitted). */
	settleHeld(account: AccountId, seq: number, outcome: 'release' | 'consume'): Promise<void>;
	loadState(account: AccountId): Promise<JsonObject | null>;
	/** Sets the state without an append (first attach, nothing remembered). */
	saveState(account: AccountId, token: number, state: JsonObject | null): Promise<void>;

	/** A new consumer (or one whose account changed) is positioned after the account's last entry: it starts at now. */
	saveConsumer(record: ConsumerRecord): Promise<void>;
	loadConsumer(id: string): Promise<(ConsumerRecord & { position: ConsumerPosition }) | null>;
	listConsumers(account: AccountId): Promise<ConsumerRecord[]>;
	/** Before `emit`: these entries are on their way with this key and attempt. */
	recordEmit(consumer: string, record: EmitRecord): Promise<void>;
	/** Entries are done for this consumer (finished, or passed by its filter); compacts the watermark. */
	acknowledge(consumer: string, seqs: readonly number[], emitKey?: string): Promise<void>;
	/** Everything up to and including seq is done, and unsettled emits are dropped. */
	resetPosition(consumer: string, seq: number): Promise<void>;
	forgetConsumer(id: string): Promise<void>;

	/**
	 * Creates the intent in state `reserved` or returns the one that exists (unexpired). `beside`: resolves as soon as it
	 * is known which, where that is known sooner than it is written; it is written within milliseconds (`WriteOptions`).
	 * What is asked of it after that comes after it.
	 */
	reserveIntent(
		record: IntentRecord,
		options?: WriteOptions,
	): Promise<{ created: boolean; intent: IntentRecord }>;
	/** `flush`: the change survives a loss of power of this machine, not only the end of the process. */
	updateIntent(
		key: string,
		change: Partial<Pick<IntentRecord, 'state' | 'context' | 'result' | 'providerKey' | 'chatId'>>,
		options?: WriteOptions & { flush?: boolean },
	): Promise<void>;
	deleteIntent(key: string): Promise<void>;
	loadIntent(key: string): Promise<IntentRecord | null>;

	/** Where several processes share the store. Absent: one process has it for itself and keeps its pace in memory. */
	readonly pace?: SharedPace;

	saveWait(record: WaitRecord): Promise<void>;
	listWaits(account: AccountId): Promise<WaitRecord[]>;
	deleteWait(id: string): Promise<void>;

	/** Small values of an account with a bounded life: access hashes, connect history, pauses, counters, silences. */
	getValue(account: AccountId | SessionKey, name: string): Promise<Json | undefined>;
	putValue(
		account: AccountId | SessionKey,
		name: string,
		value: Json,
		ttlMs?: number,
		options?: WriteOptions,
	): Promise<void>;
	deleteValue(account: AccountId | SessionKey, name: string): Promise<void>;
	listValues(account: AccountId | SessionKey, prefix: string): Promise<{ name: string; value: Json }[]>;
	/** Atomic counter; its life begins with the first increment and is not prolonged. Returns the new value. */
	increment(account: AccountId | SessionKey, name: string, by: number, ttlMs: number): Promise<number>;

	/** Sealed secrets only (see `seal`): a rotated token, a refresh token. */
	putSecret(owner: AccountId | SessionKey, name: string, sealed: string): Promise<void>;
	getSecret(owner: AccountId | SessionKey, name: string): Promise<string | null>;
	deleteSecret(owner: AccountId | SessionKey, name: string): Promise<void>;

	/** Retention, called now and then: entries every consumer has passed, ids after a week, expired values, consumers gone for 90 days. @returns gaps created by limits, to be told as events; told at least once (again after a crash), so their event ids come from consumer, from and to */
	sweep(limits: RetentionLimits): Promise<SweepResult>;
	/** Removes everything of an account. */
	forget(account: AccountId): Promise<void>;
	close(): Promise<void>;
}

export interface RetentionLimits {
	/** default 7 days */
	maxAgeMs: number;
	/** default 100,000 per account */
	maxEntries: number;
	/** default 7 days */
	idsMs: number;
	/** default 90 days */
	consumersMs: number;
}

export interface SweepResult {
	removedEntries: number;
	/** unread entries removed by a limit: each becomes a visible gap event of that consumer */
	gaps: { consumer: string; accountId: AccountId; from: number; to: number; count: number }[];
}
