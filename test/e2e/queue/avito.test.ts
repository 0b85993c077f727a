import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints, listKeys } from '../../redis/support/key-table';
import { startAvitoSandbox, type AvitoSandbox } from '../../sandbox/avito';
import { avito, avitoCredential, avitoCredentialType, avitoTrigger, chat } from '../avito/nodes';
import { Published } from '../avito/published';
import type { Scene } from '../avito/scene';
import { until, type N8nSideProcess } from '../harness';
import { logsInAtTheWebhookProcess } from './login-page';
import { queueScene } from './scene';

describe('Avito in n8n’s queue mode', () => {
	// n8n knows after its lock's time that a worker is gone: a minute by default, and half a minute more between two looks.
	const environment = {
		QUEUE_WORKER_LOCK_DURATION: '15000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
		QUEUE_WORKER_STALLED_INTERVAL: '5000',
	};
	const queue = queueScene({ workers: 2, webhooks: true, environment });
	let sandbox: AvitoSandbox | undefined;
	let scene: Scene;

	beforeAll(async () => {
		const { n8n } = queue();
		sandbox = await startAvitoSandbox();
		const data = { ...avitoCredential(sandbox), requestsPerMinute: 10_000 };
		const credential = await n8n.api.createCredential('Avito', avitoCredentialType, data);
		scene = { n8n, sandbox, credential };
	});
	afterAll(() => sandbox?.close());

	const answersTo = (chat_id: string) => scene.sandbox.control.outbox({ chat_id }).map(({ text }) => text);
	const tokens = () =>
		scene.sandbox.control.requests({}).filter(({ path }) => path.startsWith('/token')).length;

	// The chat with Avito itself is a list of its own, which may still be asked for when the first one is there.
	const comparisons = () =>
		scene.sandbox.control
			.requests({ operation_id: 'getChatsV2' })
			.filter(({ query }) => query['chat_types'] !== 'a2u').length;
	const inWorkers = (execution: string | undefined): boolean =>
		queue().workers.some(({ log }) => log.includes(`execution ${String(execution)}`));

	it('a message reaches the webhook process and main, a worker answers through main: once, with one token', async () => {
		const workflow = await Published.answering(scene, 'Answer', '=Вы написали: {{ $json.text }}');
		const before = comparisons();
		const { chat_id } = scene.sandbox.control.incoming({ text: 'Ещё актуально?' });
		await until(() => answersTo(chat_id).length > 0, { what: 'the answer' });
		await workflow.finishes(1);
		expect(workflow.executions[0]?.status).toBe('success');
		expect(answersTo(chat_id)).toEqual(['Вы написали: Ещё актуально?']);
		await until(() => inWorkers(workflow.executions[0]?.id), {
			what: 'the execution in the log of a worker',
		});
		const called = scene.sandbox.control.deliveries({}).map(({ url }) => new URL(url).port);
		expect(new Set(called)).toEqual(new Set([String(queue().webhookPort)]));
		// Not found by the comparison of every five minutes: the webhook's process handed it to main.
		expect(comparisons()).toBe(before);
		expect(tokens()).toBe(1);
		await workflow.remove();
	});

	it('a worker asks, main hears the answer and wakes the execution, which the trigger does not see', async () => {
		const { sandbox, n8n } = scene;
		const workflow = await Published.of(scene, 'Ask', [
			avitoTrigger('Avito Trigger', scene.credential),
			avito('Ask', scene.credential, ['message', 'sendAndWait'], {
				chatId: chat('={{ $json.external_chat_id }}'),
				message: 'Отправить скидку?',
			}),
			avito('Thank', scene.credential, ['message', 'send'], {
				chatId: chat('={{ $json.data.message.external_chat_id }}'),
				text: '=Ответ: {{ $json.data.approved }}',
			}),
		]);
		const { chat_id } = sandbox.control.incoming({ text: 'Добрый день' });
		await until(() => answersTo(chat_id).length === 1, { what: 'the question' });
		const waits = async () =>
			(await n8n.api.execution(String(workflow.executions[0]?.id))).status === 'waiting';
		await until(waits, { what: 'the execution to wait' });
		sandbox.control.incoming({ chat_id, text: 'Да!' });
		await until(() => answersTo(chat_id).length === 2, { what: 'the thanks' });
		await workflow.finishes(1);
		expect(answersTo(chat_id)).toEqual(['Отправить скидку?\n\n1 – Approve\n2 – Decline', 'Ответ: true']);
		expect(workflow.texts).toEqual(['Добрый день']);
		expect(tokens()).toBe(1);
		await workflow.remove();
	});

	logsInAtTheWebhookProcess(queue);

	it('a worker that is lost takes nothing with it: the next one answers, nobody is answered twice', async () => {
		const workflow = await Published.answering(scene, 'Answer again', '=Ответ: {{ $json.text }}');
		await queue().workers.pop()?.end('SIGKILL');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'один' });
		await queue().startWorker();
		scene.sandbox.control.incoming({ text: 'два', chat_id });
		await workflow.finishes(2);
		expect([...answersTo(chat_id)].sort()).toEqual(['Ответ: два', 'Ответ: один']);
		expect(tokens()).toBe(1);
		await workflow.remove();
	});

	it('a worker is lost while it answers: acknowledged when it finishes, the message runs again, its answer is there once', async () => {
		const { sandbox } = scene;
		const acknowledged = { options: { acknowledge: 'finished' } };
		const workflow = await Published.of(scene, 'Answer in any case', [
			avitoTrigger('Avito Trigger', scene.credential, acknowledged),
			avito('Answer', scene.credential, ['message', 'send'], {
				chatId: chat('={{ $json.external_chat_id }}'),
				text: '=Попытка {{ $json.meta.attempt }}',
				options: { deduplicationKey: '={{ $json.event_id }}' },
			}),
		]);
		const answering = () => sandbox.control.requests({ operation_id: 'postSendMessage' }).length;
		const before = answering();
		sandbox.control.mode({ mode: 'slow', delay_ms: 3_000, scope: 'postSendMessage', count: 1 });
		const { chat_id } = sandbox.control.incoming({ text: 'Есть кто?' });
		await until(() => answering() > before, { what: 'the answer to begin' });
		await Promise.all(
			queue()
				.workers.splice(0)
				.map((worker) => worker.end('SIGKILL')),
		);
		await queue().startWorker();
		await queue().startWorker();
		await workflow.succeeds(1, 120_000);
		const [interrupted, again] = workflow.executions;
		expect([interrupted?.status, again?.status]).toEqual(['error', 'success']);
		expect(again?.startItems[0]?.json['meta']).toMatchObject({ attempt: 2 });
		expect(answersTo(chat_id)).toEqual(['Попытка 1']);
		expect(tokens()).toBe(1);
		await workflow.remove();
	});

	it('workers are scaled down and started again while they call: every message is answered once', async () => {
		const workflow = await Published.answering(scene, 'Answer slowly', '=Ответ: {{ $json.text }}');
		const { sandbox } = scene;
		const { workers } = queue();
		const texts = Array.from({ length: 8 }, (_, n) => `слово ${n}`);
		sandbox.control.mode({ mode: 'slow', delay_ms: 3_000, scope: 'postSendMessage', count: 8 });
		const earlier = new Map(workers.map((worker) => [worker, worker.log.length]));
		const isBusy = (worker: N8nSideProcess): boolean =>
			worker.log.slice(earlier.get(worker)).includes('Worker started execution');
		const chats = texts.slice(0, 4).map((text) => sandbox.control.incoming({ text }).chat_id);
		const leaving = await until(() => workers.find(isBusy), { what: 'a worker to begin an answer' });
		workers.splice(workers.indexOf(leaving), 1);
		let gone = false;
		const left = leaving.end('SIGTERM').finally(() => {
			gone = true;
		});
		// A job that n8n's queue hands over in the very moment a worker stops taking any is n8n's to lose.
		const leaves = () => gone || leaving.log.includes('active executions to finish');
		await until(leaves, { what: 'the worker to take no more jobs' });
		chats.push(...texts.slice(4).map((text) => sandbox.control.incoming({ text }).chat_id));
		await queue().startWorker();
		expect(await left).toMatchObject({ code: 0 });
		await workflow.succeeds(8, 90_000);
		const failed = workflow.executions.filter(({ status }) => status !== 'success');
		if (failed.length > 0) console.warn('n8n failed while a worker left:', JSON.stringify(failed));
		expect(chats.map(answersTo)).toEqual(texts.map((text) => [`Ответ: ${text}`]));
		expect(tokens()).toBe(1);
		await workflow.remove();
	});

	it('main comes back from a crash and takes its account again, with what arrived meanwhile', async () => {
		const workflow = await Published.answering(scene, 'After a crash', '=Снова: {{ $json.text }}');
		await scene.n8n.kill();
		const { chat_id } = scene.sandbox.control.incoming({ text: 'пока не было' });
		await scene.n8n.start();
		await until(() => answersTo(chat_id).length > 0, { what: 'the answer', timeoutMs: 90_000 });
		await workflow.finishes(1);
		expect(answersTo(chat_id)).toEqual(['Снова: пока не было']);
		await workflow.remove();
	});

	it('leaves nothing in Redis that is not explained, and no secret', async () => {
		const client = queue().redis.client();
		const found = await listKeys(client, 'bull:messenger-accounts');
		client.disconnect();
		expect(found.length).toBeGreaterThan(5);
		expect(complaints(found, [scene.sandbox.accounts[0].client_secret])).toEqual([]);
	});
});
