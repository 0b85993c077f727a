import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Lease, Pool } from '../../src/pool';
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

/** Executions that stay under way until they are released. */
function executions() {
	const released = Promise.withResolvers<void>();
	let isHolding = false;
	return {
		hold: () => {
			isHolding = true;
		},
		release: () => {
			isHolding = false;
			released.resolve();
		},
		settle: () => (isHolding ? released.promise : Promise.resolve()),
	};
}

function answersOf(pool: Pool) {
	const answers: string[] = [];
	pool.onWaitMatched((wait, event) => {
		answers.push(`${wait.id}: ${event.text}`);
		return Promise.resolve('resumed');
	});
	return answers;
}

async function ask(pool: Pool, chatId: string): Promise<void> {
	const credential = scene.credential();
	const wait = { id: 'w1', chatId, messageId: null, responders: [], resume: { id: 'w1' } };
	const expiresAt = scene.clock.now() + 86_400_000;
	await scene.result(pool.addWait({ credential, wait: { ...wait, expiresAt } }), 'the question');
}

async function empty(): Promise<void> {
	const admin = scene.redis.client();
	await admin.flushall();
	admin.disconnect();
}

async function restart(): Promise<void> {
	await scene.redis.kill();
	await scene.later(3_000);
	await scene.redis.run();
}

describe('a Redis that comes back without its data, and a second copy of it', () => {
	it.each([
		['is emptied under open connections', empty],
		['restarts without a disk', restart],
	])(
		'when it %s, each message starts one execution in its order, no send is repeated, a question is answered',
		async (_, lose) => {
			const [main, worker] = [scene.guarded('main', scene.folder()), scene.guarded('worker')];
			const answers = answersOf(main);
			const under = executions();
			const first = scene.trigger(main, {}, 'first', under.settle);
			const second = scene.trigger(main, {}, 'second');
			await scene.passes(() => first.isLive() && second.isLive(), 'the triggers to be live');
			const { chat_id } = scene.sandbox.control.incoming({ text: 'a1' });
			const other = scene.sandbox.control.incoming({ text: 'b1' }).chat_id;
			const asked = scene.sandbox.control.incoming({ text: 'c1' }).chat_id;
			await scene.passes(() => first.texts.length === 3 && second.texts.length === 3, 'the first messages');
			const there = worker.lease(scene.credential());
			const sent = await scene.result(scene.send(there, chat_id, 'once', 'k1'), 'a send');
			await ask(worker, asked);
			under.hold();
			for (const text of ['a2', 'a3', 'a4']) scene.sandbox.control.incoming({ text, chat_id });
			scene.sandbox.control.incoming({ text: 'b2', chat_id: other });
			await scene.passes(() => second.texts.length === 7 && first.texts.length === 5, 'what is under way');
			// a2 and b2 are being executed, a3 and a4 wait behind a2.
			await lose();
			for (const text of ['a5', 'a6']) scene.sandbox.control.incoming({ text, chat_id });
			await scene.later(1_000);
			under.release();
			scene.sandbox.control.incoming({ text: 'b3', chat_id: other });
			await scene.passes(() => first.texts.length >= 10 && second.texts.length >= 10, 'everything');
			scene.sandbox.control.incoming({ text: 'yes', chat_id: asked });
			await scene.passes(() => answers.length > 0, 'the answer');
			scene.sandbox.control.incoming({ text: 'a7', chat_id });
			await scene.passes(() => first.texts.includes('a7') && second.texts.includes('a7'), 'the next message');
			const again = await scene.result(scene.send(there, chat_id, 'once', 'k1'), 'the same send again');
			await scene.later(60_000);
			for (const { texts } of [first, second]) {
				const of = (chat: string) => texts.filter((text) => text.startsWith(chat));
				expect(of('a')).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7']);
				expect(of('b')).toEqual(['b1', 'b2', 'b3']);
				expect(texts).toHaveLength(11);
			}
			expect(answers).toEqual(['w1: yes']);
			expect(scene.sent()).toEqual(['once']);
			expect(again.items[0]?.['message_id']).toBe(sent.items[0]?.['message_id']);
			const { degraded } = (await scene.result(main.lease(scene.credential()).status(), 'the status')).store;
			expect(degraded).toContain('were put back from a copy');
		},
	);

	it('and main starts anew with it, goes on where both were', async () => {
		const dir = scene.folder();
		const { pool, relay } = await scene.cuttable('main', {}, dir);
		const under = executions();
		const before = scene.trigger(pool, { acknowledge: 'succeeded' }, 'n', under.settle);
		await scene.passes(before.isLive, 'the trigger to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'a1' });
		await scene.passes(() => before.texts.length === 1, 'the first message');
		const sent = scene.send(pool.lease(scene.credential()), chat_id, 'once', 'k1');
		await scene.result(sent, 'a send');
		const asked = scene.sandbox.control.incoming({ text: 'b1' }).chat_id;
		await scene.passes(() => before.texts.length === 2, 'the chat of the question');
		await ask(pool, asked);
		under.hold();
		for (const text of ['a2', 'a3']) scene.sandbox.control.incoming({ text, chat_id });
		await scene.passes(() => before.texts.includes('a2'), 'what is under way');
		relay.isCut = true;
		relay.cut();
		await scene.redis.kill();
		scene.sandbox.control.incoming({ text: 'a4', chat_id });
		// Longer than the process that died could have gone on.
		await scene.later(20_000);
		await scene.redis.run();
		const main = scene.guarded('main', dir);
		const answers = answersOf(main);
		const after = scene.trigger(main, { acknowledge: 'succeeded' });
		await scene.passes(() => after.texts.length >= 3, 'what was not finished');
		await scene.result(scene.send(main.lease(scene.credential()), chat_id, 'once', 'k1'), 'the send again');
		await scene.later(60_000);
		// a2 was under way when its process died: it runs again, knowingly.
		expect(after.events.map(({ text, meta }) => `${text} ${meta.attempt}`)).toEqual(['a2 2', 'a3 1', 'a4 1']);
		expect(scene.sent()).toEqual(['once']);
		scene.sandbox.control.incoming({ text: 'yes', chat_id: asked });
		await scene.passes(() => answers.length > 0, 'the answer');
		expect(answers).toEqual(['w1: yes']);
	});

	it('and the session is in a worker without any trigger, a send is known again, once and for all', async () => {
		const dir = scene.folder();
		const worker = scene.guarded('worker', dir).lease(scene.credential());
		const { chat_id } = scene.sandbox.control.incoming({ text: 'a1' });
		const sent = await scene.result(scene.send(worker, chat_id, 'once', 'k1'), 'a send');
		await restart();
		await scene.later(40_000);
		const again = await scene.result(scene.send(worker, chat_id, 'once', 'k1'), 'the same send again');
		expect(again.items[0]?.['message_id']).toBe(sent.items[0]?.['message_id']);
		expect(scene.sent()).toEqual(['once']);
		// In memory: the file is of those who read or listen.
		expect(readdirSync(dir)).toEqual([]);
	});
});
