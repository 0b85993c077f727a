import type {
	AccountId,
	Clock,
	EngineEvent,
	Logger,
	Random,
	Store,
	WaitRecord,
	ChannelEvent,
} from '../../contract';
import { backoffMs } from '../../runtime';
import type { ResumeWait } from '../types';
import { HOLD_MS, matchReaction, matchWait } from './match-wait';

const RETRY = { firstMs: 250, maxMs: 5_000 };
/** Timers are set no longer than this, ms: a wait may last for months, a timer cannot. */
const LONGEST_TIMER_MS = 86_400_000;
/** Journal numbers looked through for replies that were held when the process died. */
const HELD_REACH = 10_000;
const PAGE = 500;

/** A matched reply on its way into the journal. */
export interface Match {
	wait: WaitRecord;
	heldUntil: number;
}

export interface PendingWaitsOptions {
	store: Store;
	account: AccountId;
	clock: Clock;
	random: Random;
	logger: Logger;
	resume: ResumeWait;
	/** the wait has taken the entry, or leaves it to the triggers */
	decided(seq: number, outcome: 'consume' | 'release'): void;
	/** the number of waits changed */
	changed(): void;
}

/** The pending *send and wait* questions of the account: who answers which, and what becomes of the answer. */
export interface PendingWaits {
	/** Reads the stored waits and takes up replies that were held when the process died. */
	load(): Promise<void>;
	/** Another process wrote some into the store, or completed them. */
	reload(): Promise<void>;
	add(wait: WaitRecord): Promise<void>;
	setMessage(id: string, messageId: string): Promise<void>;
	/** Matches synchronously and marks the wait as answered, so that concurrent appends agree. */
	match(event: EngineEvent): Match | null;
	/** The matched event was a duplicate or could not be journalled: the wait goes on. */
	unmatch(match: Match): void;
	/** Journalled: resume the wait. */
	journalled(match: Match, event: ChannelEvent, seq: number): void;
	/** A reaction on a question; nothing is held. */
	reaction(event: ChannelEvent): void;
	holdUntil(seq: number): number | null;
	/** creation time of the oldest wait that was pending before this process, ms */
	readonly oldestStored: number | null;
	readonly size: number;
	stop(): void;
}

