import type { AccountId, ChannelEvent, Clock, ConsumerRecord, Logger, Store } from '../../contract';
import { compileStoredFilter } from '../consumer';
import { keep, type Interest } from './retention';

/** How long the list is believed, ms: another process may remember a consumer of this account. */
const BELIEVED_MS = 60_000;

/** All remembered consumers of the account, attached or not: they decide what is stored and how far a recovery reaches. */
export interface Remembered {
	load(): Promise<void>;
	/** Counts from this moment, also before it is written. */
	set(record: ConsumerRecord): void;
	keep(event: ChannelEvent): ChannelEvent | null;
	/** ms since 1970 */
	reachesBackTo(now: number): number;
	/** longest *stay silent after a person answered*, ms */
	quietMs(): number;
	has(id: string): boolean;
	ids(): string[];
}

interface Known extends Interest {
	record: ConsumerRecord;
}

export function createRemembered(
	store: Pick<Store, 'listConsumers'>,
	account: AccountId,
	clock: Clock,
	logger: Logger,
): Remembered {
	let known = new Map<string, Known>();
	/** written by this hub: a list that was under way may not have them yet */
	const own = new Map<string, Known>();
	let loadedAt = -Infinity;
	let loading = false;
	let longestQuiet = 0;

	function refreshQuiet(): void {
		longestQuiet = Math.max(0, ...[...known.values()].map(({ record }) => quietOf(record)));
	}

	async function load(): Promise<void> {
		loadedAt = clock.monotonic();
		const records = await store.listConsumers(account);
		known = new Map(records.map((record) => [record.id, own.get(record.id) ?? toKnown(record)]));
		for (const [id, entry] of own) known.set(id, entry);
		refreshQuiet();
	}

	function refresh(): void {
		if (loading || clock.monotonic() - loadedAt < BELIEVED_MS) return;
		loading = true;
		void load()
			.catch((error: unknown) => {
				logger.warn('the remembered consumers could not be read', { account, error: String(error) });
			})
			.finally(() => {
				loading = false;
			});
	}

	return {
		load,
		set(record) {
			const entry = toKnown(record);
			own.set(record.id, entry);
			known.set(record.id, entry);
			refreshQuiet();
		},
		keep(event) {
			refresh();
			return keep(event, known.values());
		},
		reachesBackTo: (now) => now - Math.max(0, ...[...known.values()].map(({ record }) => record.catchUpMs)),
		quietMs: () => longestQuiet,
		has: (id) => known.has(id),
		ids: () => [...known.keys()],
	};
}

function toKnown(record: ConsumerRecord): Known {
	const filter = compileStoredFilter(record.filter);
	return {
		record,
		wantsRaw: record.wantsRaw,
		mayAccept: (event) => isFor(event, record.id) && filter.mayAccept(event),
	};
}

/** A gap of one consumer is kept for that one only. */
function isFor(event: ChannelEvent, consumer: string): boolean {
	const target = event.data?.['consumer'];
	return event.event_type !== 'gap' || target === undefined || target === consumer;
}

/** Kept beside the record so that a restart knows it before the trigger is there again. */
function quietOf(record: ConsumerRecord): number {
	const quiet = record.extra['quietAfterDeviceMs'];
	return typeof quiet === 'number' ? quiet : 0;
}
