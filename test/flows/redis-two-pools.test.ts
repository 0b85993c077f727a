import { describe, expect, it } from 'vitest';
import { avitoDriver } from '../../src/channels/avito';
import { complaints, listKeys } from '../redis/support/key-table';
import { RedisScene } from './redis-scene';

const scene = RedisScene.prepare();

describe('two processes on one Redis', () => {
	it('n8n rule 5: a trigger in main, sends from main and worker: one token, one owner, every send once', async () => {
		const main = scene.processOf('main');
		const worker = scene.processOf('worker');
		const listening = scene.trigger(main);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'hello' });
		await scene.passes(() => listening.texts.length > 0, 'the message');
		const leases = [main.lease(scene.credential()), worker.lease(scene.credential())] as const;
		const sends = Array.from({ length: 20 }, (_, n) =>
			scene.send(leases[n % 2]!, chat_id, `reply ${n}`, `k${n}`),
		);
		const results = await scene.result(Promise.all(sends), 'twenty sends');
		expect(new Set(results.map(({ items }) => items[0]?.['message_id'])).size).toBe(20);
		expect([...scene.sent()].sort()).toEqual(Array.from({ length: 20 }, (_, n) => `reply ${n}`).sort());
		expect(scene.tokens()).toBe(1);
		expect(await scene.owner(leases[1])).toBe('one-host/7/main');
		// The same job run again, in the other process: nothing is sent, the first result comes back.
		const again = await scene.result(scene.send(leases[0], chat_id, 'reply 1', 'k1'), 'the repeat');
		expect(again.items[0]).toMatchObject({
			message_id: results[1]?.items[0]?.['message_id'],
			duplicate: true,
		});
		expect(scene.sent()).toHaveLength(20);
		expect(listening.texts).toEqual(['hello']);
	});

	it('what a credential does not allow is refused, wherever the session is', async () => {
		const main = scene.processOf('main');
		const worker = scene.processOf('worker');
		const listening = scene.trigger(main);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'hello' });
		await scene.passes(() => listening.texts.length > 0, 'the message');
		const source = scene.credential();
		const restricted = { ...source, data: { ...(source.data as object), permissions: ['read'] } };
		const refused = worker
			.lease(restricted)
			.call({ name: 'message.send', input: { chatId: chat_id, text: 'x' } });
		await expect(scene.result(refused, 'the refusal')).rejects.toMatchObject({ code: 'permission_denied' });
		expect(scene.sent()).toEqual([]);
	});

	it('a worker that was first gives the session up for a trigger, and goes on through main', async () => {
		const worker = scene.processOf('worker');
		const lease = worker.lease(scene.credential());
		await scene.result(lease.call({ name: 'account.getSelf', input: {} }), 'a call in the worker');
		expect(await scene.owner(lease)).toBe('one-host/7/worker');
		const listening = scene.trigger(scene.processOf('main'));
		const began = scene.clock.now();
		await scene.passes(listening.isLive, 'the trigger to be live');
		// Not after the worker's linger of five minutes, nor after its lease.
		expect(scene.clock.now() - began).toBeLessThan(15_000);
		const self = await scene.result(
			lease.call({ name: 'account.getSelf', input: {} }),
			'a call through main',
		);
		expect(self.items).toHaveLength(1);
		expect(await scene.owner(lease)).toBe('one-host/7/main');
		expect(listening.problems).toEqual([]);
	});

	it('a Redis that is slow for a moment is shown in status, and is no failed execution of a trigger that begins just then', async () => {
		const main = scene.processOf('main');
		const lease = main.lease(scene.credential());
		await scene.result(lease.call({ name: 'account.getSelf', input: {} }), 'a call');
		scene.redis.freeze();
		// The leases are renewed within five seconds.
		await scene.clock.advance(5_000);
		await scene.clock.advance(2_000);
		scene.redis.thaw();
		const listening = scene.trigger(main);
		await scene.passes(listening.isLive, 'the trigger to be live', 100);
		const status = await scene.result(lease.status(), 'the status', 100);
		expect(status.store['degraded']).toContain('Redis is slow');
		expect(listening.problems).toEqual([]);
	});

	it('a main that is cut off stops by itself, the next one takes over: every message once, nothing sent twice', async () => {
		const first = await scene.cuttable('main-1');
		const before = scene.trigger(first.pool);
		await scene.passes(before.isLive, 'the first to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'one' });
		await scene.passes(() => before.texts.length > 0, 'the first message');
		const second = scene.processOf('main-2');
		const after = scene.trigger(second);
		const worker = scene.processOf('worker').lease(scene.credential());
		await scene.result(scene.send(worker, chat_id, 'through the first', 'k1'), 'a send through the first');
		first.relay.isCut = true;
		first.relay.cut();
		scene.sandbox.control.incoming({ text: 'two', chat_id });
		const sending = scene.send(worker, chat_id, 'through the next', 'k2');
		await scene.result(sending, 'a send through the next owner');
		await scene.passes(after.isLive, 'the second to be live');
		await scene.passes(() => [...before.texts, ...after.texts].includes('two'), 'the message in between');
		scene.sandbox.control.incoming({ text: 'three', chat_id });
		await scene.passes(() => after.texts.includes('three'), 'the message afterwards');
		expect(scene.sent()).toEqual(['through the first', 'through the next']);
		expect([...before.texts, ...after.texts].sort()).toEqual(['one', 'three', 'two']);
		expect(before.texts).not.toContain('three');
		expect(await scene.owner(worker)).not.toBe('one-host/7/main-1');
		// The next owner found the first one's token in Redis, sealed.
		expect(scene.tokens()).toBe(1);
	});

	it('n8n rule 4: a session rests between two processes as long as its provider wants', async () => {
		const opened: number[] = [];
		const resting: typeof avitoDriver = {
			...avitoDriver,
			reopenAfterMs: 8_000,
			open: (...parts) => {
				opened.push(scene.clock.now());
				return avitoDriver.open(...parts);
			},
		};
		const settings = scene.redis.settings(scene.prefix);
		const [worker, main] = ['worker', 'main'].map((role) =>
			scene.processOf(role, settings, { drivers: [resting] }),
		);
		const call = { name: 'account.getSelf', input: {} };
		await scene.result(worker!.lease(scene.credential()).call(call), 'a call in the worker');
		const asked = scene.clock.now();
		const listening = scene.trigger(main!);
		await scene.passes(listening.isLive, 'the trigger to be live');
		expect(opened).toHaveLength(2);
		expect((opened[1] ?? 0) - asked).toBeGreaterThanOrEqual(8_000);
	});

	it('disconnect in a worker is the emergency stop of all, and connect there brings the trigger back', async () => {
		const main = scene.processOf('main');
		const listening = scene.trigger(main);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const lease = scene.processOf('worker').lease(scene.credential());
		await scene.result(lease.call({ name: 'account.disconnect', input: {} }), 'disconnect');
		const mine = main.lease(scene.credential()).call({ name: 'account.getSelf', input: {} });
		await expect(scene.result(mine, 'the refusal')).rejects.toMatchObject({ code: 'account_paused' });
		const quiet = scene.sandbox.control.requests({}).length;
		await scene.clock.advance(300_000);
		expect(scene.sandbox.control.requests({}).length).toBe(quiet);
		await scene.result(lease.call({ name: 'account.connect', input: {} }), 'connect');
		scene.sandbox.control.incoming({ text: 'while away' });
		await scene.passes(() => listening.texts.length > 0, 'the message');
		expect(listening.texts).toEqual(['while away']);
	});

	it('get many shows the accounts of all processes, each as its owner has it, and names who does not answer', async () => {
		const main = await scene.cuttable('main');
		const listening = scene.trigger(main.pool);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const worker = scene.processOf('worker');
		const [watched, lone] = [worker.lease(scene.credential()), worker.lease(scene.credential(1))];
		await scene.result(watched.call({ name: 'account.getSelf', input: {} }), 'a call through main');
		await scene.result(lone.call({ name: 'account.getSelf', input: {} }), 'a call in the worker');
		await scene.later(10_000);
		const getMany = () =>
			scene.result(watched.call({ name: 'account.getMany', input: {} }), 'the list of all accounts', 20);
		const { items } = await getMany();
		expect(items.map((item) => [item['owner'], item['state']]).sort()).toEqual([
			['one-host/7/main', 'live'],
			['one-host/7/worker', 'live'],
		]);
		const owned = items.find((item) => item['owner'] === 'one-host/7/main');
		expect(owned).toMatchObject({ subscribers: 1, in_flight: 0, queued: 0, reconnects: 0 });
		const held = owned?.['lease'] as { age_seconds: number; left_seconds: number };
		expect(held.age_seconds).toBeGreaterThanOrEqual(10);
		expect(held.left_seconds).toBeGreaterThan(5);
		main.relay.cut();
		main.relay.isCut = true;
		const { hints } = await getMany();
		expect(hints?.join()).toContain('one-host/7/main');
	});

	it('leaves nothing in Redis that is not explained, and no secret', async () => {
		const main = scene.processOf('main');
		const listening = scene.trigger(main);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'hello' });
		await scene.passes(() => listening.texts.length > 0, 'the message');
		const lease = scene.processOf('worker').lease(scene.credential());
		await scene.result(scene.send(lease, chat_id, 'reply', 'k1'), 'a send');
		const client = scene.redis.client();
		const found = await listKeys(client, scene.prefix);
		client.disconnect();
		const { client_secret } = scene.sandbox.accounts[0];
		const kinds = new Set(found.map(({ kind }) => kind));
		expect(['journal', 'consumer', 'lease', 'reader', 'intent'].filter((kind) => !kinds.has(kind))).toEqual(
			[],
		);
		expect(complaints(found, [client_secret, 'Bearer '])).toEqual([]);
	});
});
