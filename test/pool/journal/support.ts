import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventFilterSchema } from '../../../src/contract/schemas';
import type {
	ChannelEvent,
	Clock,
	EngineEvent,
	EventFilter,
	JournalWriter,
	JsonObject,
	Logger,
	OpenAccount,
	Reader,
	Store,
} from '../../../src/contract';
import { createNodeMemories, type ConsumerLimits, type NodeMemories } from '../../../src/pool/consumer';
import { createJournalHub, type ConsumerRequest, type JournalHub } from '../../../src/pool/journal';
import type {
	ConsumerOptions,
	Delivery,
	ResumeWait,
	Settlement,
	TriggerReport,
} from '../../../src/pool/types';
import { silentLogger } from '../../../src/runtime';
import { openMemoryStore, openSqliteStore } from '../../../src/store';
import { consumerOptions } from '../../support/consumer-options';
import { clientMessage } from '../../support/event';
import { ManualClock, seededRandom } from '../../support/manual-clock';

export const ACCOUNT = 'avito:94000001';

export interface EventParts {
	id?: string;
	chat?: string;
	user?: string;
	text?: string;
	type?: ChannelEvent['event_type'];
	meta?: Partial<ChannelEvent['meta']>;
	media?: Partial<ChannelEvent['media']>;
	data?: ChannelEvent['data'];
	raw?: ChannelEvent['raw'];
}

let nextId = 1;

export function event(parts: EventParts = {}): ChannelEvent {
	const id = parts.id ?? `m${nextId++}`;
	const message = clientMessage(id, {
		event_type: parts.type ?? 'message',
		account: { id: ACCOUNT, label: 'shop', phone_hash: null },
		external_user_id: parts.user ?? 'u1',
		external_chat_id: parts.chat ?? 'c1',
		text: parts.text ?? `text of ${id}`,
		...(parts.data === undefined ? {} : { data: parts.data }),
		...(parts.raw === undefined ? {} : { raw: parts.raw }),
	});
	return {
		...message,
		media: { ...message.media, ...parts.media },
		meta: { ...message.meta, ...parts.meta },
	};
}

export function filter(parts: Partial<EventFilter> = {}): EventFilter {
	return eventFilterSchema.parse(parts);
}

/**
 * The provider's side of an account: keeps every message for ever, pushes to the engine that reads, and lets an engine
 * that starts page through what its stored state has not seen. `state` is `{ seen: number of messages }`.
 */
export class Provider implements OpenAccount {
	readonly accountId = ACCOUNT;
	readonly profile = { id: '94000001', name: 'Shop', username: null, phone: null, phoneHash: null };
	readonly account = {};
	readonly messages: EngineEvent[] = [];
	readonly #clock: Clock;
	#writer: JournalWriter | null = null;
	#seen = 0;
	#appends: Promise<unknown> = Promise.resolve();
	starts = 0;
	stops = 0;
	/** what the engine was told at its last start */
	lastStart: { state: JsonObject | null; recoverSince: number } | null = null;
	/** held back until resolved: a recovery that takes its time */
	gate: Promise<void> = Promise.resolve();
	latestReads = 0;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	get reading(): boolean {
		return this.#writer !== null;
	}

