import type { ChannelEvent, EngineEvent, JournalEntry } from '../../contract';
import type { Pending } from './chat';

/** How many events wait with their bodies in memory; the others wait as numbers, their bodies in the journal. */
export interface Bodies {
	/** The entry as it waits; `catchUp`: it counts against *catch up per chat*. */
	pending(entry: JournalEntry, catchUp: boolean): Pending;
	/** It waits no more. */
	leaves(pending: Pending): void;
}

export function createBodies(limit: number): Bodies {
	let kept = 0;
	return {
		pending(entry, catchUp) {
			const keep = kept < limit;
			if (keep) kept += 1;
			return {
				source: 'journal',
				seq: entry.seq,
				eventId: entry.eventId,
				at: entry.at,
				recordedAt: entry.recordedAt,
				late: entry.late,
				inbound: entry.event?.meta.direction === 'in',
				batchable: entry.event?.event_type === 'message',
				catchUp,
				event: keep ? entry.event : null,
			};
		},
		leaves(pending) {
			if (pending.source === 'journal' && pending.event !== null) kept -= 1;
		},
	};
}

/** A member of a replay: its body is read when it is emitted. */
export function replayed(entry: JournalEntry): Pending {
	return { ...createBodies(0).pending(entry, false) };
}

/** An event that is not in the journal. */
export function unjournalled(
	source: 'since' | 'live',
	event: ChannelEvent,
	at: number,
	now: number,
): Pending {
	return {
		source,
		seq: 0,
		eventId: event.event_id,
		at,
		recordedAt: now,
		late: false,
		inbound: event.meta.direction === 'in',
		batchable: source === 'since' && event.event_type === 'message',
		catchUp: false,
		event,
	};
}

export function fromEngine({ event, at }: EngineEvent, now: number): Pending {
	return unjournalled('since', event, at, now);
}
