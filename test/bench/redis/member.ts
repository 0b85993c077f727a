/**
 * One process of several on one Redis, as a worker or main of n8n is one. Started by `members.ts` and told by messages
 * what to do; answers each with what came of it.
 */
import { Redis } from 'ioredis';
import { AccountPool, type CredentialSource, type Lease } from '../../../src/pool';
import { openRedisCalls, openRedisStore, redisSettings } from '../../../src/redis';
import { silentLogger, systemClock, systemRandom } from '../../../src/runtime';
import { plainDriver, type PlainCredential } from './driver';
import { consumerOptions } from '../../support/consumer-options';

export interface Order {
	id: number;
	do: 'hold' | 'call' | 'listen' | 'usage' | 'echo';
	accounts?: string[];
	eventEveryMs?: number;
	/** calls at the same time, and for how long */
	concurrent?: number;
	ms?: number;
}

export interface Usage {
	/** milliseconds of processor since the process began */
	cpuMs: number;
	rssBytes: number;
	heapBytes: number;
}

const [port = '', prefix = '', role = ''] = process.argv.slice(2);

export function memberPool(redisPort: number, keyPrefix: string, processRole: string): AccountPool {
	const settings = redisSettings((name) => {
		if (name === 'QUEUE_BULL_REDIS_PORT') return String(redisPort);
		if (name === 'QUEUE_BULL_REDIS_HOST') return '127.0.0.1';
		if (name === 'QUEUE_BULL_PREFIX') return keyPrefix;
		return name === 'MESSENGER_ACCOUNTS_REDIS' ? 'on' : undefined;
	});
	if (settings === null) throw new Error('no Redis in the settings');
	const shared = { settings, clock: systemClock, random: systemRandom, logger: silentLogger };
	return new AccountPool({
		drivers: [plainDriver],
		openStore: () => openRedisStore({ ...shared, guardMs: 0 }),
		openRemoteCalls: (holder, server) => openRedisCalls(shared, holder, server),
		clock: systemClock,
		random: systemRandom,
		logger: silentLogger,
		processName: `bench/${String(process.pid)}/${processRole}`,
		version: '0.0.0',
		maxAccounts: 20_000,
	});
}

export function credentialOf(account: string, eventEveryMs = 0): CredentialSource {
	const data: PlainCredential = { account, eventEveryMs };
	return { channel: 'max', id: `credential-${account}`, data, read: () => Promise.resolve(data) };
}

export const SELF = { name: 'account.getSelf', input: {} };

function listen(pool: AccountPool, account: string, eventEveryMs: number): void {
	pool.subscribe({
		credential: credentialOf(account, eventEveryMs),
		// One trigger node per account: one node on many would forget each for the next.
		identity: { instance: 'i', workflow: 'w', node: `trigger-${account}` },
		options: consumerOptions(),
		deliver: () => {
			process.send?.({ emitted: account });
			return Promise.resolve({ kind: 'finished', ok: true });
		},
		report: () => undefined,
	});
}

async function callFor(leases: readonly Lease[], concurrent: number, ms: number): Promise<number> {
	const until = performance.now() + ms;
	let done = 0;
	const caller = async (index: number): Promise<void> => {
		while (performance.now() < until) {
			await leases[index % leases.length]?.call(SELF);
			done += 1;
		}
	};
	await Promise.all(Array.from({ length: concurrent }, (_, index) => caller(index)));
	return done;
}

/** The least a question and its answer over streams can cost: nothing of ours, two streams, one reader each. */
async function echo(): Promise<void> {
	const [reading, writing] = [0, 1].map(
		() => new Redis({ host: '127.0.0.1', port: Number(port), protocol: 2 }),
	);
	for (let after = '0'; ;) {
		const reply = (await reading?.call('XREAD', 'BLOCK', 0, 'STREAMS', 'echo:question', after)) as [
			string,
			[string, string[]][],
		][];
		for (const [id, fields] of reply[0]?.[1] ?? []) {
			after = id;
			writing?.xadd('echo:answer', '*', 'm', fields[1] ?? '').catch(() => undefined);
		}
	}
}

function usage(): Usage {
	globalThis.gc?.();
	const { user, system } = process.cpuUsage();
	const { rss, heapUsed } = process.memoryUsage();
	return { cpuMs: (user + system) / 1_000, rssBytes: rss, heapBytes: heapUsed };
}

function serve(): void {
	const pool = memberPool(Number(port), prefix, role);
	const held: Lease[] = [];
	const obey = async (order: Order): Promise<unknown> => {
		const accounts = order.accounts ?? [];
		switch (order.do) {
			case 'hold':
				for (const account of accounts) {
					const lease = pool.lease(credentialOf(account));
					await lease.call(SELF);
					held.push(lease);
				}
				return held.length;
			case 'call':
				return callFor(
					accounts.map((account) => pool.lease(credentialOf(account))),
					order.concurrent ?? 1,
					order.ms ?? 1_000,
				);
			case 'listen':
				for (const account of accounts) listen(pool, account, order.eventEveryMs ?? 0);
				return accounts.length;
			case 'usage':
				return usage();
			case 'echo':
				void echo();
				return null;
		}
	};
	process.on('message', (order: Order) => {
		obey(order).then(
			(answer) => process.send?.({ id: order.id, answer }),
			(error: unknown) => process.send?.({ id: order.id, error: String(error) }),
		);
	});
	process.on('disconnect', () => process.exit(0));
	process.send?.({ ready: true });
}

if (import.meta.url === `file://${process.argv[1] ?? ''}`) serve();
