import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { RedisServer } from '../../redis/support/redis-server';
import { createDatabase } from '../../support/postgres';
import { freePort, N8n, postgresEnvironment, type N8nSideProcess } from '../harness';
import { showLogOnFailure } from '../harness/shared';

export interface QueueOptions {
	readonly workers: number;
	/** A process of its own takes the webhooks, and main takes none. @default false */
	readonly webhooks?: boolean;
	readonly environment?: Record<string, string>;
}

/**
 * n8n as many run it: a main with the triggers, workers with the executions, perhaps a process for the webhooks;
 * between them Redis, and a database of their own in PostgreSQL.
 */
export interface Queue {
	readonly redis: RedisServer;
	readonly n8n: N8n;
	readonly workers: N8nSideProcess[];
	readonly webhooks: N8nSideProcess | undefined;
	/** where calls of webhooks arrive */
	readonly webhookPort: number;
	startWorker(): Promise<void>;
	/** One more main as on another host: same database, Redis and key, a folder of its own. Without a licence it leads too. */
	startSecondMain(): Promise<N8n>;
}

/** Shared by the tests of a file; ended after them, whatever happens. */
export function queueScene(options: QueueOptions): () => Queue {
	let redis: RedisServer | undefined;
	let n8n: N8n | undefined;
	let webhooks: N8nSideProcess | undefined;
	let webhookPort = 0;
	let shared: Record<string, string> = {};
	const workers: N8nSideProcess[] = [];
	const furtherMains: N8n[] = [];
	const packages = [inject('installedPackage')];

	showLogOnFailure(() => n8n);
	beforeAll(async () => {
		const postgres = inject('postgres');
		if (postgres === null) throw new Error('PostgreSQL is not installed: run "npm test", which installs it');
		const database = `n8n-${randomUUID()}`;
		await createDatabase(postgres, database);
		redis = await RedisServer.start();
		const port = await freePort();
		webhookPort = options.webhooks === true ? await freePort() : port;
		shared = {
			...postgresEnvironment(postgres, database),
			EXECUTIONS_MODE: 'queue',
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: String(redis.port),
			N8N_ENCRYPTION_KEY: 'one-key-for-main-and-worker',
			WEBHOOK_URL: `http://127.0.0.1:${webhookPort}/`,
			N8N_DISABLE_PRODUCTION_MAIN_PROCESS: String(options.webhooks === true),
			...options.environment,
		};
		n8n = await N8n.start({ packages, port, environment: shared });
		if (options.webhooks === true) webhooks = await n8n.startWebhookProcess(webhookPort);
		for (let n = 0; n < options.workers; n += 1) workers.push(await n8n.startWorker());
	});
	afterEach(({ task }) => {
		if (task.result?.state !== 'fail') return;
		for (const worker of workers) console.error(`a worker wrote:\n${worker.log.slice(-6_000)}`);
		if (webhooks !== undefined) console.error(`the webhook process wrote:\n${webhooks.log.slice(-6_000)}`);
		for (const main of furtherMains) console.error(`another main wrote:\n${main.log.slice(-6_000)}`);
	});
	afterAll(async () => {
		await Promise.all([...workers, ...(webhooks === undefined ? [] : [webhooks])].map((side) => side.end()));
		await Promise.all(furtherMains.map((main) => main.dispose()));
		await n8n?.dispose();
		await redis?.stop();
	});
	return () => {
		if (redis === undefined || n8n === undefined) throw new Error('the scene is set before the tests');
		const parts = { redis, n8n, workers, webhooks, webhookPort };
		return {
			...parts,
			startWorker: async () => void workers.push(await parts.n8n.startWorker()),
			startSecondMain: async () => {
				// Only then does it tell which triggers it has started.
				const main = await N8n.start({ packages, environment: { ...shared, N8N_LOG_LEVEL: 'debug' } });
				furtherMains.push(main);
				return main;
			},
		};
	};
}
