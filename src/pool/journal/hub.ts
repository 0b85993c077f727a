import { ChannelError, type ChannelEvent, type Reader } from '../../contract';
import { backoffMs } from '../../runtime';
import type { ConsumerHost } from '../consumer';
import type { TriggerReport } from '../types';
import { createAttachment, type Attachment } from './attachment';
import { createDevices } from './devices';
import { createFollowers } from './followers';
import type { ConsumerHandle, JournalHub, JournalHubOptions } from './hub-types';
import { createManualListen, type ManualListen, type ManualRequest } from './manual-listen';
import { memoriesOf } from './memories';
import { createPendingWaits } from './pending-waits';
import { catchUpGap, gaveUpState } from './pool-events';
import { createReaderLife } from './reader-life';
import { createRemembered } from './remembered';
import { createWriter, toldNow } from './writer';

/** An attached trigger is marked as still there this often, ms; consumers gone for 90 days are forgotten. */
const STILL_THERE_MS = 6 * 3_600_000;
/** Where nothing pushes: somebody sits in front of a manual listen; a question's answer may take a little longer. */
const LISTEN_POLL_MS = 10_000;
const WAIT_POLL_MS = 20_000;
/** Triggers have this long to find their positions before the engine starts, ms. */
const OPENING_MS = 2_000;
/** Between two looks whether the last event was handed on, ms. */
const LAST_LOOK_MS = 20;

