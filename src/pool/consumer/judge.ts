import type { ConsumerPosition, JournalEntry } from '../../contract';
import type { CompiledFilter } from './filter';

/** What a consumer is told about itself when it judges entries. Times are ms since 1970. */
export interface JudgeRules {
	consumer: string;
	filter: CompiledFilter;
	/** provider time of the first publication */
	notBefore: number;
	/** provider time before which a backlog and recovered events are cut (*Catch up at most*) */
	cutBefore: number;
	/** last entry that was in the journal when the consumer attached */
	backlogEnd: number;
}

/**
 * take: emit it; pass: done without an execution; cut: passed because of *Catch up at most*, told as a gap;
 * held: a pending wait may take it.
 */
export type Judgement = 'take' | 'pass' | 'cut' | 'held';

export function judge(entry: JournalEntry, rules: JudgeRules, now: number): Judgement {
	const { event } = entry;
	if (event === null || !isFor(event.data?.['consumer'], rules.consumer)) return 'pass';
	if (!rules.filter.accepts(event)) return 'pass';
	if (event.event_type === 'gap' || event.event_type === 'account_state') return 'take';
	if (entry.recovered && entry.at < rules.notBefore) return 'pass';
	if (entry.at < rules.cutBefore && (entry.recovered || entry.seq <= rules.backlogEnd)) return 'cut';
	if (entry.heldBy !== null && (entry.heldUntil ?? 0) > now) return 'held';
	return 'take';
}

/** A gap concerns one consumer (its catch-up, its retention) or, without a name, all of them. */
function isFor(consumer: unknown, own: string): boolean {
	return consumer === undefined || consumer === own;
}

/** Which entries above the watermark are done or under way when a consumer attaches; each is asked for once, ascending. */
export interface OpenPosition {
	readonly start: number;
	/** true: nothing to do with this entry */
	skips(seq: number): boolean;
}

/** Position = watermark + the acknowledged numbers above it; what is unsettled is replayed apart from reading. */
export function openPosition(position: ConsumerPosition): OpenPosition {
	const skipped = new Set(position.acknowledged);
	for (const emit of position.unsettled) for (const seq of emit.seqs) skipped.add(seq);
	return {
		start: position.watermark,
		skips(seq) {
			if (seq <= position.watermark) return true;
			// The reader only moves forward: what it has passed need not be remembered.
			return skipped.delete(seq);
		},
	};
}
