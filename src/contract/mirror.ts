import type { AccountId, JsonObject, SessionKey } from './channel';
import type { MoveSource } from './moving';
import type {
	ConsumerPosition,
	ConsumerRecord,
	IntentRecord,
	JournalEntry,
	Store,
	StoreInfo,
	WaitRecord,
} from './store';

/** Names a copy while it is being made; each has its own. */
export type StagedCopy = string;

export interface SeenId {
	eventId: string;
	/** ms since 1970 */
	recordedAt: number;
}

export type PositionedConsumer = ConsumerRecord & { position: ConsumerPosition };

/** What a mirror needs of one account to put it back, but for what may be many: its entries and ids, see `stage`. */
export interface AccountCopy {
	account: AccountId;
	/** the life of the shared store these numbers belong to */
	epoch: string;
	lastSeq: number;
	state: JsonObject | null;
	/** token of the reader with which its line of states began, see `begunOf` */
	begun: number;
	consumers: PositionedConsumer[];
	waits: WaitRecord[];
	intents: IntentRecord[];
	/** no send was begun or went on here while the copy was made: one that is not in it is over */
	hasAllSends: boolean;
	sessions: SessionKey[];
	/** null: they were being written while the copy was made; what is written passes the mirror */
	named: NamedCopy | null;
}

/** Small values and sealed secrets of an account and its sessions. */
export interface NamedCopy {
	owners: (AccountId | SessionKey)[];
	values: ReturnType<MoveSource['values']>;
	secrets: ReturnType<MoveSource['secrets']>;
}

/** What is written into the mirror as it is into the shared store. */
export type MirroredVerbs = Pick<
	Store,
	| 'rememberSession'
	| 'settleHeld'
	| 'saveConsumer'
	| 'recordEmit'
	| 'acknowledge'
	| 'resetPosition'
	| 'forgetConsumer'
	| 'reserveIntent'
	| 'updateIntent'
	| 'deleteIntent'
	| 'saveWait'
	| 'deleteWait'
	| 'putValue'
	| 'deleteValue'
	| 'increment'
	| 'putSecret'
	| 'deleteSecret'
	| 'sweep'
	| 'forget'
>;

/**
 * A process' own second copy of what it keeps in a shared store that may come back empty. Numbers are those the shared
 * store has given. An engine state is here never without the entries that were written with it or before it.
 */
export interface StoreMirror {
	readonly info: StoreInfo;
	readonly verbs: MirroredVerbs;
	/** In which life of the shared store this account was copied last; null: never. */
	epochOf(account: AccountId): Promise<string | null>;
	/**
	 * Token of the reader that began without a state: from then on nothing is left out, by whichever readers. 0: the line
	 * of states is that old that nobody knows.
	 */
	begunOf(account: AccountId): Promise<number>;
	/** accounts whose copy is of another life than this one */
	staleAccounts(epoch: string): Promise<AccountId[]>;
	/** Lays aside what belongs to a copy that is being made: it counts for nothing until it is taken. */
	stage(copy: StagedCopy, entries: readonly JournalEntry[], seen: readonly SeenId[]): Promise<void>;
	/** A copy that will not be taken, or has been. */
	unstage(copy: StagedCopy): Promise<void>;
	/**
	 * Takes a whole copy with all that was staged for it, in one step: until then what was known before stays, for it may have to
	 * be put back once more. In the same life of the shared store, positions of `own` consumers that are here already only
	 * move forward, since they are written through.
	 */
	takeAccount(copy: AccountCopy, staged: StagedCopy, own: ReadonlySet<string>): Promise<void>;
	/**
	 * What was appended with this token, with the state written with it (undefined = unchanged). `known`: ids that were
	 * duplicates.
	 * @returns false, and nothing is taken, when something before it is missing here: then the account is to be copied anew
	 */
	takeAppended(
		account: AccountId,
		epoch: string,
		appended: {
			token: number;
			entries: readonly JournalEntry[];
			known: readonly string[];
			state: JsonObject | undefined;
		},
	): Promise<boolean>;
	/** Entries that stand in the shared store. Nothing happens while the copy is of another life. */
	takeEntries(account: AccountId, epoch: string, entries: readonly JournalEntry[]): Promise<void>;
	takeState(account: AccountId, epoch: string, state: JsonObject | null, token: number): Promise<void>;
	takeConsumer(epoch: string, consumer: PositionedConsumer): Promise<void>;
	/** What other processes write too, as it is now: their consumers, pending questions, values. */
	takeOthers(
		account: AccountId,
		epoch: string,
		others: Pick<AccountCopy, 'consumers' | 'waits' | 'named'>,
		own: ReadonlySet<string>,
	): Promise<void>;
	/**
	 * Of an account this process does not read or listen to (null: of all): sends, values and secrets stay, the rest is others'.
	 * The ids too: without its entry, one that some trigger has not passed would be kept from ever coming again.
	 */
	keepSends(account: AccountId | null, epoch: string): Promise<void>;
	/** `look` must not wait for anything. */
	read<T>(look: (source: Omit<MoveSource, 'close'>) => T): Promise<T>;
	close(): Promise<void>;
}

/** How a process comes to its mirror. */
export interface MirrorPlace {
	/** has an earlier life of this process, or another one here, left a copy? */
	exists(): boolean;
	/** @throws ChannelError `store_unavailable` when it is locked by another process */
	open(): Promise<StoreMirror>;
	/** Ends with the process: for one that has sessions and no triggers. */
	openMemory(): Promise<StoreMirror>;
}
