/**
 * Journal appends per second in Redis, beside the plainest thing that keeps the same rows: pipelined XADD of the same
 * JSON to a stream per account. Both as many at a time, in turns, in one run. An append also checks the fence, refuses
 * ids it has seen, numbers, and keeps the engine's state.
 */
import type { Redis } from 'ioredis';
import { readerLeaseName } from '../../../src/contract';
import { openRedisStore } from '../../../src/redis';
import { silentLogger, systemClock, systemRandom } from '../../../src/runtime';
import { journalEvent } from '../../store/support/samples';
import { median } from '../report';
import { withRedis } from './members';

const ROUNDS = 5;
const EVENTS = 10_000;
const CONCURRENT = 500;
const ACCOUNTS = 20;
const BATCH = 20;

export interface RedisJournalBenchResult {
	/** appends of one event each, per second */
	appends: number;
	/** events per second in appends of twenty */
	batchedEvents: number;
	/** bare pipelined XADD per second */
	bare: number;
	/** medians of the ratios of one round */
	ratio: number;
	batchedRatio: number;
}

export function redisJournalBench(): Promise<RedisJournalBenchResult> {
	return withRedis(async (redis, client) => {
		const services = { clock: systemClock, random: systemRandom, logger: silentLogger };
		const settings = redis.settings('bench-journal');
		const store = await openRedisStore({ settings, ...services, guardMs: 0 });
		try {
			const tokens = new Map<string, number>();
			for (let index = 0; index < ACCOUNTS; index += 1) {
				const account = `avito:${String(index)}`;
				const answer = await store.acquireLease(readerLeaseName(account), 'bench', 600_000);
				if (!answer.acquired) throw new Error('somebody has the lease');
				tokens.set(account, answer.lease.token);
			}
			const accounts = [...tokens.keys()];
			const append = (events: ReturnType<typeof eventsOf>, at: number) => {
				const account = accounts[at % ACCOUNTS] ?? '';
				return store.append(account, { token: tokens.get(account) ?? 0, events, state: { at } });
			};
			const rates = { one: [] as number[], batched: [] as number[], bare: [] as number[] };
			for (let round = 0; round <= ROUNDS; round += 1) {
				const single = eventsOf(`s${String(round)}`);
				const one = await perSecond(() =>
					inGroups(single, CONCURRENT, (group, from) =>
						Promise.all(group.map((event, n) => append([event], from + n))),
					),
				);
				const rows = eventsOf(`r${String(round)}`).map((event) => JSON.stringify(event.event));
				const bare = await perSecond(() => inGroups(rows, CONCURRENT, (group) => addBare(client, group)));
				const many = eventsOf(`b${String(round)}`);
				const batched = await perSecond(() =>
					inGroups(many, CONCURRENT * BATCH, (group, from) =>
						inParallel(group, BATCH, (events, n) => append(events, from + n)),
					),
				);
				// The first round warms up.
				if (round === 0) continue;
				rates.one.push(one);
				rates.bare.push(bare);
				rates.batched.push(batched);
			}
			const toBare = (list: number[]) => median(list.map((rate, n) => rate / (rates.bare[n] ?? NaN)));
			return {
				appends: median(rates.one),
				batchedEvents: median(rates.batched),
				bare: median(rates.bare),
				ratio: toBare(rates.one),
				batchedRatio: toBare(rates.batched),
			};
		} finally {
			await store.close();
		}
	});
}

function eventsOf(prefix: string) {
	return Array.from({ length: EVENTS }, (_, n) =>
		journalEvent(`avito:${prefix}-${String(n)}`, { chatId: `u2i-chat-${String(n % 200)}`, at: 1_000 + n }),
	);
}

async function addBare(client: Redis, rows: readonly string[]): Promise<void> {
	const pipeline = client.pipeline();
	for (const [n, row] of rows.entries()) pipeline.xadd(`bare:${String(n % ACCOUNTS)}`, '*', 'e', row);
	await pipeline.exec();
}

async function inGroups<T>(
	list: readonly T[],
	size: number,
	work: (group: T[], from: number) => Promise<unknown>,
): Promise<void> {
	for (let from = 0; from < list.length; from += size) await work(list.slice(from, from + size), from);
}

function inParallel<T>(
	list: readonly T[],
	size: number,
	work: (group: T[], n: number) => Promise<unknown>,
): Promise<unknown> {
	const groups = Array.from({ length: Math.ceil(list.length / size) }, (_, n) =>
		list.slice(n * size, (n + 1) * size),
	);
	return Promise.all(groups.map(work));
}

async function perSecond(work: () => Promise<unknown>): Promise<number> {
	const began = systemClock.monotonic();
	await work();
	return (EVENTS * 1_000) / (systemClock.monotonic() - began);
}

if (import.meta.url === `file://${process.argv[1] ?? ''}`) {
	void redisJournalBench().then((result) => console.log(JSON.stringify(result, null, '\t')));
}
