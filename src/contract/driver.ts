import type { AccountId, Channel, Json, JsonObject, SessionKey } from './channel';
import type { CallResult, CallOptions, MediaSource } from './command';
import type { ChannelError } from './errors';
import type { AccountPolicy, ChannelEvent, Permission } from './schemas';

/** Clock, timers and random come from `runtime` and are injected, so that tests own the time. */
export interface Clock {
	/** ms since 1970 */
	now(): number;
	/** monotonic ms; only differences mean something */
	monotonic(): number;
	/** Calls back once after `ms`; the returned function cancels. Never keeps the process alive. */
	after(ms: number, callback: () => void): () => void;
	/** Resolves after `ms`, rejects with the signal's reason when aborted. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
export interface Random {
	/** 0 ≤ x < 1 */
	next(): number;
	/** random bytes as hex, cryptographically strong */
	hex(bytes: number): string;
}
export interface Logger {
	debug(message: string, meta?: JsonObject): void;
	info(message: string, meta?: JsonObject): void;
	warn(message: string, meta?: JsonObject): void;
	error(message: string, meta?: JsonObject): void;
}

/** What a driver reads out of a credential, once per read, through its zod schema. */
export interface AccountConfig {
	channel: Channel;
	session: SessionKey;
	/** hash of proxy, endpoint, device: a difference makes the owner drain and reopen */
	settingsHash: string;
	label: string;
	policy: AccountPolicy;
	/** key material for sealing secrets that must be kept; derived from the credential's own stored secret */
	sealingSecret: string;
	/** the driver's own parsed settings, opaque to the pool */
	settings: unknown;
	/** what `status` may show of the settings; no secrets */
	shownSettings: JsonObject;
}

/** Our own pace: per account and sub-budget, shared by all processes. */
export interface Budget {
	/**
	 * Waits for one point of `bucket` (and of the account's default bucket), and for the least gap of `chatId`.
	 * @throws ChannelError `rate_limited` (with the wait) when it would take longer than `maxWaitMs`
	 */
	take(request: {
		bucket?: string;
		chatId?: string;
		points?: number;
		signal?: AbortSignal;
		maxWaitMs?: number;
	}): Promise<void>;
	/** Is a point free right now? Enrichment is skipped rather than awaited. Takes it when true. */
	tryTake(bucket?: string): boolean;
	/** The provider asked for a pause (Retry-After, flood wait): nobody of this account and bucket goes before. */
	pause(bucket: string, ms: number): void;
	/** ISO 8601 time until which the account waits, or null */
	waitingUntil(): string | null;
	queued(): number;
}

/** The intent of the send that is running; see store `IntentRecord`. */
export interface IntentHandle {
	/**
	 * `reserved`: nothing has left yet; `sent`: an earlier try may have reached the provider – same key or read back.
	 * Not told of a `deduplicated` command, whose repeat has the same key in any case
	 */
	readonly state: 'reserved' | 'sent';
	/** another try came before this one, in this process or an earlier one */
	readonly repeated: boolean;
	/** of the first try, ms since 1970 */
	readonly since: number;
	readonly providerKey: string;
	readonly context: JsonObject;
	/** Must be awaited right before the first byte leaves; `context` is what a later read-back needs. */
	sent(context?: JsonObject): Promise<void>;
	/** Several messages in one command (split text, text + image, send to many): an intent per part. */
	part(name: string): Promise<IntentPart>;
}
export type IntentPart =
	| { done: true; result: Json }
	| { done: false; handle: IntentHandle; finish(result: Json): Promise<void>; refused(): Promise<void> };

export interface CommandContext {
	signal: AbortSignal;
	media: readonly MediaSource[];
	/** only for commands with effect `send` */
	intent: IntentHandle | null;
	options: CallOptions;
	progress(done: number, what: string, total?: number): void;
}

