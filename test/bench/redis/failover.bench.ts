/**
 * How long an account is without its trigger when its owner dies without a word: kill -9 of the process that has thirty
 * accounts, until a second process with the same triggers hands on the next event of each. Real time, real leases.
 */
import { LEASE_MS } from '../../../src/pool/account/lease-keeper';
import { systemClock } from '../../../src/runtime';
import { accountsOf, Member, withRedis } from './members';

const ROUNDS = 3;
const ACCOUNTS = 30;
const EVENT_EVERY_MS = 200;
/** an account that has not come back by then never will, ms */
const LATEST_MS = 4 * LEASE_MS;

export interface FailoverResult {
	samples: number;
	p50Ms: number;
	p99Ms: number;
	/** as multiples of a lease */
	p50Leases: number;
	p99Leases: number;
}

export function redisFailoverBench(): Promise<FailoverResult> {
	return withRedis(async (redis) => {
		const took: number[] = [];
		for (let round = 0; round < ROUNDS; round += 1) {
			const prefix = `bench-failover-${String(round)}`;
			const accounts = accountsOf(ACCOUNTS, round * ACCOUNTS);
			const owner = await Member.start(redis, prefix, 'main');
			await listening(owner, accounts);
			const next = await Member.start(redis, prefix, 'main-2');
			try {
				await next.tell({ do: 'listen', accounts, eventEveryMs: EVENT_EVERY_MS });
				// The second has asked for all and was refused; where in a lease the first dies is left to chance.
				await systemClock.sleep(3_000 + Math.random() * 5_000);
				const back = new Map<string, number>();
				await owner.stop('SIGKILL');
				const died = systemClock.monotonic();
				next.onEmitted = (account) => {
					if (!back.has(account)) back.set(account, systemClock.monotonic() - died);
				};
				while (back.size < ACCOUNTS && systemClock.monotonic() - died < LATEST_MS)
					await systemClock.sleep(20);
				if (back.size < ACCOUNTS)
					throw new Error(`${String(ACCOUNTS - back.size)} accounts did not come back`);
				took.push(...back.values());
			} finally {
				await next.stop();
			}
		}
		took.sort((a, b) => a - b);
		const at = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? NaN;
		return {
			samples: took.length,
			p50Ms: at(0.5),
			p99Ms: at(0.99),
			p50Leases: at(0.5) / LEASE_MS,
			p99Leases: at(0.99) / LEASE_MS,
		};
	});
}

async function listening(member: Member, accounts: readonly string[]): Promise<void> {
	const heard = new Set<string>();
	member.onEmitted = (account) => void heard.add(account);
	await member.tell({ do: 'listen', accounts: [...accounts], eventEveryMs: EVENT_EVERY_MS });
	while (heard.size < accounts.length) await systemClock.sleep(20);
	member.onEmitted = () => undefined;
}

if (import.meta.url === `file://${process.argv[1] ?? ''}`) {
	void redisFailoverBench().then((result) => console.log(JSON.stringify(result, null, '\t')));
}
