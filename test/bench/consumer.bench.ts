/**
 * Events per second from the engine through hub, journal and consumer to `deliver`, beside bare appends of the same
 * events to the same store: one append each, as many at a time. `deliver` settles at once, so what is measured is ours:
 * filter, retention, the emit written before and the position after it. Both in one run and in turns.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChannelEvent, JournalWriter, OpenAccount, Store } from '../../src/contract';
import { createNodeMemories } from '../../src/pool/consumer';
import { createJournalHub } from '../../src/pool/journal';
import type { Delivery, Settlement } from '../../src/pool/types';
import { nextTurn, silentLogger, systemClock, systemRandom } from '../../src/runtime';
import { openMemoryStore, openSqliteStore } from '../../src/store';
import { ACCOUNT, event, filter } from '../pool/journal/support';
import { consumerOptions } from '../support/consumer-options';

const EVENTS = 5_000;
const ROUNDS = 3;
/** appends that wait for their commit at the same time */
const CONCURRENT = 200;
const CHATS = 200;

export interface ConsumerBenchFigures {
	/** bare store appends per second */
	appends: number;
	/** events per second to `deliver`, window 5 */
	delivered: number;
	/** events per second to `deliver`, window 50 */
	deliveredWide: number;
	/** events per second to `deliver`, batches of 20 */
	deliveredBatches: number;
	/** events per second that one consumer's filter rejects (stored as their ids) */
	rejected: number;
	/** deliveredWide / appends */
	ratio: number;
}

export interface ConsumerBenchResult {
	memory: ConsumerBenchFigures;
	sqlite: ConsumerBenchFigures;
}

export async function consumerBench(): Promise<ConsumerBenchResult> {
	const dir = mkdtempSync(join(tmpdir(), 'consumer-bench-'));
	const services = { clock: systemClock, random: systemRandom, logger: silentLogger };
	try {
		const memory = await figures(await openMemoryStore(services));
		const sqlite = await figures(await openSqliteStore({ ...services, dir }));
		return { memory, sqlite };
	} finally {
		rmSync(dir, { recursive: true });
	}
}

async function figures(store: Store): Promise<ConsumerBenchFigures> {
	const rates = { appends: [], delivered: [], wide: [], batches: [], rejected: [] } as Record<
		string,
		number[]
	>;
	const batch = { silenceMs: 5, maxWaitMs: 1_000, maxMessages: 20 };
	for (let round = 0; round < ROUNDS; round += 1) {
		rates['appends']?.push(await bareAppends(store, `a${round}`));
		rates['delivered']?.push(await throughHub(store, `d${round}`, { window: 5 }));
		rates['wide']?.push(await throughHub(store, `w${round}`, { window: 50 }));
		rates['batches']?.push(await throughHub(store, `b${round}`, { window: 5, batch }));
		rates['rejected']?.push(await rejectedByFilter(store, `r${round}`));
	}
	await store.close();
	const [appends, deliveredWide] = [median(rates['appends']), median(rates['wide'])];
	return {
		appends,
		delivered: median(rates['delivered']),
		deliveredWide,
		deliveredBatches: median(rates['batches']),
		rejected: median(rates['rejected']),
		ratio: Math.round((100 * deliveredWide) / appends) / 100,
	};
}

function eventsOf(prefix: string): ChannelEvent[] {
	return Array.from({ length: EVENTS }, (_, index) =>
		event({ id: `${prefix}-${index}`, chat: `chat-${index % CHATS}` }),
	);
}

function bareAppends(store: Store, prefix: string): Promise<number> {
	const events = eventsOf(prefix);
	return perSecond(async () => {
		for (const group of chunks(events, CONCURRENT)) {
			await Promise.all(
				group.map((item) =>
					store.append('avito:bare', {
						token: 1,
						events: [
							{ eventId: item.event_id, event: item, chatId: item.external_chat_id, at: 1, recovered: false },
						],
						state: { seen: 1 },
					}),
				),
			);
		}
	});
}

async function throughHub(
	store: Store,
	prefix: string,
	options: Parameters<typeof consumerOptions>[0],
): Promise<number> {
	const events = eventsOf(prefix);
	const all = Promise.withResolvers<void>();
	let count = 0;
	const deliver = (delivery: Delivery): Promise<Settlement> => {
		count += delivery.events.length;
		if (count === events.length) all.resolve();
		return Promise.resolve({ kind: 'finished', ok: true });
	};
	return withHub(store, prefix, consumerOptions(options), deliver, async (writer) => {
		await appendAll(writer, events);
		await all.promise;
	});
}

async function rejectedByFilter(store: Store, prefix: string): Promise<number> {
	const events = eventsOf(prefix);
	const options = consumerOptions({ filter: filter({ includeChats: ['none of these'] }) });
	const never = (): Promise<Settlement> => Promise.reject(new Error('the filter let something through'));
	return withHub(store, prefix, options, never, (writer) => appendAll(writer, events));
}

async function withHub(
	store: Store,
	node: string,
	options: ReturnType<typeof consumerOptions>,
	deliver: (delivery: Delivery) => Promise<Settlement>,
	work: (writer: JournalWriter) => Promise<void>,
): Promise<number> {
	const started = Promise.withResolvers<JournalWriter>();
	const hub = createJournalHub({
		store,
		account: ACCOUNT,
		label: 'bench',
		token: 1,
		clock: systemClock,
		random: systemRandom,
		logger: silentLogger,
		open: openedAs(started.resolve),
		memories: createNodeMemories(),
		onWaitMatched: () => Promise.resolve('gone'),
	});
	const identity = { instance: 'i', workflow: 'w', node };
	const handle = hub.attach({ identity, options, deliver, report: () => undefined });
	const writer = await started.promise;
	await handle.live;
	for (let turn = 0; turn < 20; turn += 1) await nextTurn();
	const rate = await perSecond(() => work(writer));
	await hub.stop();
	for (const { id } of await store.listConsumers(ACCOUNT)) await store.forgetConsumer(id);
	return rate;
}

/** The provider's side: an engine that is live at once and hands its writer out. */
function openedAs(started: (writer: JournalWriter) => void): OpenAccount {
	return {
		accountId: ACCOUNT,
		profile: { id: '94000001', name: 'Bench', username: null, phone: null, phoneHash: null },
		account: {},
		startReading(writer) {
			started(writer);
			return { live: Promise.resolve(), stop: () => Promise.resolve() };
		},
		status: () => ({ state: 'live', reconnects: 0, inFlight: 0 }),
		close: () => Promise.resolve(),
	};
}

async function appendAll(writer: JournalWriter, events: readonly ChannelEvent[]): Promise<void> {
	for (const group of chunks(events, CONCURRENT)) {
		await Promise.all(
			group.map((item) =>
				writer.append([{ event: item, at: systemClock.now(), recovered: false }], { seen: 1 }),
			),
		);
	}
}

async function perSecond(work: () => Promise<void>): Promise<number> {
	const startedAt = systemClock.monotonic();
	await work();
	return Math.round((EVENTS * 1_000) / (systemClock.monotonic() - startedAt));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
		items.slice(index * size, (index + 1) * size),
	);
}

function median(values: readonly number[] = []): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
