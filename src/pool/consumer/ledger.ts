import type { AccountId, Clock, JsonObject, Store } from '../../contract';
import type { Acknowledger } from './acknowledger';
import type { Emission } from './chat';

/** Where the progress of an emission is kept: written before `deliver`, finished when it settled. */
export interface Ledger {
	/** @throws ChannelError `store_unavailable`: then nothing is handed on */
	record(emission: Emission, key: string): Promise<void>;
	settled(emission: Emission): void;
}

export interface JournalLedgerOptions {
	store: Pick<Store, 'recordEmit' | 'acknowledge'>;
	consumer: string;
	clock: Clock;
	acknowledger: Acknowledger;
}

/** Progress on the journal: the consumer's position. */
export function journalLedger(options: JournalLedgerOptions): Ledger {
	const { store, consumer, clock, acknowledger } = options;
	return {
		async record(emission, key) {
			const seqs = emission.members.map((member) => member.seq);
			await store.recordEmit(consumer, { key, seqs, attempt: emission.attempt, at: clock.now() });
			// Only now: a crash in between leaves both, and the higher attempt counts.
			if (emission.replaces !== null && emission.replaces !== key) {
				acknowledger.settled([], emission.replaces);
				emission.replaces = null;
			}
		},
		settled(emission) {
			acknowledger.settled(
				emission.members.map((member) => member.seq),
				// Nothing left to hand on: no key was made, but the record of the attempt before goes.
				emission.key ?? emission.replaces ?? undefined,
			);
		},
	};
}

/** Live-only events are never stored. */
export const memoryLedger: Ledger = {
	record: () => Promise.resolve(),
	settled: () => undefined,
};

/** Start-from-time progress outlives any restart in the middle of it; unused after the start is done. */
const SINCE_TTL_MS = 30 * 86_400_000;

export interface SinceProgress {
	/** event ids whose executions settled */
	done: Set<string>;
	/** under way when the process died */
	unsettled: { key: string; ids: string[]; attempt: number }[];
}

export interface SinceLedger extends Ledger {
	load(): Promise<SinceProgress>;
	/** Drops all of it. */
	clear(): Promise<void>;
	/** Resolves when no write is under way. */
	idle(): Promise<void>;
}

/** Progress of a start at a chosen time: events that are not in the journal, one small value per emission. */
export function sinceLedger(
	store: Pick<Store, 'getValue' | 'putValue' | 'listValues' | 'deleteValue'>,
	account: AccountId,
	consumer: string,
): SinceLedger {
	const prefix = `since/${consumer}/`;
	const underWay = new Set<Promise<void>>();

	function put(emission: Emission, key: string, done: boolean): Promise<void> {
		const ids = emission.members.map((member) => member.eventId);
		return store.putValue(account, prefix + key, { ids, attempt: emission.attempt, done }, SINCE_TTL_MS);
	}

	/** A lost "done" only runs the event once more after a crash, knowingly or suppressed by its key. */
	function track(work: Promise<void>): void {
		const quiet = work.catch(() => undefined);
		underWay.add(quiet);
		void quiet.then(() => underWay.delete(quiet));
	}

	return {
		async record(emission, key) {
			await put(emission, key, false);
			if (emission.replaces !== null && emission.replaces !== key) {
				track(store.deleteValue(account, prefix + emission.replaces));
				emission.replaces = null;
			}
		},
		settled(emission) {
			if (emission.key !== null) track(put(emission, emission.key, true));
		},
		async load() {
			const progress: SinceProgress = { done: new Set(), unsettled: [] };
			for (const { name, value } of await store.listValues(account, prefix)) {
				const { ids, attempt, done } = value as JsonObject as {
					ids: string[];
					attempt: number;
					done: boolean;
				};
				if (done) for (const id of ids) progress.done.add(id);
				else progress.unsettled.push({ key: name.slice(prefix.length), ids, attempt });
			}
			return progress;
		},
		async clear() {
			for (const { name } of await store.listValues(account, prefix)) await store.deleteValue(account, name);
		},
		async idle() {
			while (underWay.size > 0) await Promise.all(underWay);
		},
	};
}
