import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints, listKeys } from '../../redis/support/key-table';
import { startAvitoSandbox, type AvitoSandbox } from '../../sandbox/avito';
import { avito, avitoCredential, avitoCredentialType, avitoTrigger, chat } from '../avito/nodes';
import { Published } from '../avito/published';
import type { Scene } from '../avito/scene';
import { until } from '../harness';
import { queueScene } from './scene';

describe('Avito in n8n’s queue mode', () => {
	const queue = queueScene(1);
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

	it('a message reaches main, the answer is sent by the worker through it: once, with one token', async () => {
		const workflow = await Published.answering(scene, 'Answer', '=Вы написали: {{ $json.text }}');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'Ещё актуально?' });
		await until(() => answersTo(chat_id).length > 0, { what: 'the answer' });
		await workflow.finishes(1);
		expect(workflow.executions[0]?.status).toBe('success');
		expect(answersTo(chat_id)).toEqual(['Вы написали: Ещё актуально?']);
		expect(queue().workers[0]?.log).toContain(`execution ${String(workflow.executions[0]?.id)}`);
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
