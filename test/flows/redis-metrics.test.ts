import { afterEach, describe, expect, it } from 'vitest';
import { AccountPool } from '../../src/pool';
import { MetricRegistry, serveMetrics, type MetricsServer } from '../../src/runtime';
import { readExposition } from '../runtime/exposition';
import { RedisScene } from './redis-scene';

const scene = RedisScene.prepare();
const servers: MetricsServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

/** A process whose metrics are served, and what a scrape of them finds. */
async function measured(role: string) {
	const registry = new MetricRegistry();
	const pool = scene.processOf(role, undefined, { meter: registry });
	if (!(pool instanceof AccountPool)) throw new Error('the scene makes another kind of pool');
	const server = await serveMetrics({ port: 0, host: '127.0.0.1' }, () => registry.families(pool.readings()));
	servers.push(server);
	const scrape = async () => {
		const answer = await fetch(`http://127.0.0.1:${String(server.port)}/metrics`);
		return { text: await answer.clone().text(), value: readExposition(await answer.text()) };
	};
	return { pool, scrape };
}

describe('metrics of two processes on one Redis', () => {
	it('say what the fake Avito saw: accounts, leases, events, calls here, elsewhere and for another', async () => {
		const main = await measured('main');
		const worker = await measured('worker');
		const listening = scene.trigger(main.pool);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'one' });
		scene.sandbox.control.incoming({ text: 'two', chat_id });
		await scene.passes(() => listening.texts.length === 2, 'the messages');
		const leases = [main.pool.lease(scene.credential()), worker.pool.lease(scene.credential())] as const;
		await scene.result(scene.send(leases[0], chat_id, 'from main', 'k1'), 'a send in main');
		await scene.result(scene.send(leases[1], chat_id, 'from the worker', 'k2'), 'a send from the worker');
		expect(scene.sent()).toEqual(['from main', 'from the worker']);

		const [owner, caller] = [await main.scrape(), await worker.scrape()];
		const channel = 'avito';
		expect(owner.value('messenger_accounts', { channel, state: 'live' })).toBe(1);
		expect(owner.value('messenger_subscribers', { channel })).toBe(1);
		for (const kind of ['session', 'reader', 'consumer']) {
			expect(owner.value('messenger_leases', { kind }), kind).toBe(1);
			expect(caller.value('messenger_leases', { kind }), kind).toBe(0);
		}
		expect(owner.value('messenger_connects_total', { channel, outcome: 'done' })).toBe(1);
		expect(caller.value('messenger_connects_total', { channel, outcome: 'account_in_use' })).toBeUndefined();
		expect(owner.value('messenger_events_emitted_total', { channel })).toBe(2);
		expect(owner.value('messenger_events_journalled_total', { channel })).toBeGreaterThanOrEqual(2);
		expect(owner.value('messenger_events_pending', { channel })).toBe(0);
		const send = { channel, command: 'message.send', outcome: 'done' };
		expect(owner.value('messenger_calls_total', { ...send, where: 'here' })).toBe(1);
		expect(owner.value('messenger_calls_total', { ...send, where: 'for_another' })).toBe(1);
		expect(caller.value('messenger_calls_total', { ...send, where: 'elsewhere' })).toBe(1);
		expect(caller.value('messenger_call_duration_seconds_count', { channel, where: 'elsewhere' })).toBe(1);
		expect(
			owner.value('messenger_store_duration_seconds_count', { store: 'redis', operation: 'append' }),
		).toBeGreaterThanOrEqual(1);

		const secrets = scene.sandbox.accounts.flatMap((account) => [account.client_secret, account.client_id]);
		for (const { text } of [owner, caller])
			for (const secret of [...secrets, chat_id]) expect(text).not.toContain(secret);
	});

	it('count what a messenger refuses and what the store cannot do', async () => {
		const registry = new MetricRegistry();
		const { pool, relay } = await scene.cuttable('main', { meter: registry });
		if (!(pool instanceof AccountPool)) throw new Error('the scene makes another kind of pool');
		const lease = pool.lease(scene.credential());
		await scene.result(lease.call({ name: 'account.getSelf', input: {} }), 'a call');
		relay.isCut = true;
		relay.cut();
		const failing = scene.send(lease, 'u2i-none', 'x', 'k1');
		await expect(scene.result(failing, 'a send without Redis')).rejects.toMatchObject({
			code: 'store_unavailable',
		});
		const counted = registry.families(pool.readings());
		const errors = counted.find(({ name }) => name === 'messenger_store_errors_total')?.samples ?? [];
		expect(errors.length).toBeGreaterThan(0);
		expect(errors.every(({ labels }) => labels['store'] === 'redis')).toBe(true);
		expect(errors.map(({ labels }) => labels['code'])).toContain('store_unavailable');
		const degraded = counted.find(({ name }) => name === 'messenger_store_degraded')?.samples;
		expect(degraded).toEqual([{ name: 'messenger_store_degraded', labels: { store: 'redis' }, value: 1 }]);
		relay.isCut = false;
	});
});
