import type {
	AccountId,
	AppendResult,
	ChannelEvent,
	Clock,
	EngineEvent,
	JournalEntry,
	JournalEvent,
	JsonObject,
	Store,
} from '../../contract';
import type { Devices } from './devices';
import type { Match, PendingWaits } from './pending-waits';
import type { Remembered } from './remembered';
import { withoutRaw } from './retention';

export interface WriterOptions {
	store: Pick<Store, 'append'>;
	account: AccountId;
	/** the reader lease's token; every append carries it */
	token: number;
	clock: Clock;
	remembered: Remembered;
	waits: PendingWaits;
	devices: Devices;
	/** durable now: `events` as the engine brought them, `entries` as they were stored */
	appended(entries: readonly JournalEntry[], events: readonly EngineEvent[]): void;
}

/** One event with what was decided about it before the transaction. */
interface Draft {
	item: EngineEvent;
	match: Match | null;
	stored: JournalEvent;
}

/**
 * Decides what is stored of a batch (the whole event, without `raw`, its id only; held for a wait) and appends it with
 * the engine's new state in one transaction. Resolves when durable; consumers are woken after that and never awaited.
 * @throws ChannelError `account_in_use` when another reader has taken over, `store_unavailable`
 */
export function createWriter(options: WriterOptions) {
	const { store, account, token, clock, remembered, waits, devices } = options;

	function draft(item: EngineEvent): Draft {
		const { event, at, recovered } = item;
		const match = waits.match(item);
		const kept = remembered.keep(event);
		const stored: JournalEvent = {
			eventId: event.event_id,
			// A reply that a wait may take must survive a restart, whether a trigger wants it or not.
			event: kept ?? (match === null ? null : withoutRaw(event)),
			chatId: event.external_chat_id,
			at,
			recovered,
			...(match === null ? {} : { heldBy: match.wait.id, heldUntil: match.heldUntil }),
		};
		return { item, match, stored };
	}

	async function appendBatch(drafts: readonly Draft[], state: JsonObject | undefined): Promise<AppendResult> {
		try {
			// Both asked for in this turn: concurrent appends are committed in the order the engine made them.
			const noted = devices.note(drafts.map(({ item }) => item));
			const appended = store.append(account, {
				token,
				events: drafts.map(({ stored }) => stored),
				...(state === undefined ? {} : { state }),
			});
			const [result] = await Promise.all([appended, noted]);
			return result;
		} catch (error) {
			for (const { match } of drafts) if (match !== null) waits.unmatch(match);
			throw error;
		}
	}

	/** What the store would read back, without reading it. */
	function toEntry({ stored }: Draft, { seq, late }: AppendResult['appended'][number]): JournalEntry {
		return {
			seq,
			late,
			eventId: stored.eventId,
			event: stored.event,
			chatId: stored.chatId,
			at: stored.at,
			recordedAt: clock.now(),
			recovered: stored.recovered,
			heldBy: stored.heldBy ?? null,
			heldUntil: stored.heldUntil ?? null,
		};
	}

	return async function append(
		events: readonly EngineEvent[],
		state?: JsonObject,
	): Promise<{ appended: number }> {
		if (events.length === 0 && state === undefined) return { appended: 0 };
		const drafts = events.map(draft);
		const result = await appendBatch(drafts, state);
		const byId = new Map(drafts.map((entry) => [entry.stored.eventId, entry]));
		const entries: JournalEntry[] = [];
		const fresh: EngineEvent[] = [];
		for (const appended of result.appended) {
			const known = byId.get(appended.eventId);
			if (known === undefined) continue;
			byId.delete(appended.eventId);
			entries.push(toEntry(known, appended));
			fresh.push(known.item);
			if (known.match !== null) waits.journalled(known.match, known.item.event, appended.seq);
		}
		for (const { match } of byId.values()) if (match !== null) waits.unmatch(match);
		if (entries.length > 0) options.appended(entries, fresh);
		return { appended: entries.length };
	};
}

export type Append = ReturnType<typeof createWriter>;
/** An event as the pool tells it itself: now, and not by a recovery. */
export function toldNow(event: ChannelEvent, clock: Pick<Clock, 'now'>): EngineEvent {
	return { event, at: clock.now(), recovered: false };
}
