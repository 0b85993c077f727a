import { describe, expect, it } from 'vitest';
import type { Lease } from '../../src/pool';
import { RedisScene } from './redis-scene';

const scene = RedisScene.prepare();

describe('a Redis that is away', () => {
	it('is shown by get status and get many, in the process that owns the session and in the others', async () => {
		const main = scene.processOf('main');
		const listening = scene.trigger(main);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const mine = main.lease(scene.credential());
		const worker = scene.processOf('worker').lease(scene.credential());
		await scene.result(worker.call({ name: 'account.getSelf', input: {} }), 'a call through main');
		await scene.redis.kill();
		await scene.later(1_000);
		const shown = async (lease: Lease, name: string) => {
			const { items, hints } = await scene.result(lease.call({ name, input: {} }), name);
			const { degraded } = items[0]?.['store'] as { degraded: string | null };
			return { degraded, hints: hints?.join() ?? '' };
		};
		for (const lease of [mine, worker]) {
			const one = await shown(lease, 'account.getStatus');
			expect(one.degraded).toContain('Redis does not answer');
			const all = await shown(lease, 'account.getMany');
			expect(all.degraded).toContain('Redis does not answer');
			expect(all.hints).toContain('the accounts of other processes are missing here');
		}
		await scene.redis.run();
		for (let text: string | null = 'not answer'; text?.includes('not answer') === true;)
			text = (await shown(mine, 'account.getStatus')).degraded;
		expect((await shown(mine, 'account.getMany')).hints).toBe('');
	});
});

describe('a Redis that comes back without its data, under two processes', () => {
	it('is shown by both, listening and sending go on by themselves, and nothing is handed on twice', async () => {
		const main = scene.processOf('main');
		const worker = scene.processOf('worker').lease(scene.credential());
		const listening = scene.trigger(main);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'one' });
		scene.sandbox.control.incoming({ text: 'two', chat_id });
		await scene.passes(() => listening.texts.length === 2, 'the messages before');
		await scene.result(scene.send(worker, chat_id, 'before', 'k1'), 'a send before');

		await scene.redis.kill();
		scene.sandbox.control.incoming({ text: 'while away', chat_id });
		await scene.later(5_000);
		await scene.redis.run();
		const mine = main.lease(scene.credential());
		for (const lease of [mine, worker]) {
			for (let text: unknown = ''; !String(text).includes('without its data');)
				text = (await scene.result(lease.status(), 'the status')).store['degraded'];
		}
		scene.sandbox.control.incoming({ text: 'right after', chat_id });
		await scene.later(60_000);

		scene.sandbox.control.incoming({ text: 'three', chat_id });
		await scene.passes(() => listening.texts.includes('three'), 'the message afterwards');
		await scene.result(scene.send(worker, chat_id, 'after', 'k2'), 'a send afterwards');
		expect(await scene.owner(worker)).toBe('one-host/7/main');
		await scene.later(60_000);
		// What the new life cannot know of may be missing, as the status says; nothing comes a second time.
		const uncertain = ['while away', 'right after'];
		expect(listening.texts.filter((text) => !uncertain.includes(text))).toEqual(['one', 'two', 'three']);
		expect(new Set(listening.texts).size).toBe(listening.texts.length);
		expect(scene.sent()).toEqual(['before', 'after']);
	});
});
