import { describe, expect, it, onTestFinished } from 'vitest';
import { ChannelError } from '../../src/contract';
import { RedisServer } from '../redis/support/redis-server';
import { Relay } from '../redis/support/relay';
import { RedisScene } from './redis-scene';

const scene = RedisScene.prepare();

const NEVER = new Promise<void>(() => undefined);

/** A replica that n8n's name for Redis can be pointed to, and the way on which it hears of what is written. */
async function replica(): Promise<{ server: RedisServer; way: Relay }> {
	const way = await Relay.to(scene.redis.port);
	onTestFinished(() => way.close());
	const server = await RedisServer.start(['--replicaof', `127.0.0.1 ${way.port}`]);
	onTestFinished(() => server.stop());
	const client = server.client();
	const isUp = async () => (await client.info('replication')).includes('master_link_status:up');
	while (!(await isUp())) await scene.later(1);
	client.disconnect();
	return { server, way };
}

/** Its master has heard that everything so far is there. */
async function caughtUp(server: RedisServer): Promise<void> {
	const [client, master] = [server.client(), scene.redis.client()];
	const offset = /slave_repl_offset:(\d+)/;
	const written = /master_repl_offset:(\d+)/;
	const at = async () => Number(offset.exec(await client.info('replication'))?.[1]);
	const to = Number(written.exec(await master.info('replication'))?.[1]);
	while ((await at()) < to) await scene.later(1);
	client.disconnect();
	master.disconnect();
}

/** Asks until Redis is there again. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
	for (;;) {
		try {
			return await scene.result(ask(), 'an answer', 50);
		} catch (error) {
			if (!ChannelError.is(error) || error.code !== 'store_unavailable') throw error;
		}
	}
}

async function save(): Promise<void> {
	const admin = scene.redis.client();
	await admin.save();
	admin.disconnect();
}

describe('a Redis that comes back without its last changes', () => {
	it('because a replica that was behind took over: each message once, no send repeated', async () => {
		const { pool: main, relay } = await scene.cuttable('main', {}, scene.folder());
		const under = Promise.withResolvers<void>();
		let isHolding = false;
		const trigger = scene.trigger(main, {}, 'n', () => (isHolding ? under.promise : Promise.resolve()));
		await scene.passes(trigger.isLive, 'the trigger to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'a1' });
		await scene.passes(() => trigger.texts.length === 1, 'the first message');
		const other = await replica();
		await caughtUp(other.server);
		other.way.isCut = true;
		other.way.cut();

		const here = main.lease(scene.credential());
		const sent = await scene.result(scene.send(here, chat_id, 'once', 'k1'), 'a send', 20);
		scene.sandbox.control.incoming({ text: 'a2', chat_id });
		await scene.passes(() => trigger.texts.length === 2, 'what was handed on');
		isHolding = true;
		for (const text of ['a3', 'a4']) scene.sandbox.control.incoming({ text, chat_id });
		await scene.passes(() => trigger.texts.length === 3, 'what is under way');
		await scene.redis.kill();
		const promoted = other.server.client();
		await promoted.replicaof('NO', 'ONE');
		promoted.disconnect();
		relay.leadsTo = other.server.port;
		relay.cut();
		await scene.redis.run();

		for (const text of ['a5', 'a6']) scene.sandbox.control.incoming({ text, chat_id });
		const again = await answered(() => scene.send(here, chat_id, 'once', 'k1'));
		await scene.later(1_000);
		isHolding = false;
		under.resolve();
		await scene.passes(() => trigger.texts.length >= 6, 'everything');
		scene.sandbox.control.incoming({ text: 'a7', chat_id });
		await scene.later(30_000);
		expect(trigger.texts).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7']);
		expect(scene.sent()).toEqual(['once']);
		expect(again.items[0]?.['message_id']).toBe(sent.items[0]?.['message_id']);
		const { degraded } = (await scene.result(here.status(), 'the status')).store;
		expect(degraded).toContain('lost a part of its data');
		expect(degraded).toContain('were put back from a copy');
	});

	it('because its snapshot is old, and the process that knew more starts anew, too', async () => {
		const dir = scene.folder();
		const { pool, relay } = await scene.cuttable('main', {}, dir);
		const before = scene.trigger(pool, {}, 'n', (text) => (text === 'a3' ? NEVER : Promise.resolve()));
		await scene.passes(before.isLive, 'the trigger to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'a1' });
		await scene.passes(() => before.texts.length === 1, 'the first message');
		await save();
		scene.sandbox.control.incoming({ text: 'a2', chat_id });
		await scene.passes(() => before.texts.length === 2, 'what is not in the snapshot');
		const here = pool.lease(scene.credential());
		await scene.result(scene.send(here, chat_id, 'once', 'k1'), 'a send');
		for (const text of ['a3', 'a4']) scene.sandbox.control.incoming({ text, chat_id });
		await scene.passes(() => before.texts.length === 3, 'what is under way');
		await scene.later(2_000);
		relay.isCut = true;
		relay.cut();
		await scene.redis.kill();
		await scene.later(20_000);
		await scene.redis.run();

		scene.sandbox.control.incoming({ text: 'a5', chat_id });
		const main = scene.guarded('main', dir);
		const after = scene.trigger(main);
		await scene.passes(() => after.texts.length >= 3, 'what was not finished');
		const there = main.lease(scene.credential());
		await scene.result(scene.send(there, chat_id, 'once', 'k1'), 'the same send again');
		await scene.later(30_000);
		// a3 was under way: n8n knows it by its key.
		expect(after.events.map(({ text, meta }) => `${text} ${meta.attempt}`)).toEqual(['a3 1', 'a4 1', 'a5 1']);
		expect(scene.sent()).toEqual(['once']);
		const { degraded } = (await scene.result(there.status(), 'the status')).store;
		expect(degraded).toContain('lost a part of its data');
	});
});
