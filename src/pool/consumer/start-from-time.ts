import type { Clock, EngineEvent, JsonObject, Logger, Random } from '../../contract';
import { backoffMs } from '../../runtime';
import type { AcknowledgeMode } from '../types';
import { fromEngine } from './bodies';
import { newEmission, type Emission, type Pending } from './chat';
import type { SinceLedger, SinceProgress } from './ledger';
import { afterRestart } from './settle';

const RETRY = { firstMs: 1_000, maxMs: 60_000 };
/** Event ids that came both ways around the moment the account went live; kept with the consumer. */
const OVERLAP_IDS = 5_000;
/** Provider times before the attach that may still come by the journal too: clocks differ, pushes travel. */
const OVERLAP_MS = 5 * 60_000;

/** Kept in `ConsumerRecord.extra.start`. */
export interface StartMark {
	/** the chosen time, ms */
	at: number;
	/** when the consumer first attached, ms */
	attachedAt: number;
	done: boolean;
	/** event ids handed over by this start that the journal may bring again */
	ids: string[];
}

export function readMark(extra: JsonObject): StartMark | null {
	const start = extra['start'];
	if (start === null || typeof start !== 'object' || Array.isArray(start)) return null;
	const { at, attachedAt, done, ids } = start;
	if (typeof at !== 'number' || typeof attachedAt !== 'number' || !Array.isArray(ids)) return null;
	return { at, attachedAt, done: done === true, ids: ids.filter((id) => typeof id === 'string') };
}

export interface StartOptions {
	/** null: it starts at now, or did so */
	mark: StartMark | null;
	/** resolves when the account is live: from then on the journal has everything */
	live: Promise<void>;
	/** what the provider has since a time; undefined when the channel cannot tell */
	since: ((sinceMs: number, signal: AbortSignal) => AsyncIterable<EngineEvent>) | undefined;
	ledger: SinceLedger;
	mode: AcknowledgeMode;
	handedOn(key: string): boolean;
	clock: Clock;
	random: Random;
	logger: Logger;
	accepts(event: EngineEvent['event']): boolean;
	add(chatId: string, pending: Pending): void;
	repeat(chatId: string, emission: Emission): void;
	hasRoom(): boolean;
	/** all was handed over: batches are complete */
	exhausted(): void;
	/** and has settled: the journal's turn */
	done(): void;
	saveMark(mark: StartMark): Promise<void>;
}

/** A start at a chosen time: what the provider has since then is handed to this consumer alone, before it goes live. */
export interface Start {
	/** the journal waits */
	readonly running: boolean;
	/** all was handed over */
	readonly exhausted: boolean;
	/** was this event handed over by the start? */
	handed(eventId: string): boolean;
	/** there may be room for more */
	room(): void;
	/** so many of its events are done */
	left(count: number): void;
	/** so many of its events fail to be created again and again: nobody waits for them any longer */
	stuck(count: number): void;
	end(): void;
}