	/** the running engine's way into the journal */
	get writer(): JournalWriter {
		if (this.#writer === null) throw new Error('nobody reads');
		return this.#writer;
	}

	startReading(journal: JournalWriter): Reader {
		this.starts += 1;
		this.lastStart = { state: journal.state, recoverSince: journal.recoverSince };
		const seen = journal.state?.['seen'];
		const since = this.messages.findIndex(({ at }) => at >= (journal.startAt ?? Infinity));
		const first = since === -1 ? this.messages.length : since;
		const from = typeof seen === 'number' ? seen : first;
		this.#seen = this.messages.length;
		const missed = this.messages.slice(from).filter(({ at }) => at >= journal.recoverSince);
		const upTo = this.messages.length;
		const live = this.gate.then(() => this.#recover(journal, missed, upTo));
		this.#appends = live;
		this.#writer = journal;
		return {
			live,
			accept: async (hint) => {
				if (typeof hint['text'] !== 'string') return false;
				await this.write(event({ text: hint['text'] }));
				return true;
			},
			stop: async () => {
				this.#writer = null;
				this.stops += 1;
				await this.#appends;
			},
		};
	}

	/** A position moves over what was recovered only: what is pushed meanwhile has its own state. */
	async #recover(journal: JournalWriter, missed: readonly EngineEvent[], upTo: number): Promise<void> {
		for (let index = 0; index < missed.length; index += 100) {
			await journal.append(missed.slice(index, index + 100).map((item) => ({ ...item, recovered: true })));
		}
		await journal.append([], { seen: upTo });
	}

	/** A client (or the person) writes; resolves when the engine has journalled it, at once when nobody reads. */
	async write(...events: ChannelEvent[]): Promise<void> {
		const items = events.map((item): EngineEvent => ({
			event: item,
			at: this.#clock.now(),
			recovered: false,
		}));
		this.messages.push(...items);
		const writer = this.#writer;
		if (writer === null) return;
		this.#seen += items.length;
		const state = { seen: this.#seen };
		const before = this.#appends;
		const appended = before.then(() => writer.append(items, state));
		this.#appends = appended.catch(() => undefined);
		await appended;
	}

	/** A live-only event. */
	happen(item: ChannelEvent): void {
		this.#writer?.live(item);
	}

	/** The connection is lost: what is written meanwhile is not pushed. */
	drop(): void {
		this.#writer = null;
	}

	status() {
		return { state: 'live' as const, reconnects: 0, inFlight: 0 };
	}

	latest(limit: number): Promise<ChannelEvent[]> {
		this.latestReads += 1;
		return Promise.resolve(this.messages.slice(-limit).map((item) => item.event));
	}

	async *since(sinceMs: number): AsyncGenerator<EngineEvent> {
		for (const item of [...this.messages]) {
			await Promise.resolve();
			if (item.at >= sinceMs) yield { ...item, recovered: true };
		}
	}

	close(): Promise<void> {
		return Promise.resolve();
	}
}

export interface Row {
	key: string;
	attempt: number;
	ids: string[];
	events: ChannelEvent[];
	settled: boolean;
}

/** n8n's execution table: the key is unique, a row exists before the execution runs, executions end when told. */
export class Executions {
	readonly rows: Row[] = [];
	readonly #keys = new Set<string>();
	readonly #open = new Map<string, (settlement: Settlement) => void>();
	/** what became of deliveries that created no row */
	refused = 0;
	/** most rows unfinished at one time */
	peak = 0;
	/** refuses to create the next so many rows */
	refuseNext = 0;
	/** ends every execution by itself, after a turn */
	auto: ((row: Row) => Settlement) | null = null;

	readonly deliver = (delivery: Delivery): Promise<Settlement> => {
		if (this.refuseNext > 0) {
			this.refuseNext -= 1;
			this.refused += 1;
			return Promise.resolve({ kind: 'not_created', error: new Error('the database is locked') });
		}
		if (this.#keys.has(delivery.key)) return Promise.resolve({ kind: 'duplicate' });
		this.#keys.add(delivery.key);
		const row: Row = {
			key: delivery.key,
			attempt: delivery.attempt,
			ids: delivery.events.map((item) => item.event_id),
			events: delivery.events,
			settled: false,
		};
		this.rows.push(row);
		this.peak = Math.max(this.peak, this.rows.filter((other) => !other.settled).length);
		const { promise, resolve } = Promise.withResolvers<Settlement>();
		this.#open.set(row.key, resolve);
		if (this.auto !== null) {
			const settlement = this.auto(row);
			setImmediate(() => {
				this.settle(row, settlement);
			});
		}
		return promise;
	};

	settle(row: Row | undefined, settlement: Settlement = { kind: 'finished', ok: true }): void {
		if (row === undefined) throw new Error('no such execution');
		row.settled = true;
		this.#open.get(row.key)?.(settlement);
		this.#open.delete(row.key);
	}

	finishAll(settlement?: Settlement): void {
		for (const row of this.rows) if (!row.settled) this.settle(row, settlement);
	}

	get running(): Row[] {
		return this.rows.filter((row) => !row.settled);
	}

	get ids(): string[] {
		return this.rows.flatMap((row) => row.ids);
	}
}

/** A clock that dies with its process: its timers fire no more. */
export class ProcessClock implements Clock {
	readonly #clock: ManualClock;
	readonly #timers = new Set<() => void>();
	alive = true;

	constructor(clock: ManualClock) {
		this.#clock = clock;
	}

	now = (): number => this.#clock.now();
	monotonic = (): number => this.#clock.monotonic();
	after = (ms: number, callback: () => void): (() => void) => {
		const cancel = this.#clock.after(ms, () => {
			this.#timers.delete(cancel);
			if (this.alive) callback();
		});
		this.#timers.add(cancel);
		return () => {
			this.#timers.delete(cancel);
			cancel();
		};
	};
	sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
		this.#clock.sleep(ms, signal).then(() => (this.alive ? undefined : new Promise<void>(() => undefined)));

	/** timers of this process not yet fired; one that ended must leave none */
	get pending(): number {
		return this.#timers.size;
	}
}

/** The calls of a process that died never come back; `dieAt` counts store calls, and the fatal one may have been done. */
export function mortal(
	store: Store,
	life: { alive: boolean; calls: number; dieAt: number; doneBefore: boolean },
): Store {
	const never = new Promise<never>(() => undefined);
	return new Proxy(store, {
		get(target, name) {
			const member = Reflect.get(target, name, target) as unknown;
			if (typeof member !== 'function') return member;
			return (...args: unknown[]): unknown => {
				if (!life.alive) return never;
				life.calls += 1;
				if (life.calls === life.dieAt) {
					life.alive = false;
					// `kill -9` between the call and its answer: the transaction was committed or it was not.
					if (life.doneBefore) void (member.apply(target, args) as Promise<unknown>).catch(() => undefined);
					return never;
				}
				const answer = member.apply(target, args) as unknown;
				if (!(answer instanceof Promise)) return answer;
				return answer.then((value: unknown) => (life.alive ? value : never));
			};
		},
	});
}

export interface World {
	clock: ManualClock;
	store: Store;
	provider: Provider;
	executions: Executions;
	hub: JournalHub;
	memories: NodeMemories;
	reports: TriggerReport[];
	resume: ResumeWait;
	attach(
		parts?: Partial<ConsumerOptions>,
		node?: string,
		deliver?: Executions,
	): ReturnType<JournalHub['attach']>;
	request(parts?: Partial<ConsumerOptions>, node?: string, deliver?: Executions): ConsumerRequest;
	/** another hub on the same store and provider, e.g. after a restart (`forgetProcess`) */
	reopen(options?: { forgetProcess?: boolean }): Promise<void>;
	close(): Promise<void>;
}

export interface WorldOptions {
	seed?: number;
	store?: 'memory' | 'sqlite';
	logger?: Logger;
	limits?: ConsumerLimits;
	onWaitMatched?: ResumeWait;
}

/** One account, one provider, one n8n. */
export async function world(options: WorldOptions = {}): Promise<World> {
	const clock = new ManualClock();
	const random = seededRandom(options.seed ?? 1);
	const logger = options.logger ?? silentLogger;
	const services = { clock, logger, random };
	const dir = options.store === 'sqlite' ? mkdtempSync(join(tmpdir(), 'journal-')) : null;
	const openStore = () => (dir === null ? openMemoryStore(services) : openSqliteStore({ ...services, dir }));
	let token = 1;
	const provider = new Provider(clock);
	const executions = new Executions();
	const hubOf = (): JournalHub =>
		createJournalHub({
			store: self.store,
			account: ACCOUNT,
			label: 'shop',
			token: token++,
			clock,
			random,
			logger,
			open: provider,
			memories: self.memories,
			onWaitMatched: (wait, item) => self.resume(wait, item),
			...(options.limits === undefined ? {} : { limits: options.limits }),
		});
	const self: World = {
		clock,
		store: await openStore(),
		provider,
		executions,
		memories: createNodeMemories(),
		reports: [],
		resume: options.onWaitMatched ?? (() => Promise.resolve('gone')),
		// Set right below; a getter would hide that tests may replace it.
		hub: undefined as never,
		request: (parts = {}, node = 'n1', deliver = executions) => ({
			identity: { instance: 'i', workflow: 'w', node },
			options: consumerOptions(parts),
			deliver: deliver.deliver,
			report: (report) => self.reports.push(report),
		}),
		attach: (parts, node, deliver) => self.hub.attach(self.request(parts, node, deliver)),
		async reopen({ forgetProcess = false } = {}) {
			await self.hub.stop();
			if (forgetProcess) self.memories = createNodeMemories();
			if (forgetProcess && dir !== null) {
				await self.store.close();
				self.store = await openStore();
			}
			self.hub = hubOf();
		},
		async close() {
			await self.hub.stop();
			await self.store.close();
			if (dir !== null) rmSync(dir, { recursive: true, force: true });
		},
	};
	self.hub = hubOf();
	return self;
}
