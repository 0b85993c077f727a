import type { AccountId, ChannelEvent, Clock, Logger, Random, Store } from '../../contract';
import { isLiveOnly } from '../../contract/schemas';
import type { ConsumerRequest, NodeMemories } from '../consumer';
import type { AcquirePosition } from './attachment';
import { createConsumerHost } from './consumer-host';
import { createDevices } from './devices';
import type { Interest, ReaderNews } from './followers';
import type { ConsumerHandle } from './hub-types';
import { createListeners } from './listeners';
import type { ManualRequest } from './manual-listen';
import { memoriesOf } from './memories';
import { prepare } from './preparing';
import { createRemembered } from './remembered';

/** How often the reader is told that somebody listens, ms: news may be lost, and a reader may be a new one. */
const ASK_MS = 5_000;
const PAGE = 200;

/** The way to the reader, which is in another process. */
export interface ReaderLink {
	/** @returns whether the account is live there; null when nobody reads (any more) */
	follow(interest: Interest): Promise<boolean | null>;
	leave(): void;
	/** journals an event the pool tells: a gap, an account_state */
	announce(event: ChannelEvent): Promise<void>;
	/** the provider's latest events, for *Listen for test event* */
	latest(limit: number): Promise<ChannelEvent[]>;
}

export interface FollowerOptions {
	store: Store;
	account: AccountId;
	label: string;
	clock: Clock;
	random: Random;
	logger: Logger;
	link: ReaderLink;
	acquirePosition: AcquirePosition;
	/** nobody reads for the account any more */
	lost(): void;
	memories?: NodeMemories;
}

/** Listens to an account that another process reads: triggers have their own positions in the one journal. */
export interface Follower {
	attach(request: ConsumerRequest): ConsumerHandle;
	listen(request: ManualRequest): ConsumerHandle;
	/** Tells the reader at once. @returns whether there is one */
	follow(): Promise<boolean>;
	told(news: ReaderNews): void;
	/** Detaches everything; what is unsettled stays in the store. */
	stop(): Promise<void>;
}

export function createFollower(options: FollowerOptions): Follower {
	const { store, account, clock, random, logger, link } = options;
	const live = Promise.withResolvers<void>();
	const ending = new AbortController();
	let wantsLive = false;
	let cursor: number | null = null;
	let reading = false;
	let again = false;
	let failures = 0;
	let cancelAsk: (() => void) | null = null;

	const remembered = createRemembered(store, account, clock, logger);
	const devices = createDevices(store, account, clock, logger, () => remembered.quietMs());
	const host = createConsumerHost({
		about: { account, label: options.label },
		clock,
		logger,
		devices,
		// What is held is written with its entry; the reader decides about it.
		holdUntil: () => null,
		accepts: (consumer, event) => listeners.accepts(consumer, event),
		announce: (event) => link.announce(event),
	});
	const ready = prepare(
		async () => {
			await remembered.load();
			await devices.load();
			cursor = await store.lastSeq(account);
		},
		{ account, clock, random, logger, signal: ending.signal },
	);
	const listeners = createListeners({
		store,
		account,
		clock,
		random,
		logger,
		memories: options.memories ?? memoriesOf(store),
		remembered,
		host,
		ready,
		limits: undefined,
		acquirePosition: options.acquirePosition,
		open: { latest: (limit) => link.latest(limit) },
		left: () => undefined,
	});

	function interest(): Interest {
		const shortest = listeners.pollEveryMs();
		const all = listeners.stats().listens > 0;
		return { pollEveryMs: shortest === Infinity ? null : shortest, live: wantsLive || all, all };
	}

	async function follow(): Promise<boolean> {
		if (ending.signal.aborted) return false;
		cancelAsk?.();
		cancelAsk = clock.after(ASK_MS, () => void follow());
		try {
			const isLive = await link.follow(interest());
			failures = 0;
			if (isLive === null) options.lost();
			else if (isLive && !ending.signal.aborted) {
				live.resolve();
				listeners.caughtUp();
			}
			void readOn();
			return isLive !== null;
		} catch (error) {
			failures += 1;
			logger.debug('the reader of an account does not answer', { account, failures, error: String(error) });
			if (failures >= 3) options.lost();
			return true;
		}
	}

	/** What was journalled since: each attachment keeps what lies after its own position. */
	async function readOn(): Promise<void> {
		again = true;
		if (reading) return;
		reading = true;
		try {
			await ready;
			while (again && !ending.signal.aborted && cursor !== null) {
				again = false;
				const page = await store.readEntries(account, cursor, PAGE);
				if (page.length === 0) continue;
				if (remembered.quietMs() > 0) await devices.load();
				cursor = page[page.length - 1]?.seq ?? cursor;
				again = page.length === PAGE;
				listeners.appended(page);
			}
		} catch (error) {
			logger.warn('the journal could not be read', { account, error: String(error) });
		} finally {
			reading = false;
		}
	}

	return {
		attach(request) {
			wantsLive ||= request.options.filter.eventTypes.some(isLiveOnly);
			const attachment = listeners.attach(request, {
				live: live.promise,
				since: undefined,
				isNew: () => undefined,
			});
			// The reader must know of it before anything is journalled, or its events are kept as their ids only.
			const told = attachment.opened.then(() => follow());
			return {
				end: () => listeners.detach(attachment),
				live: Promise.all([told, live.promise]).then(() => undefined),
				report: (report) => attachment.reports.report(report),
			};
		},
		listen(request) {
			const end = listeners.listen(request);
			void follow();
			return { end, live: live.promise, report: () => undefined };
		},
		follow,
		told(news) {
			if (news.news === 'grown') void readOn();
			else if (news.news === 'left') void follow();
			else if (news.news === 'seen') listeners.seen([news]);
			else listeners.live(news.event);
		},
		async stop() {
			ending.abort();
			cancelAsk?.();
			link.leave();
			await listeners.stop();
		},
	};
}
