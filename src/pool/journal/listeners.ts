import {
	ChannelError,
	type AccountId,
	type ChannelEvent,
	type Clock,
	type EngineEvent,
	type JournalEntry,
	type Logger,
	type OpenAccount,
	type Random,
	type Store,
} from '../../contract';
import type { ConsumerHost, ConsumerLimits, ConsumerRequest, NodeMemories } from '../consumer';
import {
	createAttachment,
	type AcquirePosition,
	type Attachment,
	type AttachmentOptions,
} from './attachment';
import { createManualListen, type ManualListen, type ManualRequest } from './manual-listen';
import type { Remembered } from './remembered';

/** An attached trigger is marked as still there this often, ms; consumers gone for 90 days are forgotten. */
const STILL_THERE_MS = 6 * 3_600_000;
/** Where nothing pushes: somebody sits in front of a manual listen, ms. */
const LISTEN_POLL_MS = 10_000;

export interface ListenersOptions {
	store: Store;
	account: AccountId;
	clock: Clock;
	random: Random;
	logger: Logger;
	memories: NodeMemories;
	remembered: Remembered;
	host: ConsumerHost;
	/** see `AttachmentOptions` */
	ready: Promise<void>;
	limits: ConsumerLimits | undefined;
	acquirePosition: AcquirePosition | undefined;
	/** where a manual listen finds the provider's latest events */
	open: Pick<OpenAccount, 'latest'>;
	/** one has left */
	left(): void;
}

/** What differs from one attach to the next. */
export type AttachChoice = Pick<AttachmentOptions, 'live' | 'since' | 'isNew'>;

/** The triggers and manual listens of one account in this process, wherever its journal is written. */
export interface Listeners {
	/** A trigger. An earlier attachment of the same one ends. */
	attach(request: ConsumerRequest, choice: AttachChoice): Attachment;
	/** Ends it at once; what it still writes is waited for by `stop`. */
	detach(attachment: Attachment): void;
	/** @returns its end. A filter the person must correct first is told to the request; then nothing listens */
	listen(request: ManualRequest): () => void;
	/** These are in the journal now. */
	appended(entries: readonly JournalEntry[]): void;
	/** What engines brought that is in the journal now, whatever the journal keeps of it. */
	seen(events: readonly EngineEvent[]): void;
	/** An event that is never journalled. */
	live(event: ChannelEvent): void;
	caughtUp(): void;
	consumed(seq: number): void;
	released(seq: number): void;
	/** would this trigger take the event? */
	accepts(consumer: string, event: ChannelEvent): boolean;
	/** does a trigger that takes the event still have something to hand on? */
	busyWith(event: ChannelEvent): boolean;
	typingChats(): string[];
	/** the shortest interval anybody asks for, ms, or Infinity; only engines that poll care */
	pollEveryMs(): number;
	/** ms: when the first trigger was asked for; Infinity: there is none */
	startAt(): number;
	/** Resolves when each trigger has found its position. */
	opened(): Promise<unknown>;
	stats(): { triggers: number; listens: number; pending: number; unsettled: number };
	readonly size: number;
	stop(): Promise<void>;
}

export function createListeners(options: ListenersOptions): Listeners {
	const { store, account, clock, random, logger, memories } = options;
	const attachments = new Map<string, Attachment>();
	const listens = new Set<ManualListen>();
	/** ended ones that still write */
	const leaving = new Set<Promise<void>>();
	let cancelStillThere: (() => void) | null = null;

	function armStillThere(): void {
		cancelStillThere ??= clock.after(STILL_THERE_MS, () => {
			cancelStillThere = null;
			for (const attachment of attachments.values()) attachment.stillThere();
			if (attachments.size > 0) armStillThere();
		});
	}

	function detach(attachment: Attachment): void {
		attachment.end();
		if (attachments.get(attachment.id) === attachment) attachments.delete(attachment.id);
		const work = attachment.idle();
		leaving.add(work);
		void work.finally(() => leaving.delete(work));
		if (attachments.size === 0) {
			cancelStillThere?.();
			cancelStillThere = null;
		}
		options.left();
	}

	function sumOf(count: (stats: { pending: number; unsettled: number }) => number): number {
		let sum = 0;
		for (const { consumer } of attachments.values()) if (consumer !== null) sum += count(consumer.stats());
		return sum;
	}

	return {
		attach(request, choice) {
			const attachment = createAttachment({
				store,
				account,
				clock,
				random,
				logger,
				request,
				memory: memories.of(request.identity, request.options.window),
				remembered: options.remembered,
				host: options.host,
				ready: options.ready,
				limits: options.limits,
				acquirePosition: options.acquirePosition,
				...choice,
			});
			const earlier = attachments.get(attachment.id);
			attachments.set(attachment.id, attachment);
			if (earlier !== undefined) detach(earlier);
			armStillThere();
			return attachment;
		},
		detach,
		listen(request) {
			try {
				const listen = createManualListen({
					...{ store, account, clock, logger, request, open: options.open },
					done: () => {
						listens.delete(listen);
						// It may be the journal that is telling it at this moment.
						queueMicrotask(options.left);
					},
				});
				listens.add(listen);
				return () => {
					listen.end();
					listens.delete(listen);
					options.left();
				};
			} catch (error) {
				if (!ChannelError.is(error)) throw error;
				request.failed(error);
				return options.left;
			}
		},
		appended(entries) {
			for (const attachment of attachments.values()) attachment.appended(entries);
		},
		seen(events) {
			for (const listen of [...listens]) listen.appended(events);
		},
		live(event) {
			for (const attachment of attachments.values()) attachment.live(event);
			for (const listen of [...listens]) listen.live(event);
		},
		caughtUp() {
			for (const attachment of attachments.values()) attachment.caughtUp();
		},
		consumed(seq) {
			for (const { consumer } of attachments.values()) consumer?.consumed(seq);
		},
		released(seq) {
			for (const { consumer } of attachments.values()) consumer?.released(seq);
		},
		accepts: (consumer, event) => attachments.get(consumer)?.filter?.accepts(event) === true,
		busyWith(event) {
			return [...attachments.values()].some(({ filter, consumer }) => {
				if (filter?.accepts(event) !== true) return false;
				// It is just attaching, and finds the event in the journal.
				if (consumer === null) return true;
				const { atEnd, pending, launching } = consumer.stats();
				return !atEnd || pending + launching > 0;
			});
		},
		typingChats() {
			const wanted = [...attachments.values()].flatMap(({ filter }) => filter?.typingChats ?? []);
			for (const listen of listens) wanted.push(...listen.typingChats);
			return [...new Set(wanted)];
		},
		pollEveryMs() {
			const wanted = [...attachments.values()].map((attachment) => attachment.pollEveryMs() ?? Infinity);
			return Math.min(listens.size > 0 ? LISTEN_POLL_MS : Infinity, ...wanted);
		},
		startAt: () => Math.min(...[...attachments.values()].map(({ askedAt }) => askedAt)),
		opened: () => Promise.all([...attachments.values()].map(({ opened }) => opened)),
		stats: () => ({
			triggers: attachments.size,
			listens: listens.size,
			pending: sumOf(({ pending }) => pending),
			unsettled: sumOf(({ unsettled }) => unsettled),
		}),
		get size() {
			return attachments.size + listens.size;
		},
		async stop() {
			for (const attachment of [...attachments.values()]) detach(attachment);
			for (const listen of listens) listen.end();
			listens.clear();
			await Promise.all(leaving);
		},
	};
}
