import { describe, expect, it } from 'vitest';
import { RedisScene } from './redis-scene';

const scene = RedisScene.prepare();

/** As a Redis does that must make room (`maxmemory-policy allkeys-lru`), or a cluster that has lost one of its servers. */
async function throwAway(kind: string): Promise<number> {
	const admin = scene.redis.client();
	const keys = await admin.keys(`${scene.prefix}:v1:${kind}:*`);
	const gone = await admin.del(...keys);
	admin.disconnect();
	return gone;
}

describe('a Redis that throws away what it knows', () => {
	it.each([
		['of an account', 'account'],
		['of a trigger', 'consumer'],
		['of a send', 'intent'],
	])('%s: each message once, in order, no send repeated', async (_, kind) => {
		const main = scene.guarded('main', scene.folder());
		const under = Promise.withResolvers<void>();
		let isHolding = false;
		const trigger = scene.trigger(main, {}, 'n', () => (isHolding ? under.promise : Promise.resolve()));
		await scene.passes(trigger.isLive, 'the trigger to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'a1' });
		await scene.passes(() => trigger.texts.length === 1, 'the first message');
		const here = main.lease(scene.credential());
		const sent = await scene.result(scene.send(here, chat_id, 'once', 'k1'), 'a send');
		isHolding = true;
		for (const text of ['a2', 'a3']) scene.sandbox.control.incoming({ text, chat_id });
		await scene.passes(() => trigger.texts.length === 2, 'what is under way');

		expect(await throwAway(kind)).toBe(1);
		for (const text of ['a4', 'a5']) scene.sandbox.control.incoming({ text, chat_id });
		await scene.later(6_000);
		isHolding = false;
		under.resolve();
		await scene.passes(() => trigger.texts.length >= 5, 'everything');
		const again = await scene.result(scene.send(here, chat_id, 'once', 'k1'), 'the same send again');
		await scene.later(20_000);
		expect(trigger.texts).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
		expect(scene.sent()).toEqual(['once']);
		expect(again.items[0]?.['message_id']).toBe(sent.items[0]?.['message_id']);
	});
});
