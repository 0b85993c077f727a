import { describe, expect, it } from 'vitest';
import type { ChannelEvent, WaitRecord } from '../../src/contract';
import type { Pool } from '../../src/pool';
import { RedisScene } from './redis-scene';

const scene = RedisScene.prepare();

/** The pool's waiting executions are resumed in this process. */
function answersOf(pool: Pool) {
	const answers: { wait: WaitRecord; event: ChannelEvent }[] = [];
	pool.onWaitMatched((wait, event) => {
		answers.push({ wait, event });
		return Promise.resolve('resumed');
	});
	return answers;
}

/** *Send and wait*, as an execution in this process does it. */
async function ask(pool: Pool, chatId: string, id = 'w1'): Promise<void> {
	const credential = scene.credential();
	const wait = { id, chatId, messageId: null, responders: [], resume: { id } };
	const expiresAt = scene.clock.now() + 86_400_000;
	await scene.result(pool.addWait({ credential, wait: { ...wait, expiresAt } }), 'the wait');
	const lease = pool.lease(credential);
	const question = await scene.result(scene.send(lease, chatId, `question ${id}`, id), 'the question');
	await scene.result(pool.setWaitMessage(id, question.items[0]?.['message_id'] as string), 'its id');
	await lease.close();
}

describe('a question asked in a process that does not have the account', () => {
	it('is watched by the trigger’s process, which resumes the execution; the trigger does not see the answer', async () => {
		const [main, worker] = [scene.processOf('main'), scene.processOf('worker')];
		const [here, there] = [answersOf(main), answersOf(worker)];
		const listening = scene.trigger(main);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'hello' });
		await scene.passes(() => listening.texts.length > 0, 'the message');
		await ask(worker, chat_id);
		scene.sandbox.control.incoming({ chat_id, text: 'yes' });
		await scene.passes(() => here.length > 0, 'the answer');
		const [question] = scene.sandbox.control.outbox({ chat_id });
		expect(here[0]).toMatchObject({
			wait: { id: 'w1', messageId: question?.message_id, resume: { id: 'w1' } },
			event: { text: 'yes' },
		});
		scene.sandbox.control.incoming({ chat_id, text: 'thanks' });
		await scene.passes(() => listening.texts.includes('thanks'), 'the next message');
		expect(listening.texts).toEqual(['hello', 'thanks']);
		expect([here.length, there.length, scene.tokens()]).toEqual([1, 0, 1]);
	});

	it('survives the death of the process that watches it', async () => {
		const first = await scene.cuttable('main-1');
		answersOf(first.pool);
		const listening = scene.trigger(first.pool);
		await scene.passes(listening.isLive, 'the trigger to be live');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'hello' });
		await scene.passes(() => listening.texts.length > 0, 'the message');
		await ask(scene.processOf('worker'), chat_id);
		first.relay.isCut = true;
		first.relay.cut();
		scene.sandbox.control.incoming({ chat_id, text: 'yes' });
		const second = scene.processOf('main-2');
		const answers = answersOf(second);
		scene.trigger(second);
		await scene.passes(() => answers.length > 0, 'the answer');
		expect(answers[0]).toMatchObject({ wait: { id: 'w1' }, event: { text: 'yes' } });
	});

	it('keeps the account open where it is, without any trigger, and is resumed where n8n serves webhooks', async () => {
		const main = scene.processOf('main');
		const resumed = answersOf(main);
		// Opens the way to this process without opening an account.
		await scene.result(main.lease(scene.credential(1)).call({ name: 'account.getMany', input: {} }), 'main');
		const quick = { lingerMs: 20_000 };
		const settings = scene.redis.settings(scene.prefix);
		const owner = scene.processOf('worker', settings, quick);
		const asker = scene.processOf('worker/2', settings, quick);
		const [inOwner, inAsker] = [answersOf(owner), answersOf(asker)];
		const { chat_id } = scene.sandbox.control.incoming({ text: 'hello' });
		const lease = owner.lease(scene.credential());
		await scene.result(scene.send(lease, chat_id, 'first', 'k1'), 'a send');
		await lease.close();
		await ask(asker, chat_id);
		// Longer than an unused account lingers.
		await scene.later(60_000);
		scene.sandbox.control.incoming({ chat_id, text: 'yes' });
		await scene.passes(() => resumed.length > 0, 'the answer');
		expect(resumed[0]).toMatchObject({ wait: { id: 'w1' }, event: { text: 'yes' } });
		expect([inOwner.length, inAsker.length, scene.tokens()]).toEqual([0, 0, 1]);
		// Nobody needs it any more.
		await scene.later(60_000);
		const status = await scene.result(owner.statuses(), 'the status');
		expect(status.map(({ state }) => state)).toEqual(['idle']);
	});
});