export function createPendingWaits(options: PendingWaitsOptions): PendingWaits {
	const { store, account, clock, random, logger } = options;
	const waits = new Map<string, WaitRecord>();
	const busy = new Set<string>();
	const holds = new Map<number, number>();
	const abort = new AbortController();
	/** pending before this process */
	const stored = new Set<string>();
	let cancelExpiry: (() => void) | null = null;

	function armExpiry(): void {
		cancelExpiry?.();
		cancelExpiry = null;
		if (waits.size === 0 || abort.signal.aborted) return;
		const next = Math.min(...[...waits.values()].map((wait) => wait.expiresAt));
		const inMs = Math.min(Math.max(0, next - clock.now()), LONGEST_TIMER_MS);
		cancelExpiry = clock.after(inMs, expire);
	}

	/** A wait that is being resumed is left to its answer. */
	function expire(): void {
		for (const wait of [...waits.values()]) {
			if (wait.expiresAt <= clock.now() && !busy.has(wait.id)) void remove(wait.id);
		}
		armExpiry();
	}

	async function remove(id: string): Promise<void> {
		if (!waits.delete(id)) return;
		busy.delete(id);
		armExpiry();
		options.changed();
		await attempt('a wait could not be deleted', () => store.deleteWait(id));
	}

	async function attempt(what: string, work: () => Promise<void>): Promise<void> {
		for (let failures = 1; ; failures += 1) {
			try {
				await work();
				return;
			} catch (error) {
				logger.warn(what, { account, error: String(error) });
				if (failures >= 5 || abort.signal.aborted) return;
				await pause(failures);
			}
		}
	}

	function pause(failures: number): Promise<void> {
		return clock.sleep(backoffMs(failures, RETRY, random), abort.signal).catch(() => undefined);
	}

	/** "Is running already" means that the execution has not parked yet: asked again until the hold ends. */
	async function resumeUntil(
		wait: WaitRecord,
		event: ChannelEvent,
		until: number,
	): Promise<Awaited<ReturnType<ResumeWait>>> {
		for (let failures = 1; ; failures += 1) {
			let outcome: Awaited<ReturnType<ResumeWait>> = 'retry';
			try {
				outcome = await options.resume(waits.get(wait.id) ?? wait, event);
			} catch (error) {
				logger.warn('a waiting execution could not be resumed', { account, error: String(error) });
			}
			if (outcome !== 'retry') return outcome;
			const left = until - clock.now();
			if (left <= 0 || abort.signal.aborted) return 'retry';
			await clock
				.sleep(Math.min(left, backoffMs(failures, RETRY, random)), abort.signal)
				.catch(() => undefined);
			if (abort.signal.aborted || clock.now() >= until) return 'retry';
		}
	}

	async function decide(match: Match, event: ChannelEvent, seq: number): Promise<void> {
		const { wait, heldUntil } = match;
		holds.set(seq, heldUntil);
		const outcome = await resumeUntil(wait, event, heldUntil);
		// A hub that stops leaves the hold to the next one.
		if (outcome === 'retry' && abort.signal.aborted) return;
		const settled = outcome === 'resumed' ? 'consume' : 'release';
		await attempt('a held reply could not be settled', () => store.settleHeld(account, seq, settled));
		holds.delete(seq);
		options.decided(seq, settled);
		if (outcome === 'retry' || outcome === 'not_an_answer') {
			busy.delete(wait.id);
			expire();
		} else {
			await remove(wait.id);
		}
	}

	/** Held replies whose waits are still pending: nobody was told yet. */
	async function takeUpHeld(): Promise<void> {
		let after = Math.max(0, (await store.lastSeq(account)) - HELD_REACH);
		for (;;) {
			const page = await store.readEntries(account, after, PAGE);
			for (const entry of page) {
				const wait = entry.heldBy === null ? undefined : waits.get(entry.heldBy);
				if (wait === undefined || entry.event === null || busy.has(wait.id)) continue;
				busy.add(wait.id);
				void decide({ wait, heldUntil: clock.now() + HOLD_MS }, entry.event, entry.seq);
			}
			after = page[page.length - 1]?.seq ?? after;
			if (page.length < PAGE) return;
		}
	}

	return {
		async load() {
			for (const wait of await store.listWaits(account)) {
				waits.set(wait.id, wait);
				stored.add(wait.id);
			}
			if (waits.size > 0) await takeUpHeld();
			expire();
		},
		async reload() {
			for (const wait of await store.listWaits(account)) waits.set(wait.id, wait);
			armExpiry();
			options.changed();
		},
		async add(wait) {
			waits.set(wait.id, wait);
			armExpiry();
			options.changed();
			try {
				await store.saveWait(wait);
			} catch (error) {
				waits.delete(wait.id);
				options.changed();
				throw error;
			}
		},
		async setMessage(id, messageId) {
			const wait = waits.get(id);
			if (wait === undefined) return;
			const complete = { ...wait, messageId };
			waits.set(id, complete);
			await store.saveWait(complete);
		},
		match(event) {
			if (waits.size === 0) return null;
			const wait = matchWait(event, waits.values(), busy, clock.now());
			if (wait === null) return null;
			busy.add(wait.id);
			return { wait, heldUntil: clock.now() + HOLD_MS };
		},
		unmatch({ wait }) {
			busy.delete(wait.id);
		},
		journalled(match, event, seq) {
			void decide(match, event, seq);
		},
		reaction(event) {
			if (waits.size === 0) return;
			const wait = matchReaction({ event }, waits.values(), busy, clock.now());
			if (wait === null) return;
			busy.add(wait.id);
			void resumeUntil(wait, event, clock.now() + HOLD_MS).then((outcome) => {
				if (outcome === 'retry' || outcome === 'not_an_answer') busy.delete(wait.id);
				else void remove(wait.id);
			});
		},
		holdUntil: (seq) => holds.get(seq) ?? null,
		get oldestStored() {
			const times = [...waits.values()].filter(({ id }) => stored.has(id)).map((wait) => wait.createdAt);
			return times.length === 0 ? null : Math.min(...times);
		},
		get size() {
			return waits.size;
		},
		stop() {
			abort.abort();
			cancelExpiry?.();
		},
	};
}