export function createStart(options: StartOptions): Start {
	const { ledger, clock, random, logger } = options;
	const mark = options.mark;
	/** handed over in this process, so that a second try after a failure goes on where the first stopped */
	const added = new Set<string>();
	/** those of them that the journal may bring again */
	const overlap = new Set(mark?.ids);
	const abort = new AbortController();
	let running = mark !== null && !mark.done;
	let exhausted = false;
	let open = 0;
	let stuck = 0;
	let makeRoom: (() => void) | null = null;
	let progress: SinceProgress | null = null;

	async function run(since: NonNullable<StartOptions['since']>, begun: StartMark): Promise<void> {
		await options.live;
		progress ??= await ledger.load();
		const groups = groupsOf(progress);
		const waiting = new Map<string, Map<string, Pending>>();
		for await (const item of since(begun.at, abort.signal)) {
			if (abort.signal.aborted) return;
			const id = item.event.event_id;
			if (added.has(id) || !options.accepts(item.event)) continue;
			if (item.at >= begun.attachedAt - OVERLAP_MS) overlap.add(id);
			if (progress.done.has(id)) continue;
			const group = groups.get(id);
			const pending = fromEngine(item, clock.now());
			if (group !== undefined) {
				const members = waiting.get(group.key) ?? new Map<string, Pending>();
				waiting.set(group.key, members.set(id, pending));
				if (members.size === group.ids.length) repeat(group, waiting);
				continue;
			}
			added.add(id);
			open += 1;
			options.add(item.event.external_chat_id, pending);
			await roomFor();
		}
		// What the provider no longer has of a batch is left out of it.
		for (const group of progress.unsettled) repeat(group, waiting);
		exhausted = true;
		options.exhausted();
		goOn();
	}

	function repeat(
		group: SinceProgress['unsettled'][number],
		waiting: Map<string, Map<string, Pending>>,
	): void {
		const found = waiting.get(group.key);
		if (found === undefined) return;
		waiting.delete(group.key);
		const members = group.ids.flatMap((id) => found.get(id) ?? []);
		for (const id of group.ids) added.add(id);
		const known = options.handedOn(group.key);
		const next = known ? ({ step: 'same_key' } as const) : afterRestart(options.mode, group.attempt);
		open += members.length;
		const emission = newEmission(
			'since',
			members,
			next.step === 'next_attempt'
				? { attempt: next.attempt, key: null, replaces: group.key }
				: { attempt: group.attempt, key: group.key, replaces: null },
		);
		options.repeat(members[0]?.event?.external_chat_id ?? '', emission);
	}

	async function roomFor(): Promise<void> {
		while (!options.hasRoom() && !abort.signal.aborted) {
			await new Promise<void>((resolve) => {
				makeRoom = resolve;
			});
		}
	}

	/**
	 * The journal waits until all of it has settled and that is written: so a crash in between finds the journal untouched,
	 * and what the start handed over is known when the journal brings it too.
	 */
	function goOn(): void {
		if (mark === null || mark.done || !exhausted || abort.signal.aborted) return;
		if (open === 0) void finish(mark);
		else if (open <= stuck) release();
	}

	function release(): void {
		if (!running) return;
		running = false;
		options.done();
	}

	async function finish(ending: StartMark): Promise<void> {
		ending.done = true;
		ending.ids = [...overlap].slice(-OVERLAP_IDS);
		for (let failures = 1; !abort.signal.aborted; failures += 1) {
			try {
				await options.saveMark(ending);
				release();
				await ledger.clear();
				return;
			} catch (error) {
				logger.warn('the end of a start at a chosen time could not be written', { error: String(error) });
				await clock.sleep(backoffMs(failures, RETRY, random), abort.signal).catch(() => undefined);
			}
		}
	}

	async function keepTrying(since: NonNullable<StartOptions['since']>, begun: StartMark): Promise<void> {
		for (let failures = 1; !abort.signal.aborted; failures += 1) {
			try {
				await run(since, begun);
				return;
			} catch (error) {
				if (abort.signal.aborted) return;
				logger.warn('reading back to the chosen time failed', { error: String(error) });
				await clock.sleep(backoffMs(failures, RETRY, random), abort.signal).catch(() => undefined);
			}
		}
	}

	if (running && mark !== null) {
		if (options.since === undefined) {
			logger.warn('this channel cannot read back: the trigger starts at now');
			exhausted = true;
			goOn();
		} else {
			void keepTrying(options.since, mark);
		}
	}

	return {
		get running() {
			return running;
		},
		get exhausted() {
			return exhausted;
		},
		handed: (eventId) => overlap.has(eventId),
		room() {
			if (makeRoom === null || !options.hasRoom()) return;
			const resolve = makeRoom;
			makeRoom = null;
			resolve();
		},
		left(count) {
			open -= count;
			goOn();
		},
		stuck(count) {
			stuck += count;
			goOn();
		},
		end() {
			abort.abort();
			makeRoom?.();
		},
	};
}

/** event id → the emit it was part of when the process died */
function groupsOf(progress: SinceProgress): Map<string, SinceProgress['unsettled'][number]> {
	return new Map(progress.unsettled.flatMap((group) => group.ids.map((id) => [id, group] as const)));
}
