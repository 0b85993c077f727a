/**
 * MAX, many accounts: what an idle connected account weighs beside the bare socket of a logged-in one, at 100, 500 and
 * 1,000 accounts; and how quickly what was missed during an outage reaches the trigger. The sandbox runs in a process
 * of its own, so that its memory and its work are not counted as ours.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/runtime';
import {
	outsideCredential,
	outsidePool,
	startOutside,
	usedBytes,
	type OutsideAccount,
	type OutsideSandbox,
} from '../flows/pool-max-outside';
import { BareClient } from './max-bare';
import { consumerOptions } from '../support/consumer-options';

const ACCOUNTS = [100, 500, 1_000] as const;
/** Logins at once: enough to be quick, few enough to time none out. */
const WIDTH = 10;
const MISSED = 5_000;
const MISSED_CHATS = 50;
/** KB beyond the socket itself */
const BAR_KB = 100;

export interface MaxAccountsBenchResult {
	/** KB of heap and buffers per idle account: connected by the pool, with a trigger on it, a bare logged-in socket */
	memory: { accounts: number; connected: number; listening: number; bare: number; meetsBar: boolean }[];
	/** messages per second from the end of an outage to the trigger: fetched, journalled, handed on */
	catchUp: { messages: number; perSecond: number };
}

export async function maxAccountsBench(): Promise<MaxAccountsBenchResult> {
	const sandbox = await startOutside();
	const folder = mkdtempSync(join(tmpdir(), 'max-accounts-bench-'));
	try {
		const accounts = await sandbox.addAccounts(Math.max(...ACCOUNTS), 'Idle');
		const memory: MaxAccountsBenchResult['memory'] = [];
		for (const count of ACCOUNTS) {
			const some = accounts.slice(0, count);
			const bare = await bareMemory(sandbox, some);
			const connected = await connectedMemory(sandbox, some, join(folder, `connected-${String(count)}`));
			const listening = await listeningMemory(sandbox, some, join(folder, `listening-${String(count)}`));
			memory.push({ accounts: count, connected, listening, bare, meetsBar: connected - bare <= BAR_KB });
		}
		return { memory, catchUp: await catchUp(sandbox, join(folder, 'catch-up')) };
	} finally {
		await sandbox.end();
		rmSync(folder, { recursive: true });
	}
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
	const queue = [...items];
	await Promise.all(
		Array.from({ length: WIDTH }, async () => {
			for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
		}),
	);
}

/** KB each */
async function bareMemory({ url }: OutsideSandbox, accounts: readonly OutsideAccount[]): Promise<number> {
	const before = await usedBytes();
	const clients: BareClient[] = [];
	await inTurns(accounts, async ({ session }) => void clients.push(await BareClient.login(url, session)));
	const used = (await usedBytes()) - before;
	for (const client of clients) await client.close();
	return used / accounts.length / 1024;
}

/** KB each, after one call: the account lingers. */
async function connectedMemory(
	sandbox: OutsideSandbox,
	accounts: readonly OutsideAccount[],
	dir: string,
): Promise<number> {
	const pool = outsidePool(dir);
	const before = await usedBytes();
	await inTurns(accounts, async (account) => {
		const lease = pool.lease(outsideCredential(sandbox.url, account));
		await lease.call({ name: 'chat.getMany', input: { limit: 1 } });
		await lease.close();
	});
	const used = (await usedBytes()) - before;
	await pool.shutdown();
	return used / accounts.length / 1024;
}

/** KB each, with a trigger on every account. */
async function listeningMemory(
	sandbox: OutsideSandbox,
	accounts: readonly OutsideAccount[],
	dir: string,
): Promise<number> {
	const pool = outsidePool(dir);
	const before = await usedBytes();
	const subscriptions = new Set<{ end(): void }>();
	await inTurns(accounts, async (account) => {
		const subscription = trigger(pool, sandbox.url, account, () => undefined);
		subscriptions.add(subscription);
		await subscription.live;
	});
	const used = (await usedBytes()) - before;
	for (const subscription of subscriptions) subscription.end();
	await pool.shutdown();
	return used / accounts.length / 1024;
}

function trigger(
	pool: ReturnType<typeof outsidePool>,
	url: string,
	account: OutsideAccount,
	got: (count: number) => void,
) {
	return pool.subscribe({
		credential: outsideCredential(url, account, { reconnectMaxSeconds: 1 }),
		identity: { instance: 'i', workflow: 'w', node: account.id },
		options: consumerOptions({ window: 50 }),
		deliver: ({ events }) => {
			got(events.length);
			return Promise.resolve({ kind: 'finished', ok: true });
		},
		report: () => undefined,
	});
}

async function catchUp(sandbox: OutsideSandbox, dir: string): Promise<MaxAccountsBenchResult['catchUp']> {
	const [account] = await sandbox.addAccounts(1, 'Missed');
	const pool = outsidePool(dir);
	let delivered = 0;
	let [awaited, all] = [1, Promise.withResolvers<void>()];
	const subscription = trigger(pool, sandbox.url, account!, (count) => {
		delivered += count;
		if (delivered >= awaited) all.resolve();
	});
	await subscription.live;
	// The chats exist, as in an account that has been read for a while.
	awaited = MISSED_CHATS;
	await sandbox.control('inject-many', { to: account!.id, chats: MISSED_CHATS, count: MISSED_CHATS });
	await all.promise;

	[awaited, all] = [delivered + MISSED, Promise.withResolvers<void>()];
	await sandbox.control('stop-listening');
	await sandbox.control('inject-many', { to: account!.id, chats: MISSED_CHATS, count: MISSED });
	const logins = async (): Promise<number> => {
		const [session] = await sandbox.control<{ logins: number }[]>('logins', { account: account!.id });
		return session?.logins ?? 0;
	};
	const before = await logins();
	await sandbox.control('start-listening');
	// The pause before the next attempt is not part of the rate.
	while ((await logins()) === before) await systemClock.sleep(5);
	const startedAt = systemClock.monotonic();
	await all.promise;
	const seconds = (systemClock.monotonic() - startedAt) / 1_000;
	subscription.end();
	await pool.shutdown();
	return { messages: MISSED, perSecond: Math.round(MISSED / seconds) };
}

if (import.meta.url === `file://${process.argv[1] ?? ''}`) {
	void maxAccountsBench().then((result) => console.log(JSON.stringify(result, null, '\t')));
}