export function createJournalHub(options: JournalHubOptions): JournalHub {
	const { store, account, token, clock, random, logger, open } = options;
	const memories = options.memories ?? memoriesOf(store);
	const about = { account, label: options.label };
	const attachments = new Map<string, Attachment>();
	const listens = new Set<ManualListen>();
	/** ended ones that still write */
	const leaving = new Set<Promise<void>>();
	/** consumers that were not remembered before the engine starts: for them alone there is nothing to recover */
	const fresh = new Set<string>();
	let starting = true;
	let live = Promise.withResolvers<void>();
	let lastEventAt: number | null = null;
	let stopped = false;
	const ending = new AbortController();
	let cancelStillThere: (() => void) | null = null;

	const remembered = createRemembered(store, account, clock, logger);
	const devices = createDevices(store, account, clock, logger, () => remembered.quietMs());
	const waits = createPendingWaits({
		store,
		account,
		clock,
		random,
		logger,
		resume: options.onWaitMatched,
		decided(seq, outcome) {
			for (const { consumer } of attachments.values()) {
				if (outcome === 'consume') consumer?.consumed(seq);
				else consumer?.released(seq);
			}
		},
		changed: () => {
			life.update();
		},
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
			for (const attachment of attachments.values()) attachment.appended(entries);
			for (const listen of [...listens]) listen.appended(events);
			followers.grown(events);
		},
	});
	const followers = createFollowers({
		clock,
		tell: (process, news) => options.tellFollower?.(process, news),
		changed: () => {
			life.update();
		},
	});
	const life = createReaderLife({
		clock,
		random,
		logger,
		wanted: () => !stopped && attachments.size + listens.size + waits.size + followers.size > 0,
		start,
		live() {
			live.resolve();
			for (const attachment of attachments.values()) attachment.caughtUp();
		},
		stopping() {
			starting = true;
			// Who attaches next waits for a recovery of its own.
			live = Promise.withResolvers<void>();
		},
	});
	const host: ConsumerHost = {
		holdUntil: (seq) => waits.holdUntil(seq),
		deviceTimes: (chatId) => devices.times(chatId),
		async tellGap(gap, consumer) {
			const event = catchUpGap(about, clock, gap, consumer);
			logger.info('events were left out of a catch-up', { account, consumer, count: gap.seqs.length });
			if (attachments.get(consumer)?.filter?.accepts(event) === true) await append([toldNow(event, clock)]);
		},
		gaveUp(event, consumer) {
			// A trigger on account_state that always fails must not feed itself.
			if (event.event_type === 'account_state' || event.event_type === 'gap') return;
			void announce(gaveUpState(about, clock, event, consumer)).catch((error: unknown) => {
				logger.warn('an account_state could not be journalled', { account, error: String(error) });
			});
		},
	};
	const ready = prepare();

	async function prepare(): Promise<void> {
		for (let failures = 1; ; failures += 1) {
			try {
				await remembered.load();
				await devices.load();
				await waits.load();
				// Questions of an earlier process count as attached.
				life.update();
				return;
			} catch (error) {
				logger.warn('the journal could not be prepared', { account, error: String(error) });
				if (stopped) return;
				const wait = backoffMs(failures, { firstMs: 500, maxMs: 30_000 }, random);
				await clock.sleep(wait, ending.signal).catch(() => undefined);
			}
		}
	}

	/** Nobody remembered and no question pending: there is nothing to recover for, the engine starts where the first trigger does. */
	async function start(): Promise<Reader> {
		await ready;
		await settledOrLate([...attachments.values()].map(({ opened }) => opened));
		await remembered.load();
		starting = false;
		const someoneWaited = remembered.ids().some((id) => !fresh.has(id)) || waits.oldestStored !== null;
		fresh.clear();
		if (!someoneWaited) await store.saveState(account, token, null);
		const state = someoneWaited ? await store.loadState(account) : null;
		const recoverSince = Math.min(remembered.reachesBackTo(clock.now()), waits.oldestStored ?? Infinity);
		const startAt = Math.min(...[...attachments.values()].map(({ askedAt }) => askedAt));
		return open.startReading({
			account,
			state,
			...(startAt === Infinity ? {} : { startAt }),
			recoverSince,
			append,
			live: tellLive,
			pollEveryMs,
			typingChats,
		});
	}

	/** What is journalled before a trigger knows its position is not after it; one whose position another process has must not hold up the rest. */
	async function settledOrLate(opening: readonly Promise<void>[]): Promise<void> {
		const done = new AbortController();
		const late = clock.sleep(OPENING_MS, done.signal).catch(() => undefined);
		await Promise.race([Promise.all(opening), late]);
		done.abort();
	}

	function typingChats(): string[] {
		const wanted = [...attachments.values()].flatMap(({ filter }) => filter?.typingChats ?? []);
		for (const listen of listens) wanted.push(...listen.typingChats);
		return [...new Set(wanted)];
	}

	/** The shortest interval somebody here asks for; only engines that poll care. */
	function pollEveryMs(): number | null {
		const wanted = [...attachments.values()].map((attachment) => attachment.pollEveryMs() ?? Infinity);
		if (listens.size > 0) wanted.push(LISTEN_POLL_MS);
		if (waits.size > 0) wanted.push(WAIT_POLL_MS);
		wanted.push(followers.pollEveryMs);
		const shortest = Math.min(...wanted);
		return shortest === Infinity ? null : shortest;
	}

	/** Who asks for a shorter interval does not sit out the longer one that is running. */
	function lookSooner(before: number | null): void {
		const now = pollEveryMs();
		if (life.state !== 'live' || now === null || (before !== null && before <= now)) return;
		void life.reader().then((reader) => reader?.checkNow?.());
	}

	function tellLive(event: ChannelEvent): void {
		lastEventAt = clock.now();
		waits.reaction(event);
		for (const attachment of attachments.values()) attachment.live(event);
		for (const listen of [...listens]) listen.live(event);
		followers.live(event);
	}

	async function announce(event: ChannelEvent): Promise<void> {
		if (attachments.size + listens.size + waits.size + followers.size === 0) return;
		await ready;
		await append([toldNow(event, clock)]);
	}

	async function announceLast(event: ChannelEvent, maxMs: number): Promise<void> {
		await announce(event);
		const told = [...attachments.values()].filter(({ filter }) => filter?.accepts(event) === true);
		const until = clock.monotonic() + maxMs;
		const busy = (): boolean =>
			told.some(({ consumer }) => {
				// It is just attaching, and finds the event in the journal.
				if (consumer === null) return true;
				const { atEnd, pending, launching } = consumer.stats();
				return !atEnd || pending + launching > 0;
			});
		while (!stopped && busy() && clock.monotonic() < until)
			await clock.sleep(LAST_LOOK_MS, ending.signal).catch(() => undefined);
	}

	/** @returns null when the person must correct the filter first; told then */
	function beginListen(request: ManualRequest, done: () => void): ManualListen | null {
		try {
			return createManualListen({ store, account, clock, logger, open, request, done });
		} catch (error) {
			if (!ChannelError.is(error)) throw error;
			request.failed(error);
			return null;
		}
	}

	function handle(end: () => void, report: (report: TriggerReport) => void): ConsumerHandle {
		const promise = live.promise;
		life.update();
		return { end, live: promise, report };
	}

	function detach(attachment: Attachment): void {
		attachment.end();
		if (attachments.get(attachment.id) === attachment) attachments.delete(attachment.id);
		const work = attachment.idle();
		leaving.add(work);
		void work.finally(() => leaving.delete(work));
		afterDetach();
	}

	function afterDetach(): void {
		life.update();
		if (attachments.size === 0) {
			cancelStillThere?.();
			cancelStillThere = null;
		}
	}

	function armStillThere(): void {
		cancelStillThere ??= clock.after(STILL_THERE_MS, () => {
			cancelStillThere = null;
			for (const attachment of attachments.values()) attachment.stillThere();
			if (attachments.size > 0) armStillThere();
		});
	}

	return {
		attach(request) {
			const attachment = createAttachment({
				store,
				account,
				clock,
				random,
				logger,
				request,
				memory: memories.of(request.identity, request.options.window),
				remembered,
				host,
				ready,
				live: live.promise,
				since:
					open.since === undefined
						? undefined
						: (sinceMs, signal) => open.since?.(sinceMs, { signal }) ?? nothing(),
				isNew: (id) => {
					if (starting) fresh.add(id);
				},
				limits: options.limits,
				acquirePosition: options.acquirePosition,
			});
			const earlier = attachments.get(attachment.id);
			const pollBefore = pollEveryMs();
			attachments.set(attachment.id, attachment);
			lookSooner(pollBefore);
			if (earlier !== undefined) detach(earlier);
			if (life.state === 'live') attachment.caughtUp();
			armStillThere();
			return handle(
				() => {
					detach(attachment);
				},
				(report) => {
					attachment.reports.report(report);
				},
			);
		},
		listen(request) {
			const listen = beginListen(request, () => {
				if (listen !== null) listens.delete(listen);
				queueMicrotask(afterDetach);
			});
			const pollBefore = pollEveryMs();
			if (listen !== null) listens.add(listen);
			lookSooner(pollBefore);
			return handle(
				() => {
					listen?.end();
					if (listen !== null) listens.delete(listen);
					afterDetach();
				},
				() => undefined,
			);
		},
		async accept(hint) {
			const reader = await life.reader();
			return (await reader?.accept?.(hint)) ?? false;
		},
		announce,
		announceLast,
		async addWait(wait) {
			await ready;
			const pollBefore = pollEveryMs();
			await waits.add(wait);
			lookSooner(pollBefore);
			life.update();
			await life.reader();
		},
		async follow(process, interest) {
			await ready;
			// Its triggers count from now on: what they want is kept whole.
			await remembered.load();
			const pollBefore = pollEveryMs();
			followers.follow(process, interest);
			lookSooner(pollBefore);
			return life.state === 'live';
		},
		unfollow: (process) => {
			followers.unfollow(process);
		},
		latest: (limit, signal) => open.latest?.(limit, signal) ?? Promise.resolve([]),
		setWaitMessage: (id, messageId) => waits.setMessage(id, messageId),
		async reloadWaits() {
			await ready;
			const pollBefore = pollEveryMs();
			await waits.reload();
			lookSooner(pollBefore);
			life.update();
			await life.reader();
		},
		async stop() {
			stopped = true;
			ending.abort();
			for (const attachment of [...attachments.values()]) detach(attachment);
			for (const listen of [...listens]) listen.end();
			listens.clear();
			waits.stop();
			followers.end();
			life.update();
			await life.settled();
			await Promise.all(leaving);
			cancelStillThere?.();
		},
		get waiting() {
			return waits.size;
		},
		get underWay() {
			return memories.underWay;
		},
		stats: () => ({
			subscribers: attachments.size + followers.size,
			listeners: listens.size,
			waits: waits.size,
			lastEventAt: lastEventAt === null ? null : new Date(lastEventAt).toISOString(),
			state: life.state,
			pending: sum([...attachments.values()].map(({ consumer }) => consumer?.stats().pending ?? 0)),
			unsettled: sum([...attachments.values()].map(({ consumer }) => consumer?.stats().unsettled ?? 0)),
		}),
	};
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, value) => total + value, 0);
}

async function* nothing(): AsyncGenerator<never> {
	// A channel that cannot read back.
}
