/**
 * What it costs to keep 10,000 sessions: their leases renewed as the lease keeper does it, every five seconds. Measured are
 * renewals one after another, the processor of this process and of Redis; from that follows what five seconds need.
 */
import type { StoreLease } from '../../../src/contract';
import { openRedisStore } from '../../../src/redis';
import { mapConcurrently, silentLogger, systemClock, systemRandom } from '../../../src/runtime';
import { median } from '../report';
import { redisUse, withRedis } from './members';

const SESSIONS = 10_000;
const RENEWALS = 15;
/** as in the lease keeper, ms */
const LEASE_MS = 15_000;
const EVERY_MS = 5_000;

export interface LeaseBenchResult {
	sessions: number;
	commandsPerSecond: number;
	/** share of one core, renewals every five seconds */
	processShare: number;
	redisShare: number;
	/** one renewal of all, ms */
	renewalMs: number;
	/** both together */
	share: number;
}

export function redisLeasesBench(): Promise<LeaseBenchResult> {
	return withRedis(async (redis, client) => {
		const services = { clock: systemClock, random: systemRandom, logger: silentLogger };
		const settings = redis.settings('bench-leases');
		const store = await openRedisStore({ settings, ...services, guardMs: 0 });
		try {
			const names = Array.from({ length: SESSIONS }, (_, n) => `session:max:${String(n)}`);
			const held = await mapConcurrently(names, 500, async (name): Promise<StoreLease> => {
				const answer = await store.acquireLease(name, 'bench/1/main/aa', 10 * LEASE_MS);
				if (!answer.acquired) throw new Error('somebody has the lease');
				return answer.lease;
			});
			const renew = async (): Promise<void> => {
				const lost = await store.renewLeases(held, 10 * LEASE_MS);
				if (lost.length > 0) throw new Error(`${String(lost.length)} leases were lost`);
			};
			await renew();
			const [own, server] = [process.cpuUsage(), await redisUse(client)];
			const took: number[] = [];
			for (let round = 0; round < RENEWALS; round += 1) {
				const began = systemClock.monotonic();
				await renew();
				took.push(systemClock.monotonic() - began);
			}
			const used = process.cpuUsage(own);
			const now = await redisUse(client);
			const spanMs = RENEWALS * EVERY_MS;
			const processShare = (used.user + used.system) / 1_000 / spanMs;
			const redisShare = (now.cpuMs - server.cpuMs) / spanMs;
			return {
				sessions: SESSIONS,
				// What asked for the figures is not counted.
				commandsPerSecond: (now.commands - server.commands - 1) / (spanMs / 1_000),
				processShare,
				redisShare,
				renewalMs: median(took),
				share: processShare + redisShare,
			};
		} finally {
			await store.close();
		}
	});
}

if (import.meta.url === `file://${process.argv[1] ?? ''}`) {
	void redisLeasesBench().then((result) => console.log(JSON.stringify(result, null, '\t')));
}
