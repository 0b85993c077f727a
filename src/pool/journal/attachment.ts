import type {
	AccountId,
	ChannelEvent,
	Clock,
	ConsumerRecord,
	EngineEvent,
	JournalEntry,
	Logger,
	Random,
	Store,
} from '../../contract';
import { ChannelError } from '../../contract';
import { backoffMs } from '../../runtime';
import {
	compileFilter,
	consumerId,
	createConsumer,
	createReportGate,
	nodeId,
	readMark,
	type CompiledFilter,
	type Consumer,
	type ConsumerHost,
	type ConsumerLimits,
	type ConsumerRequest,
	type NodeMemory,
	type ReportGate,
	type StartMark,
} from '../consumer';
import type { Remembered } from './remembered';

const RETRY = { firstMs: 500, maxMs: 30_000 };
/** Another process has this position: it may end at any moment. ms */
const TAKEN_RETRY = { firstMs: 200, maxMs: 5_000 };

/** The right to go on from a position: of all processes, one hands its events to n8n. */
export interface PositionLease {
	onLost(callback: () => void): void;
	release(): Promise<void>;
}

/** @throws ChannelError `account_in_use` while another process has it */
export type AcquirePosition = (consumer: string) => Promise<PositionLease>;

export interface AttachmentOptions {
	store: Store;
	account: AccountId;
	clock: Clock;
	random: Random;
	logger: Logger;
	request: ConsumerRequest;
	memory: NodeMemory;
	remembered: Remembered;
	host: ConsumerHost;
	/** the hub has read what it needs from the store */
	ready: Promise<void>;
	/** resolves when the account is live */
	live: Promise<void>;
	since: ((sinceMs: number, signal: AbortSignal) => AsyncIterable<EngineEvent>) | undefined;
	/** a consumer that was not remembered before */
	isNew(id: string): void;
	limits: ConsumerLimits | undefined;
	/** where several processes share the store; undefined: there is nobody else */
	acquirePosition: AcquirePosition | undefined;
}

/** A trigger's hold on the hub: there at once, its consumer follows as soon as the store has told its position. */
export interface Attachment {
	readonly id: string;
	/** ms: what happened before this is not for a trigger that is new */
	readonly askedAt: number;
	readonly filter: CompiledFilter | null;
	readonly reports: ReportGate;
	readonly consumer: Consumer | null;
	/** Resolves when the consumer reads (or the attachment ended, or cannot be opened at all). */
	readonly opened: Promise<void>;
	caughtUp(): void;
	live(event: ChannelEvent): void;
	appended(entries: readonly JournalEntry[]): void;
	/** see `SubscribeRequest.pollEveryMs` */
	pollEveryMs(): number | null;
	/** Keeps the consumer remembered while it stays attached for months. */
	stillThere(): void;
	end(): void;
	idle(): Promise<void>;
}

