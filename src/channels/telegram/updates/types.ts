import type { MarkedId } from '../peers/marked-id';
import type { TlObject } from '../tl';

/** What the connection tells the engine. */
export type EngineInput =
	/** an `Updates` object, pushed or the result of a request of our own */
	| { kind: 'updates'; payload: TlObject }
	/** `messages.affectedMessages` and its kin: they move a box as an update would. `channel`: bare id, null = common */
	| { kind: 'affected'; channel: string | null; pts: number; ptsCount: number }
	/** a new MTProto session (after every connect) */
	| { kind: 'interrupted' }
	/** something pushed that could not be decoded: it may have held anything */
	| { kind: 'unreadable' };

/** What the journal is to hear of, in this order. */
export type Applied =
	/** a single TL update; `recovered`: from a difference or from history */
	| { kind: 'update'; update: TlObject; recovered: boolean }
	/** something arrived that cannot be reached any more; times in unix seconds */
	| { kind: 'gap'; chat: MarkedId | null; from: number; to: number; reason: GapReason };

export type GapReason = 'catch_up_limit' | 'not_readable';

export type Folder = 0 | 1;

/** Where a page of the dialog list begins: after this dialog. null = at the top. */
export interface DialogOffset {
	date: number;
	id: number;
	peer: MarkedId;
}

/** A request the driver is to make; its answer comes back under the same key. */
export type EngineRequest = { key: string } & (
	| { kind: 'state' }
	| { kind: 'difference'; pts: number; date: number; qts: number }
	| { kind: 'channelDifference'; channel: string; pts: number }
	/** the dialog of one channel: its pts and last message */
	| { kind: 'channelDialog'; channel: string }
	| { kind: 'dialogs'; folder: Folder; offset: DialogOffset | null }
	/** up to `limit` messages with an id above `afterId`, the lowest of them; newest first, as Telegram gives them */
	| { kind: 'historyAfter'; chat: MarkedId; afterId: number; limit: number }
	/** the one message before this time (unix seconds) */
	| { kind: 'historyBefore'; chat: MarkedId; date: number }
);

/** What a failed request means for the engine. */
export type Failure =
	/** try again, not before `afterMs` where the provider named a time */
	| { kind: 'retry'; afterMs?: number }
	/** the account has no access to this channel or chat (any more) */
	| { kind: 'noAccess' }
	/** the stored position is none to the provider: `PERSISTENT_TIMESTAMP_INVALID`, `_EMPTY` */
	| { kind: 'badPosition' };

export const HISTORY_PAGE = 100;
export const DIALOG_PAGE = 100;
