import type { AccountId, ChannelEvent, Store } from '../../contract';
import type { Delivery, Settlement } from '../types';
import type { Emission, Pending, Source } from './chat';
import type { HandedOn } from './handed-on';
import { emitKey, type NodeIdentity } from './keys';
import type { Ledger } from './ledger';

export interface LauncherOptions {
	store: Pick<Store, 'readEntriesBySeq'>;
	account: AccountId;
	identity: NodeIdentity;
	wantsRaw: boolean;
	handedOn: HandedOn;
	ledgers: Readonly<Record<Source, Ledger>>;
	deliver(delivery: Delivery): Promise<Settlement>;
	ended(): boolean;
}

/** How one emit went; `left`: the consumer ended before it was handed on, what was written is replayed later. */
export type Outcome = Settlement | { kind: 'left' };

/**
 * One emit: fetch the bodies, write it down, hand it on, wait. What could not be written is not handed on and counts as
 * not created.
 */
export async function launch(emission: Emission, options: LauncherOptions): Promise<Outcome> {
	let events: ChannelEvent[];
	let key: string;
	try {
		await fetchBodies(emission, options);
		// All members were removed by a limit (told as a gap) or consumed by a wait: nothing is left to hand on.
		if (emission.members.every((member) => member.event === null)) return { kind: 'finished', ok: true };
		events = emission.members.flatMap((member) => prepare(member, emission.attempt, options.wantsRaw));
		key = emission.key ?? keyOf(emission, options);
		emission.key = key;
		if (options.ended()) return { kind: 'left' };
		await options.ledgers[emission.source].record(emission, key);
	} catch (error) {
		return { kind: 'not_created', error };
	}
	if (options.ended()) return { kind: 'left' };
	const delivery: Delivery = { key, attempt: emission.attempt, events };
	return options.handedOn.once(key, () => options.deliver(delivery));
}

function keyOf(emission: Emission, options: LauncherOptions): string {
	const ids = emission.members.map((member) => member.eventId);
	return emitKey(options.identity, options.account, ids, emission.attempt);
}

/** Bodies that were left in the journal, read at the last moment. */
async function fetchBodies(emission: Emission, options: LauncherOptions): Promise<void> {
	const missing = emission.members.filter((member) => member.event === null && member.source === 'journal');
	if (missing.length === 0) return;
	const entries = await options.store.readEntriesBySeq(
		options.account,
		missing.map((member) => member.seq),
	);
	const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
	for (const member of missing) member.event = bySeq.get(member.seq)?.event ?? null;
}

/** The event as this consumer gets it: its attempt, whether it came late, `raw` only if asked for. */
export function prepare(member: Pending, attempt: number, wantsRaw: boolean): ChannelEvent[] {
	if (member.event === null) return [];
	const { raw, ...event } = member.event;
	const meta = { ...event.meta, attempt, ...(member.late ? { late: true } : {}) };
	return [{ ...event, meta, ...(wantsRaw && raw !== undefined ? { raw } : {}) }];
}