export function createAttachment(options: AttachmentOptions): Attachment {
	const { store, account, clock, random, logger, request, memory, remembered } = options;
	const id = consumerId(request.identity, account);
	const askedAt = Math.min(request.askedAt ?? Infinity, clock.now());
	const reports = createReportGate(clock, (report) => {
		request.report(report);
	});
	const abort = new AbortController();
	const filter = compile();
	let record: ConsumerRecord | null = null;
	let consumer: Consumer | null = null;
	let caughtUp = false;
	let position: PositionLease | null = null;
	const writes = new Set<Promise<void>>();

	function compile(): CompiledFilter | null {
		try {
			return compileFilter(request.options.filter);
		} catch (error) {
			if (ChannelError.is(error)) reports.report({ error, account });
			return null;
		}
	}

	async function open(): Promise<void> {
		if (filter === null) return;
		for (let failures = 1; !abort.signal.aborted; failures += 1) {
			try {
				await openOnce(filter);
				return;
			} catch (error) {
				const taken = ChannelError.is(error) && error.code === 'account_in_use';
				const meta = { account, consumer: id, error: String(error) };
				if (taken) logger.debug('another process has the position of a trigger', meta);
				else logger.warn('a trigger could not read its position', meta);
				const wait = backoffMs(failures, taken ? TAKEN_RETRY : RETRY, random);
				await clock.sleep(wait, abort.signal).catch(() => undefined);
			}
		}
	}

	async function openOnce(compiled: CompiledFilter): Promise<void> {
		await options.ready;
		await acquire();
		await resetWhenMoved();
		const known = await store.loadConsumer(id);
		if (abort.signal.aborted) return;
		if (known === null) options.isNew(id);
		const now = clock.now();
		const next = toRecord(known, now);
		// From here on its events are stored whole, so that nothing after its position is missing.
		remembered.set(next);
		await store.saveConsumer(next);
		record = next;
		const loaded = known ?? (await store.loadConsumer(id));
		if (loaded === null) throw new Error('the consumer was forgotten while it was opened');
		const backlogEnd = await store.lastSeq(account);
		const seqs = loaded.position.unsettled.flatMap((emit) => emit.seqs);
		const unsettled = seqs.length === 0 ? [] : await store.readEntriesBySeq(account, seqs);
		if (abort.signal.aborted) {
			leave();
			return;
		}
		consumer = createConsumer({
			store,
			account,
			clock,
			random,
			logger,
			request,
			record: next,
			position: loaded.position,
			unsettled,
			backlogEnd,
			filter: compiled,
			memory,
			host: options.host,
			live: options.live,
			start: readMark(next.extra),
			since: options.since,
			...(options.limits === undefined ? {} : { limits: options.limits }),
		});
		if (caughtUp) consumer.caughtUp();
	}

	async function acquire(): Promise<void> {
		if (options.acquirePosition === undefined || position !== null) return;
		const acquired = await options.acquirePosition(id);
		if (abort.signal.aborted) {
			await acquired.release();
			return;
		}
		position = acquired;
		acquired.onLost(() => {
			if (position !== acquired) return;
			position = null;
			// Whoever has it now goes on; this one waits for its turn.
			consumer?.end();
			consumer = null;
			if (!abort.signal.aborted) void open();
		});
	}

	/** Parameter edits keep the position; what is remembered of its filter is the newest. */
	function toRecord(known: ConsumerRecord | null, now: number): ConsumerRecord {
		const {
			start,
			filter: wanted,
			wantsRaw,
			catchUpMs,
			catchUpPerChat,
			quietAfterDeviceMs,
		} = request.options;
		const mark: StartMark | null =
			known === null && start.from === 'time'
				? { at: start.at, attachedAt: now, done: false, ids: [] }
				: null;
		return {
			id,
			accountId: account,
			published: true,
			filter: wanted,
			wantsRaw,
			// Avito and Telegram tell whole seconds: what comes in the second of publication is not older than it.
			notBefore: known?.notBefore ?? Math.floor(askedAt / 1000) * 1000,
			catchUpMs,
			catchUpPerChat,
			lastAttachedAt: now,
			extra: { ...known?.extra, quietAfterDeviceMs, ...(mark === null ? {} : { start: { ...mark } }) },
		};
	}

	/** The node listens on another account in this place now: what it knew of the earlier one is dropped. */
	async function resetWhenMoved(): Promise<void> {
		const owner = `node:${nodeId(request.identity)}`;
		const name = `account/${request.slot ?? ''}`;
		const previous = await store.getValue(owner, name);
		if (previous === account) return;
		if (typeof previous === 'string') await store.forgetConsumer(consumerId(request.identity, previous));
		await store.putValue(owner, name, account);
	}

	function save(change: Partial<ConsumerRecord>): void {
		if (record === null) return;
		Object.assign(record, change);
		remembered.set(record);
		const work = store.saveConsumer({ ...record }).catch((error: unknown) => {
			logger.warn('a trigger could not be remembered', { account, consumer: id, error: String(error) });
		});
		writes.add(work);
		void work.finally(() => writes.delete(work));
	}

	function leave(): void {
		save({ published: false, lastAttachedAt: clock.now() });
	}

	const opened = open();
	return {
		id,
		askedAt,
		filter,
		reports,
		opened,
		get consumer() {
			return consumer;
		},
		caughtUp() {
			caughtUp = true;
			consumer?.caughtUp();
		},
		live(event) {
			consumer?.live(event);
		},
		appended(entries) {
			consumer?.appended(entries);
		},
		pollEveryMs: () => request.pollEveryMs?.() ?? null,
		stillThere() {
			save({ lastAttachedAt: clock.now() });
		},
		end() {
			if (abort.signal.aborted) return;
			abort.abort();
			consumer?.end();
			if (consumer !== null) leave();
		},
		async idle() {
			await opened;
			await consumer?.idle();
			await Promise.all(writes);
			const held = position;
			position = null;
			await held?.release().catch(() => undefined);
		},
	};
}
