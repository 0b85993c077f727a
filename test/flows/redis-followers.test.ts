import { describe, expect, it } from 'vitest';
import type { ChannelEvent } from '../../src/contract';
import { eventFilterSchema } from '../../src/contract/schemas';
import type { Pool } from '../../src/pool';
import { RedisScene } from './redis-scene';

const scene = RedisScene.prepare();

const numbers = (count: number) => Array.from({ length: count }, (_, n) => `m${n + 1}`);

function listen(pool: Pool) {
	const events: ChannelEvent[] = [];
	const subscription = pool.listen({
		credential: scene.credential(),
		// Wants what no trigger wants: the journal keeps only its id.
		filter: eventFilterSchema.parse({ textContains: 'only for the listener' }),
		useLatest: false,
		deliver: (event) => events.push(event),
		failed: () => undefined,
	});
	let live = false;
	void subscription.live.then(() => (live = true));
	return { subscription, events, isLive: () => live };
}

describe('a process that does not read the account itself', () => {
	it('serves its own triggers from the one journal: each gets every message once, over one connection', async () => {
		const [first, second] = [scene.processOf('main-1'), scene.processOf('main-2')];
		const here = scene.trigger(first, {}, 'here');
		await scene.passes(here.isLive, 'the first to be live');
		const there = scene.trigger(second, {}, 'there');
		await scene.passes(there.isLive, 'the second to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'm1' });
		for (const text of numbers(20).slice(1)) scene.sandbox.control.incoming({ text, chat_id });
		await scene.passes(() => here.texts.length + there.texts.length >= 40, 'all messages in both');
		expect([here.texts, there.texts]).toEqual([numbers(20), numbers(20)]);
		await scene.later(30_000);
		expect(there.problems).toEqual([]);
		expect([here.texts.length, there.texts.length, scene.tokens()]).toEqual([20, 20, 1]);
		expect(await scene.owner(second.lease(scene.credential()))).toBe('one-host/7/main-1');
	});

	it('takes over when the reader is gone, with what came in between, and serves on', async () => {
		const first = await scene.cuttable('main-1');
		const here = scene.trigger(first.pool, {}, 'here');
		await scene.passes(here.isLive, 'the first to be live');
		const second = scene.processOf('main-2');
		const there = scene.trigger(second, {}, 'there');
		await scene.passes(there.isLive, 'the second to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'm1' });
		await scene.passes(() => there.texts.length === 1, 'the first message');
		first.relay.isCut = true;
		first.relay.cut();
		for (const text of ['m2', 'm3']) scene.sandbox.control.incoming({ text, chat_id });
		await scene.passes(() => there.texts.length === 3, 'the messages in between');
		scene.sandbox.control.incoming({ text: 'm4', chat_id });
		await scene.passes(() => there.texts.length === 4, 'the message afterwards');
		expect(there.texts).toEqual(numbers(4));
		expect(await scene.owner(second.lease(scene.credential()))).toBe('one-host/7/main-2');
	});

	it('leaves a position to the process that has it: one node published twice hands every message on once', async () => {
		const first = await scene.cuttable('main-1');
		const second = scene.processOf('main-2');
		const [a, b] = [scene.trigger(first.pool), scene.trigger(second)];
		await scene.passes(() => a.isLive() || b.isLive(), 'one to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'm1' });
		for (const text of numbers(10).slice(1)) scene.sandbox.control.incoming({ text, chat_id });
		await scene.passes(() => a.texts.length + b.texts.length >= 10, 'the messages');
		await scene.later(20_000);
		expect([...a.texts, ...b.texts]).toEqual(numbers(10));
		first.relay.isCut = true;
		first.relay.cut();
		await scene.later(40_000);
		scene.sandbox.control.incoming({ text: 'm11', chat_id });
		await scene.passes(() => b.texts.includes('m11'), 'the message afterwards');
		expect([...a.texts, ...b.texts].filter((text) => text === 'm11')).toHaveLength(1);
	});

	it('hears a test event in a worker while main keeps its account and its trigger', async () => {
		const [main, worker] = [scene.processOf('main'), scene.processOf('worker')];
		const filter = eventFilterSchema.parse({ textContains: 'only for the trigger' });
		const trigger = scene.trigger(main, { filter });
		await scene.passes(trigger.isLive, 'the trigger to be live');
		const listening = listen(worker);
		await scene.passes(listening.isLive, 'the listener to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'only for the trigger' });
		scene.sandbox.control.incoming({ text: 'only for the listener', chat_id });
		await scene.passes(() => listening.events.length > 0, 'the test event');
		await scene.passes(() => trigger.texts.length > 0, 'the trigger’s own');
		expect(listening.events.map(({ text }) => text)).toEqual(['only for the listener']);
		expect(trigger.texts).toEqual(['only for the trigger']);
		listening.subscription.end();
		expect(await scene.owner(worker.lease(scene.credential()))).toBe('one-host/7/main');
		expect(scene.tokens()).toBe(1);
	});

	it('gives a session it only listens with to a trigger that comes later', async () => {
		const worker = scene.processOf('worker');
		const listening = listen(worker);
		await scene.passes(listening.isLive, 'the listener to be live');
		const trigger = scene.trigger(scene.processOf('main'));
		await scene.passes(trigger.isLive, 'the trigger to be live');
		expect(await scene.owner(worker.lease(scene.credential()))).toBe('one-host/7/main');
		await scene.later(10_000);
		scene.sandbox.control.incoming({ text: 'only for the listener' });
		await scene.passes(() => listening.events.length > 0, 'the test event');
		await scene.passes(() => trigger.texts.length > 0, 'the trigger’s own');
	});
});
