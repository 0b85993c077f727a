import type {
	AccountId,
	AccountStatus,
	Channel,
	ChannelClient,
	ChannelError,
	ChannelEvent,
	EventFilter,
	Json,
	JsonObject,
	WaitRecord,
} from '../contract';

/**
 * How the pool gets at a credential. `data` is what this execution read (it counts as one read); `read` reads it anew,
 * resolves null when the credential no longer exists, and rejects when it could not be read (changes nothing).
 */
export interface CredentialSource {
	channel: Channel;
	/** n8n's credential id; one reader per credential and process re-reads it */
	id: string;
	/** the account entry within a credential that holds many, or undefined */
	entry?: string;
	data: unknown;
	read(): Promise<unknown>;
}

/**
 * A counted handle on an account. Nothing is opened by having one: the first call that needs the connection opens it
 * (single-flight). `close` releases the handle once; the connection lingers and is closed by the pool alone.
 */
export type Lease = ChannelClient;

export type AcknowledgeMode = 'immediately' | 'finished' | 'succeeded';

export interface ConsumerOptions {
	filter: EventFilter;
	wantsRaw: boolean;
	/** where a new trigger starts; a published one that is known continues from its position */
	start: { from: 'now' } | { from: 'time'; at: number };
	/** default 24 h */
	catchUpMs: number;
	/** default 1,000 */
	catchUpPerChat: number;
	/** unfinished executions at most, default 5 */
	window: number;
	/** within one chat the next event waits for the earlier one's settlement, at most this long; 0 = parallel; default 30 s */
	chatOrderMs: number;
	acknowledge: AcknowledgeMode;
	/** gather a chat's messages until it is silent for `silenceMs`, at most `maxWaitMs`, at most `maxMessages` */
	batch: { silenceMs: number; maxWaitMs: number; maxMessages: number } | null;
	/** stay silent in a chat this long after a person answered from the phone; 0 = off */
	quietAfterDeviceMs: number;
}

/** What a trigger node gets: events of one execution, all of one chat when batching. */
export interface Delivery {
	/** execution deduplication key: hash of instance, workflow, node, account, event id(s), attempt */
	key: string;
	attempt: number;
	events: ChannelEvent[];
}

/**
 * finished: the execution ended (`ok: false` = failed, stopped, missing: it existed); interrupted: it existed, and whoever ran
 * it was lost; duplicate: n8n already has a row with this key; not_created: no row came to be, it is emitted again with the
 * same key after a back-off.
 */
export type Settlement =
	| { kind: 'finished'; ok: boolean }
	| { kind: 'interrupted' }
	| { kind: 'duplicate' }
	| { kind: 'not_created'; error: unknown };

/** A person should know: the account went away, ended, is limited; shown as failed execution at a limited rate. */
export interface TriggerReport {
	error: ChannelError;
	account: AccountId | null;
}

export interface SubscribeRequest {
	credential: CredentialSource;
	/** instance, workflow and node: identifies the consumer together with the account */
	identity: { instance: string; workflow: string; node: string };
	options: ConsumerOptions;
	/** how often to look for events where nothing pushes them (no public webhook address), ms; null = the engine's own */
	pollEveryMs?(): number | null;
	/** Hands one delivery to n8n and resolves when it settled. Must not reject. */
	deliver(delivery: Delivery): Promise<Settlement>;
	report(report: TriggerReport): void;
}

/** A trigger's hold on its account. `end` detaches at once and synchronously; what is unsettled stays in the store. */
export interface Subscription {
	end(): void;
	/** resolves when the account is live for the first time (tests, `status`) */
	readonly live: Promise<void>;
}

export interface ListenRequest {
	credential: CredentialSource;
	filter: EventFilter;
	/** give the latest matching message instead of waiting for the next */
	useLatest: boolean;
	deliver(event: ChannelEvent): void;
	failed(error: ChannelError): void;
}

/** A pending *send and wait*: registered before the question is sent, completed with its message id afterwards. */
export interface WaitRequest {
	credential: CredentialSource;
	wait: Omit<WaitRecord, 'accountId' | 'createdAt'>;
}

/**
 * Called in the process that owns the account when a reply matched. `not_an_answer`: it says neither yes nor no; it goes
 * to the triggers and the wait goes on.
 */
export type ResumeWait = (
	wait: WaitRecord,
	event: ChannelEvent,
) => Promise<'resumed' | 'retry' | 'gone' | 'not_an_answer'>;

/**
 * Small values that belong to no account, shared by every process of this n8n: what the pages of a login know between
 * two clicks. Secrets go in sealed only.
 */
export interface Notes {
	get(name: string): Promise<Json | undefined>;
	put(name: string, value: Json, ttlMs: number): Promise<void>;
	delete(name: string): Promise<void>;
	/** One more of something within `ttlMs` of the first. @returns how many by now */
	count(name: string, ttlMs: number): Promise<number>;
}

export interface Pool {
	lease(credential: CredentialSource): Lease;
	/** @param owner names the group the notes stand in, such as `login` */
	notes(owner: string): Notes;
	subscribe(request: SubscribeRequest): Subscription;
	/** A manual listen: anonymous, no stored position; ends by itself after the first event. */
	listen(request: ListenRequest): Subscription;
	/** An event that arrived by webhook. Resolves once journalled; false = no account open here or not understood. */
	handOver(credential: CredentialSource, hint: JsonObject): Promise<boolean>;
	addWait(request: WaitRequest): Promise<void>;
	setWaitMessage(waitId: string, messageId: string): Promise<void>;
	onWaitMatched(resume: ResumeWait): void;
	/** Credential test: reuses an open account, else asks the driver; cached for a minute; never logs in. */
	test(credential: CredentialSource): Promise<{ ok: boolean; message: string }>;
	/** Every account this process knows. */
	statuses(): Promise<AccountStatus[]>;
	/** The process is about to end: what nobody uses closes now, the rest as soon as its last use is over. */
	retire(): void;
	/** Drains and closes everything; bounded in time; idempotent. */
	shutdown(): Promise<void>;
}
