import type { ChannelEvent, Reader } from '../../contract';
import type { TriggerReport } from '../types';
import { createConsumerHost } from './consumer-host';
import { createDevices } from './devices';
import { createFollowers } from './followers';
import type { ConsumerHandle, JournalHub, JournalHubOptions } from './hub-types';
import { createListeners } from './listeners';
import { memoriesOf } from './memories';
import { createPendingWaits } from './pending-waits';
import { prepare } from './preparing';
import { createReaderLife } from './reader-life';
import { createRemembered } from './remembered';
import { createWriter, toldNow } from './writer';

/** Where nothing pushes: a question's answer may take a little longer than somebody in front of a screen waits, ms. */
const WAIT_POLL_MS = 20_000;
/** Triggers have this long to find their positions before the engine starts, ms. */
const OPENING_MS = 2_000;
/** Between two looks whether the last event was handed on, ms. */
const LAST_LOOK_MS = 20;

/**
 * This file only joins the parts: listeners (triggers and manual listens here), followers (those of other processes) and
 * waits want something; the reader's life follows from that; the writer journals what the reader brings and tells them.
 */
export function createJournalHub(options: JournalHubOptions): JournalHub {
	const { store, account, token, clock, random, logger, open } = options;
	const memories = options.memories ?? memoriesOf(store);
	/** consumers that were not remembered before the engine starts: for them alone there is nothing to recover */
	const fresh = new Set<string>();
	let starting = true;
	let live = Promise.withResolvers<void>();
	let lastEventAt: number | null = null;
	const ending = new AbortController();

	const remembered = createRemembered(store, account, clock, logger);
	const devices = createDevices(store, account, clock, logger, () => remembered.quietMs());
	const changed = (): void => life.update();
	const waits = createPendingWaits({
		store,
		account,
		clock,
		random,
		logger,
		resume: options.onWaitMatched,
		decided(seq, outcome) {
			if (outcome === 'consume') listeners.consumed(seq);
			else listeners.released(seq);
		},
		changed,
	});
	const append = createWriter({
		store,
		account,
		token,
		clock,
		remembered,
		waits,
		devices,
		appended(entries, events) {
			lastEventAt = clock.now();
			for (const { eventId } of entries) logger.debug('journalled', { correlation: eventId, account });
			listeners.appended(entries);
			listeners.seen(events);
			followers.grown(events);
		},
	});
	const followers = createFollowers({
		clock,
		tell: (process, news) => options.tellFollower?.(process, news),
		changed,
	});
	const life = createReaderLife({
		clock,
		random,
		logger,
		wanted: () => !ending.signal.aborted && isWanted(),
		start,
		live() {
			live.resolve();
			listeners.caughtUp();
		},
		stopping() {
			starting = true;
			// Who attaches next waits for a recovery of its own.
			live = Promise.withResolvers<void>();
		},
	});
	const host = createConsumerHost({
		about: { account, label: options.label },
		clock,
		logger,
		devices,
		holdUntil: (seq) => waits.holdUntil(seq),
		accepts: (consumer, event) => listeners.accepts(consumer, event),
		announce,
	});
	const ready = prepare(
		async () => {
			await remembered.load();
			await devices.load();
			await waits.load();
			// Questions of an earlier process count as attached.
			life.update();
		},
		{ account, clock, random, logger, signal: ending.signal },
	);
	const listeners = createListeners({
		store,
		account,
		clock,
		random,
		logger,
		memories,
		remembered,
		host,
		ready,
		limits: options.limits,
		acquirePosition: options.acquirePosition,
		open,
		left: changed,
	});

	function isWanted(): boolean {
		return listeners.size + waits.size + followers.size > 0;
	}

	/** Nobody remembered and no question pending: there is nothing to recover for, the engine starts where the first trigger does. */
	async function start(): Promise<Reader> {
		await ready;
		await openedOrLate();
		await remembered.load();
		starting = false;
		const someoneWaited = remembered.ids().some((id) => !fresh.has(id)) || waits.oldestStored !== null;
		fresh.clear();
		if (!someoneWaited) await store.saveState(account, token, null);
		const state = someoneWaited ? await store.loadState(account) : null;
		const recoverSince = Math.min(remembered.reachesBackTo(clock.now()), waits.oldestStored ?? Infinity);
		const startAt = listeners.startAt();
		return open.startReading({
			account,
			state,
			...(startAt === Infinity ? {} : { startAt }),
			recoverSince,
			append,
			live: tellLive,
			pollEveryMs,
			typingChats: () => listeners.typingChats(),
		});
	}

	/** What is journalled before a trigger knows its position is not after it; one whose position another process has must not hold up the rest. */
	async function openedOrLate(): Promise<void> {
		const done = new AbortController();
		const late = clock.sleep(OPENING_MS, done.signal).catch(() => undefined);
		await Promise.race([listeners.opened(), late]);
		done.abort();
	}

	/** The shortest interval somebody asks for; only engines that poll care. */
	function pollEveryMs(): number | null {
		const forWaits = waits.size > 0 ? WAIT_POLL_MS : Infinity;
		const shortest = Math.min(listeners.pollEveryMs(), forWaits, followers.pollEveryMs);
		return shortest === Infinity ? null : shortest;
	}

	/** Who asks for a shorter interval does not sit out the longer one that is running. */
	function lookSooner(before: number | null): void {
		const now = pollEveryMs();
		if (life.state !== 'live' || now === null || (before !== null && before <= now)) return;
		void life.reader().then((reader) => reader?.checkNow?.());
	}

	/** A question is pending that was not: the engine runs for it. */
	async function withWaits(change: () => Promise<void>): Promise<void> {
		await ready;
		const before = pollEveryMs();
		await change();
		lookSooner(before);
		life.update();
		await life.reader();
	}

	function tellLive(event: ChannelEvent): void {
		lastEventAt = clock.now();
		waits.reaction(event);
		listeners.live(event);
		followers.live(event);
	}

	async function announce(event: ChannelEvent): Promise<void> {
		if (!isWanted()) return;
		await ready;
		await append([toldNow(event, clock)]);
	}

	async function announceLast(event: ChannelEvent, maxMs: number): Promise<void> {
		await announce(event);
		const until = clock.monotonic() + maxMs;
		while (!ending.signal.aborted && listeners.busyWith(event) && clock.monotonic() < until)
			await clock.sleep(LAST_LOOK_MS, ending.signal).catch(() => undefined);
	}

	function handle(end: () => void, report: (report: TriggerReport) => void): ConsumerHandle {
		const promise = live.promise;
		life.update();
		return { end, live: promise, report };
	}

	return {
		attach(request) {
			const before = pollEveryMs();
			const attachment = listeners.attach(request, {
				live: live.promise,
				since:
					open.since === undefined
						? undefined
						: (sinceMs, signal) => open.since?.(sinceMs, { signal }) ?? nothing(),
				isNew: (id) => {
					if (starting) fresh.add(id);
				},
			});
			lookSooner(before);
			if (life.state === 'live') attachment.caughtUp();
			return handle(
				() => listeners.detach(attachment),
				(report) => attachment.reports.report(report),
			);
		},
		listen(request) {
			const before = pollEveryMs();
			const end = listeners.listen(request);
			lookSooner(before);
			return handle(end, () => undefined);
		},
		async accept(hint) {
			const reader = await life.reader();
			return (await reader?.accept?.(hint)) ?? false;
		},
		announce,
		announceLast,
		addWait: (wait) => withWaits(() => waits.add(wait)),
		async follow(process, interest) {
			await ready;
			// Its triggers count from now on: what they want is kept whole.
			await remembered.load();
			const before = pollEveryMs();
			followers.follow(process, interest);
			lookSooner(before);
			return life.state === 'live';
		},
		unfollow: (process) => {
			followers.unfollow(process);
		},
		latest: (limit, signal) => open.latest?.(limit, signal) ?? Promise.resolve([]),
		setWaitMessage: (id, messageId) => waits.setMessage(id, messageId),
		reloadWaits: () => withWaits(() => waits.reload()),
		async stop() {
			ending.abort();
			const stopped = listeners.stop();
			waits.stop();
			followers.end();
			life.update();
			await life.settled();
			await stopped;
		},
		get waiting() {
			return waits.size;
		},
		get underWay() {
			return memories.underWay;
		},
		stats() {
			const { triggers, listens, pending, unsettled } = listeners.stats();
			return {
				subscribers: triggers + followers.size,
				listeners: listens,
				waits: waits.size,
				lastEventAt: lastEventAt === null ? null : new Date(lastEventAt).toISOString(),
				state: life.state,
				pending,
				unsettled,
			};
		},
	};
}

async function* nothing(): AsyncGenerator<never> {
	// A channel that cannot read back.
}
