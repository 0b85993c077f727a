import type {
	AccountId,
	ChannelEvent,
	Clock,
	JsonObject,
	Logger,
	OpenAccount,
	Random,
	Store,
	WaitRecord,
} from '../../contract';
import type { ConsumerLimits, ConsumerRequest, NodeMemories } from '../consumer';
import type { ResumeWait, TriggerReport } from '../types';
import type { AcquirePosition } from './attachment';
import type { Interest, ReaderNews } from './followers';
import type { ManualRequest } from './manual-listen';
import type { ReaderState } from './reader-life';

export interface JournalHubOptions {
	store: Store;
	account: AccountId;
	/** what the person calls the account; part of the events the pool tells */
	label: string;
	/** the reader lease's token; every append and state write carries it */
	token: number;
	clock: Clock;
	random: Random;
	logger: Logger;
	open: OpenAccount;
	onWaitMatched: ResumeWait;
	/** windows and keys handed on, per node; lives longer than any hub. Default: one per store object */
	memories?: NodeMemories;
	/** where several processes share the store: the right to each position; and the way to those who listen from afar */
	acquirePosition?: AcquirePosition;
	tellFollower?(process: string, news: ReaderNews): void;
	/** bounds of each consumer's memory */
	limits?: ConsumerLimits;
}

/** A hold on the hub. */
export interface ConsumerHandle {
	/** Detaches at once and synchronously; what is unsettled stays in the store and is taken up by the next attach. */
	end(): void;
	/** resolves when the account is live for the first time after this attach */
	readonly live: Promise<void>;
	/** Shows trouble as a failed execution, at a limited rate per kind; nothing for a manual listen. */
	report(report: TriggerReport): void;
}

export interface HubStats {
	/** attached triggers, and processes that listen from afar */
	subscribers: number;
	/** manual listens */
	listeners: number;
	waits: number;
	/** ISO 8601 */
	lastEventAt: string | null;
	state: ReaderState;
	/** events waiting for their turn, all triggers together */
	pending: number;
	/** executions under way or to be repeated */
	unsettled: number;
}

/** Everything that listens to one account in this process, around the one journal and the one engine that fills it. */
export interface JournalHub {
	/** A trigger. The first attach of anybody starts the engine, the last detach stops it. */
	attach(request: ConsumerRequest): ConsumerHandle;
	listen(request: ManualRequest): ConsumerHandle;
	/** A webhook's event. Resolves once journalled; false when nobody is attached or the engine does not understand it. */
	accept(hint: JsonObject): Promise<boolean>;
	/** An event the pool tells: account_state, gap. Nothing happens while nobody is attached. */
	announce(event: ChannelEvent): Promise<void>;
	/** Announces what is the last for now: resolves when triggers that want it were handed all they have, or after `maxMs`. */
	announceLast(event: ChannelEvent, maxMs: number): Promise<void>;
	/** Another process listens to this journal and counts as attached, if it says so again in time. @returns is it live? */
	follow(process: string, interest: Interest): Promise<boolean>;
	unfollow(process: string): void;
	/** see `OpenAccount.latest` */
	latest(limit: number, signal: AbortSignal): Promise<ChannelEvent[]>;
	/** A pending *send and wait* counts as attached; resolves when it is stored and the engine runs. */
	addWait(wait: WaitRecord): Promise<void>;
	setWaitMessage(id: string, messageId: string): Promise<void>;
	/** Another process has written waits of this account into the store. */
	reloadWaits(): Promise<void>;
	/** Detaches everything without losing anything: the engine's last events are journalled, positions written. */
	stop(): Promise<void>;
	/** pending questions */
	readonly waiting: number;
	/** executions that triggers of this process started and that are not over */
	readonly underWay: number;
	stats(): HubStats;
}