/** One operation of a channel. The table of these is all the pool knows of what a channel can do. */
export interface CommandSpec<Account, Input> {
	permission: Permission;
	/** send: one message leaves (intent rule); change: repeatable without harm; read */
	effect: 'read' | 'send' | 'change';
	/** where both depend on the input (a raw request that only reads); `permission` and `effect` are then the strictest */
	classify?(input: Input): { permission: Permission; effect: 'read' | 'send' | 'change' };
	/**
	 * The provider takes one message per `IntentHandle.providerKey`, which a repeat has again whatever became of the notes:
	 * they are written while the message travels. Default: nothing leaves before its note is on the disk
	 */
	deduplicated?: boolean;
	/** zod schema of `Command.input`; unknown keys are refused */
	input: { parse(value: unknown): Input };
	/** which chats it touches, for *Allowed chats*; undefined = none or not known before */
	chats?(input: Input): string[];
	/** how many first contacts it may cost (phone checks, joins, new chats) */
	firstContacts?(input: Input): number;
	/** ends or endangers the account; refused unless allowed in the credential */
	dangerous?(input: Input): boolean;
	/** default time-out ms */
	timeoutMs?: number;
	run(account: Account, input: Input, context: CommandContext): Promise<CallResult>;
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a table holds specs of many inputs; each is parsed by its own schema before run
export type CommandTable<Account> = Readonly<Record<string, CommandSpec<Account, any>>>;

/** Services the pool gives to a driver for one account. */
export interface DriverServices {
	clock: Clock;
	random: Random;
	logger: Logger;
	budget: Budget;
	/** small durable values of this session/account, see store */
	values: {
		get(name: string): Promise<Json | undefined>;
		put(name: string, value: Json, ttlMs?: number): Promise<void>;
		delete(name: string): Promise<void>;
		list(prefix: string): Promise<{ name: string; value: Json }[]>;
	};
	/** sealed with the credential's own secret before they reach the store */
	secrets: {
		get(name: string): Promise<string | null>;
		put(name: string, value: string): Promise<void>;
		delete(name: string): Promise<void>;
	};
	/** throws `account_in_use` once the lease is gone; every transport write asks it */
	assertOwner(): void;
	/** the provider told something about the whole account: becomes status and an account_state event */
	accountState(change: AccountStateChange): void;
	/** ids of own sends, so that their echo is `sent_by: node`; awaits an open intent of that chat, at most 30 s */
	sentByNode(chatId: string, messageId: string): Promise<boolean>;
}

export interface AccountStateChange {
	state:
		'live' | 'disconnected' | 'ended' | 'limited' | 'subscription_missing' | 'degraded' | 'settings_changed';
	reason: string;
	hint?: string;
	error?: ChannelError;
	/** told at most once in this many ms (default 1 h for degraded and disconnected) */
	atMostEveryMs?: number;
}

/** What an engine hands to the journal. */
export interface EngineEvent {
	event: ChannelEvent;
	/** provider time, ms */
	at: number;
	recovered: boolean;
}

export interface JournalWriter {
	readonly account: AccountId;
	/** the stored engine state at the time of attaching; null = none, start at `startAt` */
	readonly state: JsonObject | null;
	/**
	 * where an engine without a state begins, ms since 1970: somebody has been waiting for events since then, and connecting
	 * took its time. Default: at its first look.
	 */
	readonly startAt?: number;
	/** how far back a recovery reaches, ms since 1970 (largest catch-up of all remembered consumers) */
	readonly recoverSince: number;
	/** Appends events and the new state in one transaction. Resolves when durable: only then acknowledge to the provider. */
	append(events: readonly EngineEvent[], state?: JsonObject): Promise<{ appended: number }>;
	/** reactions, reads, typing, presence: to attached consumers from memory */
	live(event: ChannelEvent): void;
	/** the shortest interval (ms) an attached consumer wants to be polled at; null = the engine's own */
	pollEveryMs?(): number | null;
	/** chats in which an attached consumer wants to see *typing*: where a provider tells it only for chats it is asked for */
	typingChats?(): readonly string[];
}

/** A running engine. It exists only while at least one consumer is attached. */
export interface Reader {
	/** resolves when recovery is done and the account is live */
	readonly live: Promise<void>;
	/** an event that arrived early by webhook; false = not for this account or not understood */
	accept?(hint: JsonObject): Promise<boolean>;
	/** looks for missed events now instead of at the next turn, e.g. after `pollEveryMs` has changed */
	checkNow?(): void;
	/** waits until what was received is journalled */
	stop(): Promise<void>;
}

/** A session that is open: the channel's own client plus its engine. */
export interface OpenAccount<Account = unknown> {
	readonly accountId: AccountId;
	readonly profile: {
		id: string;
		name: string;
		username: string | null;
		phone: string | null;
		/** the same as `account.phone_hash` of the account's events */
		phoneHash: string | null;
	};
	/** what command specs run on */
	readonly account: Account;
	startReading(journal: JournalWriter): Reader;
	/** live facts for `status` */
	status(): {
		state: 'connecting' | 'recovering' | 'live' | 'waiting' | 'ended';
		reconnects: number;
		inFlight: number;
	};
	/** latest provider-side events matching a filter, newest last, for *Listen for test event*; same event ids as the journal */
	latest?(limit: number, signal: AbortSignal): Promise<ChannelEvent[]>;
	/** what a trigger would have given since a time (ms): *message: get since* and *start at a chosen time* */
	since?(
		sinceMs: number,
		options: { chatId?: string; limitPerChat?: number; signal: AbortSignal },
	): AsyncIterable<EngineEvent>;
	close(): Promise<void>;
}

/** All that a messenger must bring. */
export interface ChannelDriver<Account = unknown> {
	readonly channel: Channel;
	readonly commands: CommandTable<Account>;
	/** sub-budgets by name, beside the account's own (`policy.budget`) */
	readonly buckets: Readonly<Record<string, { points: number; windowMs: number }>>;
	/** the provider wants this long between the end of a session's connection and the next one, in whatever process, ms */
	readonly reopenAfterMs?: number;
	/** Parses a credential's fields. @throws ChannelError `credential_invalid` with the field's name */
	configure(credential: unknown): AccountConfig;
	/** Opens without holding a reader; single-flight is the pool's. @throws ChannelError */
	open(config: AccountConfig, services: DriverServices, signal: AbortSignal): Promise<OpenAccount<Account>>;
	/**
	 * Only opening the account tells whether its session is good, and a session may be open once: then the pool opens it
	 * for the test as for any use, or takes the connection it has. Without this, or when it says no, `test` is asked.
	 */
	testByOpening?(config: AccountConfig): boolean;
	/** What a failed credential test should say; never logs in. */
	test(config: AccountConfig, services: DriverServices, signal: AbortSignal): Promise<{ message: string }>;
}
