/**
 * What a call costs whose session another process has: beside a bare round trip to the same Redis, and beside the same
 * call where the session is. The messenger answers at once, so all of it is ours. In turns, call by call: a client that
 * makes nothing but bare round trips shares a core and its caches with Redis, which no caller between two calls does; that
 * figure stands beside.
 */
import { Redis } from 'ioredis';
import { systemClock } from '../../../src/runtime';
import { median } from '../report';
import { accountsOf, Member, withRedis } from './members';
import { credentialOf, memberPool, SELF } from './member';

const ROUNDS = 9;
const CALLS = 200;
/** a process that has just begun compiles while it calls: after so many it has settled */
const WARM_CALLS = 6_000;
const CALLERS = 4;
const CONCURRENT = 32;
const LOAD_MS = 3_000;
const FILE_BYTES = 32 * 1024 * 1024;

export interface RedisCallsBenchResult {
	/** milliseconds each, medians of rounds */
	bareMs: number;
	/** one bare round trip straight after the other, nothing else running */
	bareInARowMs: number;
	/** a question and its answer through two bare streams and another process */
	streamsMs: number;
	ownMs: number;
	remoteMs: number;
	/** medians of the ratios of one round */
	toBare: number;
	toStreams: number;
	toOwn: number;
	/** calls per second through one owner from four callers, and how much of a core the owner used */
	callsPerSecond: number;
	ownerCores: number;
	/** megabytes per second through a foreign owner; the same file from the own process */
	foreignMB: number;
	ownMB: number;
}

export function redisCallsBench(): Promise<RedisCallsBenchResult> {
	return withRedis(async (redis, client) => {
		const prefix = 'bench-calls';
		const owner = await Member.start(redis, prefix, 'main');
		const pool = memberPool(redis.port, prefix, 'worker');
		const callers: Member[] = [];
		try {
			const [foreign = '', own = ''] = accountsOf(2);
			await owner.tell({ do: 'hold', accounts: [foreign] });
			const leases = { foreign: pool.lease(credentialOf(foreign)), own: pool.lease(credentialOf(own)) };
			const bare = () => client.call('PING');
			const remote = () => leases.foreign.call(SELF);
			const here = () => leases.own.call(SELF);
			const other = await Member.start(redis, prefix, 'echo');
			callers.push(other);
			await other.tell({ do: 'echo' });
			const answers = new Redis({ host: '127.0.0.1', port: redis.port, protocol: 2 });
			const text = 'x'.repeat(500);
			let after = '0';
			const streams = async () => {
				const asked = client.xadd('echo:question', '*', 'm', text);
				const reply = (await answers.call('XREAD', 'BLOCK', 0, 'STREAMS', 'echo:answer', after)) as [
					string,
					[string][],
				][];
				after = reply[0]?.[1].at(-1)?.[0] ?? after;
				await asked;
			};
			const works = { bare, streams, remote, own: here };
			for (const work of Object.values(works)) for (let warm = 0; warm < WARM_CALLS; warm += 1) await work();
			const rounds: Record<keyof typeof works, number>[] = [];
			const inARow: number[] = [];
			for (let round = 0; round < ROUNDS; round += 1) {
				rounds.push(await inTurns(works));
				inARow.push((await inTurns({ bare })).bare);
			}
			const typical = (name: keyof typeof works) => median(rounds.map((ms) => ms[name]));
			const over = (below: keyof typeof works) => median(rounds.map((ms) => ms.remote / ms[below]));

			answers.disconnect();
			const files = { foreign: [] as number[], own: [] as number[] };
			for (let round = 0; round < 3; round += 1) {
				files.foreign.push(await megabytes(leases.foreign));
				files.own.push(await megabytes(leases.own));
			}

			await other.stop();
			callers.length = 0;
			for (let index = 0; index < CALLERS; index += 1)
				callers.push(await Member.start(redis, prefix, `caller-${String(index)}`));
			await Promise.all(callers.map((caller) => caller.tell({ do: 'call', accounts: [foreign], ms: 300 })));
			const before = await owner.usage();
			const began = systemClock.monotonic();
			const order = { do: 'call' as const, accounts: [foreign], concurrent: CONCURRENT, ms: LOAD_MS };
			const done = await Promise.all(callers.map((caller) => caller.tell<number>(order)));
			const seconds = (systemClock.monotonic() - began) / 1_000;
			const cpuMs = (await owner.usage()).cpuMs - before.cpuMs;
			return {
				bareMs: typical('bare'),
				bareInARowMs: median(inARow),
				streamsMs: typical('streams'),
				ownMs: typical('own'),
				remoteMs: typical('remote'),
				toBare: over('bare'),
				toStreams: over('streams'),
				toOwn: over('own'),
				callsPerSecond: done.reduce((sum, count) => sum + count, 0) / seconds,
				ownerCores: cpuMs / 1_000 / seconds,
				foreignMB: median(files.foreign),
				ownMB: median(files.own),
			};
		} finally {
			await Promise.all([owner, ...callers].map((member) => member.stop()));
			await pool.shutdown();
		}
	});
}

/** Each of them once, then again, and so on. @returns the median of each, ms */
async function inTurns<Name extends string>(
	works: Record<Name, () => Promise<unknown>>,
): Promise<Record<Name, number>> {
	const names = Object.keys(works) as Name[];
	const took = new Map(names.map((name) => [name, [] as number[]]));
	for (let call = 0; call < CALLS; call += 1) {
		for (const name of names) {
			const began = systemClock.monotonic();
			await works[name]();
			took.get(name)?.push(systemClock.monotonic() - began);
		}
	}
	// Each name has been measured.
	return Object.fromEntries([...took].map(([name, ms]) => [name, median(ms)])) as Record<Name, number>;
}

async function megabytes(lease: ReturnType<ReturnType<typeof memberPool>['lease']>): Promise<number> {
	const began = systemClock.monotonic();
	const { media } = await lease.call({ name: 'file.download', input: { bytes: FILE_BYTES } });
	let bytes = 0;
	for await (const piece of media?.[0]?.stream ?? []) bytes += (piece as Buffer).length;
	if (bytes !== FILE_BYTES) throw new Error(`${String(bytes)} of ${String(FILE_BYTES)} bytes arrived`);
	return bytes / 1_048_576 / ((systemClock.monotonic() - began) / 1_000);
}

if (import.meta.url === `file://${process.argv[1] ?? ''}`) {
	void redisCallsBench().then((result) => console.log(JSON.stringify(result, null, '\t')));
}
