import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../src/contract';
import { openRedisStore, type RedisSettings } from '../../src/redis';
import { silentLogger, systemClock, systemRandom } from '../../src/runtime';
import { journalEvent } from '../store/support/samples';
import { until } from '../support/manual-clock';
import { RedisCluster } from './support/redis-server';
import { Relay } from './support/relay';

async function open(settings: RedisSettings): Promise<Store> {
	const services = { clock: systemClock, random: systemRandom, logger: silentLogger };
	const store = await openRedisStore({ ...services, settings, guardMs: 0 });
	onTestFinished(() => store.close());
	return store;
}

/** Of one server, as the others and `CLUSTER KEYSLOT` know it. */
interface Node {
	id: string;
	port: number;
	client: Redis;
}

describe('a cluster', () => {
	let cluster: RedisCluster;
	let nodes: Node[];
	beforeEach(async () => {
		cluster = await RedisCluster.start();
		nodes = await Promise.all(
			cluster.servers.map(async (server) => {
				const client = server.client();
				return { client, port: server.port, id: await client.cluster('MYID') };
			}),
		);
	});
	afterEach(async () => {
		for (const { client } of nodes) client.disconnect();
		await cluster.stop();
	});

	/** Accounts whose keys are all on this server. */
	async function accountsOn(node: Node, count: number): Promise<string[]> {
		const found: string[] = [];
		for (let n = 0; found.length < count; n += 1) {
			const slot = await node.client.cluster('KEYSLOT', `{acc-${n}}`);
			const owner = [...nodes.keys()].find((index) => slot < Math.floor((16_384 * (index + 1)) / 3));
			if (nodes[owner ?? 0] === node) found.push(`acc-${n}`);
		}
		return found;
	}

	const append = (store: Store, account: string, id: string) =>
		store.append(account, { token: 1, events: [journalEvent(id)], state: { id } });

	it('that moves data says so while it is half moved, and then is followed by all that leaves in one go', async () => {
		const settings = { ...cluster.settings('moved'), slots: { answerMs: 5_000, everyMs: 0 } };
		const store = await open(settings);
		const [from, to] = nodes as [Node, Node];
		const [moved = '', ...others] = await accountsOn(from, 3);
		const all = (id: string) => Promise.all([moved, ...others].map((account) => append(store, account, id)));
		await all('e1');
		const slot = await from.client.cluster('KEYSLOT', `{${moved}}`);
		await to.client.cluster('SETSLOT', slot, 'IMPORTING', from.id);
		await from.client.cluster('SETSLOT', slot, 'MIGRATING', to.id);
		const keys = await from.client.cluster('GETKEYSINSLOT', slot, 100);
		expect(keys.length).toBeGreaterThan(1);
		const move = async (which: string[]) => {
			for (const key of which) await from.client.migrate('127.0.0.1', to.port, key, 0, 5_000);
		};
		await move(keys.slice(0, 1));
		await expect(append(store, moved, 'e2')).rejects.toThrow('The Redis cluster is moving data');
		await move(keys.slice(1));
		for (const { client } of [to, from]) await client.cluster('SETSLOT', slot, 'NODE', to.id);
		await all('e3');
		expect((await store.readEntries(moved, 0, 9)).map(({ eventId }) => eventId)).toEqual(['e1', 'e3']);
	});

	it('whose server dies after a command was sent: the command fails and is not sent a second time', async () => {
		const [near, other] = nodes as [Node, Node];
		const middle = await Relay.to(near.port);
		onTestFinished(() => middle.close());
		await near.client.config('SET', 'cluster-announce-port', middle.port);
		const known = async () => JSON.stringify(await other.client.cluster('SLOTS')).includes(`${middle.port}`);
		await until(known, 'the others to know the new address', 1_000_000);
		const contacts = [{ host: '127.0.0.1', port: other.port }];
		const store = await open({ ...cluster.settings('once'), nodes: contacts });
		const [account = ''] = await accountsOn(near, 1);
		await store.increment(account, 'n', 1, 1_000_000);
		middle.swallowAnswers = true;
		const cut = store.increment(account, 'n', 1, 1_000_000);
		const told = expect(cut).rejects.toMatchObject({ code: 'store_unavailable' });
		await until(() => middle.swallowed > 0, 'the answer that is lost');
		middle.swallowAnswers = false;
		middle.cut();
		await told;
		const value = () => store.getValue(account, 'n').catch(() => undefined);
		await until(async () => (await value()) !== undefined, 'Redis answers again', 1_000_000);
		expect(await value()).toBe(2);
	});
});
