import type { JournalEntry, ChannelEvent } from '../../contract';
import type { SubscribeRequest } from '../types';
import type { Gap } from './gaps';
import type { DeviceTimes } from './quiet';

/** A trigger node on one account: the pool's subscription without its credential. */
export type ConsumerRequest = Omit<SubscribeRequest, 'credential'> & {
	/**
	 * Which of the node's accounts this is (the entry of a credential that holds many); another account in the same place
	 * resets the position. Default: the node has one account.
	 */
	slot?: string;
	/** when the node asked to listen, ms: its account may be connected much later. Default: when it attached. */
	askedAt?: number;
};

/** What a consumer asks of the hub it listens on. */
export interface ConsumerHost {
	/** A hold that this process still decides about, ms; null when there is none. */
	holdUntil(seq: number): number | null;
	/** When a person answered from the phone in this chat. */
	deviceTimes(chatId: string): DeviceTimes;
	/** Journals a gap event for this consumer alone. */
	tellGap(gap: Gap, consumer: string): Promise<void>;
	/** An event failed in all its attempts. */
	gaveUp(event: ChannelEvent, consumer: string): void;
}

export interface ConsumerStats {
	/** waiting for their turn */
	pending: number;
	/** being written down, not handed on yet */
	launching: number;
	/** emitted, not settled */
	unsettled: number;
	/** read up to this journal number */
	cursor: number;
	/** everything journalled so far was read */
	atEnd: boolean;
	/** live-only events dropped because too many waited */
	liveDropped: number;
}

export interface Consumer {
	/** The journal grew. */
	appended(entries: readonly JournalEntry[]): void;
	/** A live-only event, from memory. */
	live(event: ChannelEvent): void;
	/** The recovery is done. */
	caughtUp(): void;
	/** A wait decided about an entry that was held. */
	released(seq: number): void;
	consumed(seq: number): void;
	/** Detaches at once; what is unsettled stays in the store. */
	end(): void;
	/** Resolves when nothing is being written any more. */
	idle(): Promise<void>;
	stats(): ConsumerStats;
}
