import type { Clock } from '../../contract';
import type { Agenda } from './agenda';
import type { Pending } from './chat';

/** The hub decides about a held entry; only when it does not, this long after the end of the hold, the entry goes on. */
const GRACE_MS = 5_000;

/** Entries held back for a pending *send and wait*, until it is decided whose they are. */
export interface Holds {
	hold(chatId: string, pending: Pending, until: number): void;
	/** Not the wait's: back into its chat's order. */
	release(seq: number): void;
	/** The wait has taken it; true when it was held here. */
	consume(seq: number): boolean;
	end(): void;
}

export function createHolds(clock: Clock, agenda: Pick<Agenda, 'hold' | 'unhold' | 'add'>): Holds {
	const held = new Map<number, { chatId: string; cancel: () => void }>();

	function take(seq: number): { chatId: string; pending: Pending } | null {
		const entry = held.get(seq);
		if (entry === undefined) return null;
		entry.cancel();
		held.delete(seq);
		const pending = agenda.unhold(entry.chatId, seq);
		return pending === undefined ? null : { chatId: entry.chatId, pending };
	}

	function release(seq: number): void {
		const entry = take(seq);
		if (entry !== null) agenda.add(entry.chatId, entry.pending);
	}

	return {
		hold(chatId, pending, until) {
			agenda.hold(chatId, pending, until);
			const cancel = clock.after(until - clock.now() + GRACE_MS, () => {
				release(pending.seq);
			});
			held.set(pending.seq, { chatId, cancel });
		},
		release,
		consume: (seq) => take(seq) !== null,
		end() {
			for (const { cancel } of held.values()) cancel();
		},
	};
}
