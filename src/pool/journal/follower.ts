import {
	ChannelError,
	type AccountId,
	type ChannelEvent,
	type Clock,
	type Logger,
	type Random,
	type Store,
} from '../../contract';
import { isLiveOnly } from '../../contract/schemas';
import { backoffMs } from '../../runtime';
import type { ConsumerHost, ConsumerRequest, NodeMemories } from '../consumer';
import { createAttachment, type AcquirePosition, type Attachment } from './attachment';
import { createDevices } from './devices';
import type { Interest, ReaderNews } from './followers';
import type { ConsumerHandle } from './hub-types';
import { createManualListen, type ManualListen, type ManualRequest } from './manual-listen';
import { memoriesOf } from './memories';
import { catchUpGap, gaveUpState } from './pool-events';
import { createRemembered } from './remembered';

/** How often the reader is told that somebody listens, ms: news may be lost, and a reader may be a new one. */
const ASK_MS = 5_000;
const PAGE = 200;
const RETRY = { firstMs: 500, maxMs: 10_000 };

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
	const about = { account, label: options.label };
	const memories = options.memories ?? memoriesOf(store);
	const attachments = new Map<string, Attachment>();
	const listens = new Set<ManualListen>();
	const live = Promise.withResolvers<void>();
	const leaving = new Set<Promise<void>>();
	let wantsLive = false;
	let cursor: number | null = null;
	let reading = false;
	let again = false;
	let stopped = false;
	let failures = 0;
	let cancelAsk: (() => void) | null = null;

	const remembered = createRemembered(store, account, clock, logger);
	const devices = createDevices(store, account, clock, logger, () => remembered.quietMs());
	const host: ConsumerHost = {
		// What is held is written with its entry; the reader decides about it.
		holdUntil: () => null,
		deviceTimes: (chatId) => devices.times(chatId),
		async tellGap(gap, consumer) {
			const event = catchUpGap(about, clock, gap, consumer);
			if (attachments.get(consumer)?.filter?.accepts(event) === true) await link.announce(event);
		},
		gaveUp(event, consumer) {
			if (event.event_type === 'account_state' || event.event_type === 'gap') return;
			link.announce(gaveUpState(about, clock, event, consumer)).catch((error: unknown) => {
				logger.warn('an account_state could not be journalled', { account, error: String(error) });
			});
		},
	};
	const ready = prepare();

	async function prepare(): Promise<void> {
		for (let failed = 1; !stopped; failed += 1) {
			try {
				await remembered.load();
				await devices.load();
				cursor = await store.lastSeq(account);
				return;
			} catch (error) {
				logger.warn('the journal could not be read', { account, error: String(error) });
				await clock.sleep(backoffMs(failed, RETRY, random));
			}
		}
	}

	function interest(): Interest {
		const wanted = [...attachments.values()].map((attachment) => attachment.pollEveryMs() ?? Infinity);
		const shortest = Math.min(Infinity, ...wanted, ...(listens.size > 0 ? [LISTEN_POLL_MS] : []));
		const all = listens.size > 0;
		return { pollEveryMs: shortest === Infinity ? null : shortest, live: wantsLive || all, all };
	}

	async function follow(): Promise<boolean> {
		if (stopped) return false;
		cancelAsk?.();
		cancelAsk = clock.after(ASK_MS, () => void follow());
		try {
			const isLive = await link.follow(interest());
			failures = 0;
			if (isLive === null) options.lost();
			else if (isLive && !stopped) {
				live.resolve();
				for (const attachment of attachments.values()) attachment.caughtUp();
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
			while (again && !stopped && cursor !== null) {
				again = false;
				const page = await store.readEntries(account, cursor, PAGE);
				if (page.length === 0) continue;
				if (remembered.quietMs() > 0) await devices.load();
				cursor = page[page.length - 1]?.seq ?? cursor;
				again = page.length === PAGE;
				for (const attachment of attachments.values()) attachment.appended(page);
			}
		} catch (error) {
			logger.warn('the journal could not be read', { account, error: String(error) });
		} finally {
			reading = false;
		}
	}

	function detach(attachment: Attachment): void {
		attachment.end();
		if (attachments.get(attachment.id) === attachment) attachments.delete(attachment.id);
		const work = attachment.idle();
		leaving.add(work);
		void work.finally(() => leaving.delete(work));
	}

	return {
		attach(request) {
			wantsLive ||= request.options.filter.eventTypes.some(isLiveOnly);
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
				since: undefined,
				isNew: () => undefined,
				acquirePosition: options.acquirePosition,
				limits: undefined,
			});
			const earlier = attachments.get(attachment.id);
			attachments.set(attachment.id, attachment);
			if (earlier !== undefined) detach(earlier);
			// The reader must know of it before anything is journalled, or its events are kept as their ids only.
			const told = attachment.opened.then(() => follow());
			return {
				end: () => {
					detach(attachment);
				},
				live: Promise.all([told, live.promise]).then(() => undefined),
				report: (report) => {
					attachment.reports.report(report);
				},
			};
		},
		listen(request) {
			const listen = beginListen(request);
			if (listen !== null) listens.add(listen);
			void follow();
			return {
				end: () => {
					listen?.end();
					if (listen !== null) listens.delete(listen);
				},
				live: live.promise,
				report: () => undefined,
			};
		},
		follow,
		told(news) {
			if (news.news === 'grown') void readOn();
			else if (news.news === 'left') void follow();
			else if (news.news === 'seen') for (const listen of [...listens]) listen.appended([news]);
			else {
				for (const attachment of attachments.values()) attachment.live(news.event);
				for (const listen of [...listens]) listen.live(news.event);
			}
		},
		async stop() {
			stopped = true;
			cancelAsk?.();
			link.leave();
			for (const attachment of [...attachments.values()]) detach(attachment);
			for (const listen of listens) listen.end();
			listens.clear();
			await Promise.all(leaving);
		},
	};

	function beginListen(request: ManualRequest): ManualListen | null {
		try {
			const open = { latest: (limit: number) => link.latest(limit) };
			const listen = createManualListen({
				...{ store, account, clock, logger, open, request },
				done: () => listens.delete(listen),
			});
			return listen;
		} catch (error) {
			if (!ChannelError.is(error)) throw error;
			request.failed(error);
			return null;
		}
	}
}

/** Where nothing pushes: somebody sits in front of it, ms. */
const LISTEN_POLL_MS = 10_000;
