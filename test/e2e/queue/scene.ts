import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { RedisServer } from '../../redis/support/redis-server';
import { N8n, type N8nWorker } from '../harness';
import { showLogOnFailure } from '../harness/shared';

/** n8n as many run it: a main with the triggers, workers with the executions, Redis between them. */
export interface Queue {
	readonly redis: RedisServer;
	readonly n8n: N8n;
	readonly workers: N8nWorker[];
	startWorker(): Promise<void>;
}

/** Shared by the tests of a file; ended after them, whatever happens. */
export function queueScene(workers: number, environment: Record<string, string> = {}): () => Queue {
	let redis: RedisServer | undefined;
	let n8n: N8n | undefined;
	const running: N8nWorker[] = [];

	showLogOnFailure(() => n8n);
	beforeAll(async () => {
		redis = await RedisServer.start();
		n8n = await N8n.start({
			packages: [inject('installedPackage')],
			environment: {
				EXECUTIONS_MODE: 'queue',
				QUEUE_BULL_REDIS_HOST: '127.0.0.1',
				QUEUE_BULL_REDIS_PORT: String(redis.port),
				N8N_ENCRYPTION_KEY: 'one-key-for-main-and-worker',
				...environment,
			},
		});
		for (let n = 0; n < workers; n += 1) running.push(await n8n.startWorker());
	});
	afterEach(({ task }) => {
		if (task.result?.state !== 'fail') return;
		for (const worker of running) console.error(`a worker wrote:\n${worker.log.slice(-6_000)}`);
	});
	afterAll(async () => {
		await Promise.all(running.map((worker) => worker.end()));
		await n8n?.dispose();
		await redis?.stop();
	});
	return () => {
		if (redis === undefined || n8n === undefined) throw new Error('the scene is set before the tests');
		const parts = { redis, n8n, workers: running };
		return { ...parts, startWorker: async () => void running.push(await parts.n8n.startWorker()) };
	};
}
