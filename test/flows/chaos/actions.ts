import type { Channel, Clock, Random } from '../../../src/contract';
import { LEASE_MS } from '../../../src/pool/account/lease-keeper';
import type { RedisServer } from '../../redis/support/redis-server';
import type { Member } from './member';
import type { Messengers } from './messengers';

export interface Stage {
	readonly members: readonly Member[];
	readonly redis: RedisServer;
	readonly messengers: Messengers;
	readonly clock: Clock;
	readonly random: Random;
}

/** What goes wrong. Each resolves when it is over: the process runs again, the line is mended. */
export const ACTIONS: Record<string, (stage: Stage) => Promise<void>> = {
	/** A container is lost. */
	kill: ({ members, random }) => pick(members, random).restart('SIGKILL', random.next() * 5_000),

	/** An update, or one worker fewer. */
	terminate: ({ members, random }) => pick(members, random).restart('SIGTERM', random.next() * 5_000),

	/** A host that was suspended: it wakes with leases that ended long ago and does not know it. */
	freeze: async ({ members, clock, random }) => {
		const member = pick(members, random);
		member.stop();
		await clock.sleep(3 * LEASE_MS);
		member.wake();
	},

	/** Redis is away for a moment and comes back with its data. */
	redisRestart: async ({ redis, clock, random }) => {
		await redis.kill();
		await clock.sleep(random.next() * LEASE_MS);
		await redis.run();
	},

	/** Redis is away for a moment and comes back empty, as one without persistence does. */
	redisEmptied: async ({ redis, clock, random }) => {
		const client = redis.client();
		await client.flushall();
		client.disconnect();
		await redis.kill();
		await clock.sleep(random.next() * LEASE_MS);
		await redis.run();
	},

	/** The same, and a process dies while what it knew is being put back. */
	redisEmptiedAndKill: async ({ members, redis, clock, random }) => {
		const client = redis.client();
		await client.flushall();
		client.disconnect();
		await redis.kill();
		await redis.run();
		await clock.sleep(random.next() * LEASE_MS * 1.5);
		await pick(members, random).restart('SIGKILL', random.next() * LEASE_MS);
	},

	/** Every answer takes its time, for one process. */
	redisSlow: async ({ members, clock, random }) => {
		const { redis } = pick(members, random);
		redis.delayMs = 100 + random.next() * 900;
		await clock.sleep(LEASE_MS);
		redis.mend();
	},

	/** One process cannot reach Redis, and goes on believing what it knew. */
	redisCut: async ({ members, clock, random }) => {
		const { redis } = pick(members, random);
		redis.cut();
		await clock.sleep(random.next() * 3 * LEASE_MS);
		redis.mend();
	},

	/** A messenger is away for everybody. */
	providerCut: async ({ messengers, clock, random }) => {
		const channels: Channel[] = ['avito', 'max', 'telegram'];
		const ms = random.next() * 20_000;
		await messengers.away(pick(channels, random), ms);
		await clock.sleep(ms);
	},
};

/** Two that stop the server and start it again would start it twice. */
export function mayRunBeside(name: string, running: Iterable<string>): boolean {
	const restarts = (each: string): boolean => each === 'redisRestart' || each.startsWith('redisEmptied');
	return [...running].every((other) => other !== name && !(restarts(other) && restarts(name)));
}

export function pick<T>(some: readonly T[], random: Random): T {
	return some[Math.floor(random.next() * some.length)] as T;
}
