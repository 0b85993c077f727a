import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { complaints, listKeys } from '../../redis/support/key-table';
import { RedisServer } from '../../redis/support/redis-server';
import { startAvitoSandbox, type AvitoSandbox } from '../../sandbox/avito';
import { avitoCredential, avitoCredentialType } from '../avito/nodes';
import { Published } from '../avito/published';
import type { Scene } from '../avito/scene';
import { N8n, until, type N8nWorker } from '../harness';
import { showLogOnFailure } from '../harness/shared';

/** n8n as many run it: a main with the triggers, a worker with the executions, Redis between them. */
describe('Avito in n8n’s queue mode', () => {
	let redis: RedisServer | undefined;
	let n8n: N8n | undefined;
	let sandbox: AvitoSandbox | undefined;
	let scene: Scene;
	const workers: N8nWorker[] = [];

	showLogOnFailure(() => n8n);
	beforeAll(async () => {
		redis = await RedisServer.start();
		sandbox = await startAvitoSandbox();
		n8n = await N8n.start({
			packages: [inject('installedPackage')],
			environment: {
				EXECUTIONS_MODE: 'queue',
				QUEUE_BULL_REDIS_HOST: '127.0.0.1',
				QUEUE_BULL_REDIS_PORT: String(redis.port),
				N8N_ENCRYPTION_KEY: 'one-key-for-main-and-worker',
			},
		});
		workers.push(await n8n.startWorker());
		const data = { ...avitoCredential(sandbox), requestsPerMinute: 10_000 };
		const credential = await n8n.api.createCredential('Avito', avitoCredentialType, data);
		scene = { n8n, sandbox, credential };
	});
	afterEach(({ task }) => {
		if (task.result?.state === 'fail')
			console.error(`the worker wrote:\n${workers.at(-1)?.log.slice(-6_000)}`);
	});
	afterAll(async () => {
		await Promise.all(workers.map((worker) => worker.end()));
		await n8n?.dispose();
		await sandbox?.close();
		await redis?.stop();
	});

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
		expect(workers[0]?.log).toContain(`execution ${String(workflow.executions[0]?.id)}`);
		expect(tokens()).toBe(1);
		await workflow.remove();
	});

	it('a worker that is lost takes nothing with it: the next one answers, nobody is answered twice', async () => {
		const workflow = await Published.answering(scene, 'Answer again', '=Ответ: {{ $json.text }}');
		await workers.pop()?.end('SIGKILL');
		const { chat_id } = scene.sandbox.control.incoming({ text: 'один' });
		workers.push(await scene.n8n.startWorker());
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
		const client = redis!.client();
		const found = await listKeys(client, 'bull:messenger-accounts');
		client.disconnect();
		expect(found.length).toBeGreaterThan(5);
		expect(complaints(found, [scene.sandbox.accounts[0].client_secret])).toEqual([]);
	});
});
