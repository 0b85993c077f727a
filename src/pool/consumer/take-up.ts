import type { ChannelEvent, EmitRecord, JournalEntry } from '../../contract';
import type { AcknowledgeMode } from '../types';
import type { Acknowledger } from './acknowledger';
import { replayed } from './bodies';
import { newEmission, type Emission } from './chat';
import { planReplay } from './replay';

export interface TakeUpOptions {
	unsettled: readonly EmitRecord[];
	/** of the unsettled emits, as far as the journal still has them */
	entries: readonly JournalEntry[];
	mode: AcknowledgeMode;
	/** has this process handed the key on? */
	handedOn(key: string): boolean;
	acknowledger: Pick<Acknowledger, 'pass' | 'settled'>;
	/** to be emitted again, in its chat */
	add(chatId: string, emission: Emission): void;
	/** it failed in all its attempts */
	gaveUp(event: ChannelEvent): void;
}

/** Takes up what an earlier life of the consumer emitted and did not settle, as `planReplay` decides. */
export function takeUp(options: TakeUpOptions): void {
	const { acknowledger } = options;
	const bySeq = new Map(options.entries.map((entry) => [entry.seq, entry]));
	for (const step of planReplay(options.unsettled, options.mode, (key) => options.handedOn(key))) {
		if (step.kind === 'drop') {
			acknowledger.settled([], step.key);
			continue;
		}
		const entries = step.seqs.flatMap((seq) => bySeq.get(seq) ?? []);
		if (step.kind === 'give_up') {
			for (const { event } of entries) if (event !== null) options.gaveUp(event);
			acknowledger.settled(step.seqs, step.key);
			continue;
		}
		// Members that a limit removed are still part of the position.
		const gone = step.seqs.filter((seq) => !bySeq.has(seq));
		if (gone.length > 0) acknowledger.pass(gone);
		options.add(entries[0]?.chatId ?? '', newEmission('journal', entries.map(replayed), step));
	}
}
