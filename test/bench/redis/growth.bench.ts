/**
 * What an account costs when there are few and when there are many: one process with a trigger on each, on one Redis. The
 * messenger is none, so the figures are those of pool, journal and leases.
 */
import { systemClock } from '../../../src/runtime';
import { accountsOf, Member, redisUse, withRedis } from './members';

const COUNTS = [10, 100, 300, 1_000];
const IDLE_MS = 10_000;
/** each account has an event this often while the load is measured, ms */
const EVENT_EVERY_MS = 5_000;

export interface GrowthPoint {
	accounts: number;
	/** to subscribe all until each has had its first event, without the wait for that event; ms per account */
	liveMs: number;
	kilobytesPerAccount: number;
	/** while nothing happens but upkeep: Redis commands per second, share of a core of both processes */
	idleCommands: number;
	idleCores: number;
	/** with an event per account every five seconds, processor per event handed on, ms */
	eventCpuMs: number;
}

export interface GrowthResult {
	points: GrowthPoint[];
	/** cost per account and event with the most accounts over that with a hundred; at most 1 is linear or better */
	idleGrowth: number;
	eventGrowth: number;
	memoryGrowth: number;
}

export async function redisGrowthBench(): Promise<GrowthResult> {
	const points: GrowthPoint[] = [];
	for (const count of COUNTS) points.push(await measure(count));
	const at = (count: number) => points.find(({ accounts }) => accounts === count);
	const [few, many] = [at(100), at(1_000)];
	const growth = (cost: (point: GrowthPoint) => number) =>
		few === undefined || many === undefined ? NaN : cost(many) / cost(few);
	return {
		points,
		idleGrowth: growth(({ idleCores, accounts }) => idleCores / accounts),
		eventGrowth: growth(({ eventCpuMs }) => eventCpuMs),
		memoryGrowth: growth(({ kilobytesPerAccount }) => kilobytesPerAccount),
	};
}

function measure(count: number): Promise<GrowthPoint> {
	return withRedis(async (redis, client) => {
		const member = await Member.start(redis, 'bench-growth', 'main');
		try {
			const use = async () => {
				const [own, server] = [await member.usage(), await redisUse(client)];
				return { cpuMs: own.cpuMs + server.cpuMs, commands: server.commands, heap: own.heapBytes };
			};
			// One account first: what comes with the first (libraries, connections) is not the price of the next.
			await member.tell({ do: 'hold', accounts: ['0'] });
			const before = await use();
			let events = 0;
			const first = new Set<string>();
			member.onEmitted = (account) => {
				events += 1;
				first.add(account);
			};
			const began = systemClock.monotonic();
			await member.tell({ do: 'listen', accounts: accountsOf(count), eventEveryMs: EVENT_EVERY_MS });
			while (first.size < count) await systemClock.sleep(20);
			const liveMs = Math.max(0, systemClock.monotonic() - began - EVENT_EVERY_MS) / count;

			const loaded = await use();
			const counted = events;
			await systemClock.sleep(IDLE_MS);
			const afterLoad = await use();
			const handedOn = events - counted;
			const load = afterLoad.cpuMs - loaded.cpuMs;

			// Upkeep alone: sessions held without a trigger, in a process of their own.
			const idle = await upkeep(count);
			return {
				accounts: count,
				liveMs,
				kilobytesPerAccount: (loaded.heap - before.heap) / 1_024 / count,
				idleCommands: idle.commands,
				idleCores: idle.cores,
				eventCpuMs: Math.max(0, load - idle.cores * IDLE_MS) / handedOn,
			};
		} finally {
			await member.stop();
		}
	});
}

function upkeep(count: number): Promise<{ commands: number; cores: number }> {
	return withRedis(async (redis, client) => {
		const member = await Member.start(redis, 'bench-upkeep', 'main');
		try {
			await member.tell({ do: 'hold', accounts: accountsOf(count) });
			await member.usage();
			const [own, server] = [await member.usage(), await redisUse(client)];
			await systemClock.sleep(IDLE_MS);
			const [ownAfter, serverAfter] = [await member.usage(), await redisUse(client)];
			return {
				commands: (serverAfter.commands - server.commands - 1) / (IDLE_MS / 1_000),
				cores: (ownAfter.cpuMs - own.cpuMs + serverAfter.cpuMs - server.cpuMs) / IDLE_MS,
			};
		} finally {
			await member.stop();
		}
	});
}

if (import.meta.url === `file://${process.argv[1] ?? ''}`) {
	void redisGrowthBench().then((result) => console.log(JSON.stringify(result, null, '\t')));
}
