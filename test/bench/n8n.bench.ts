/**
 * What a trigger costs inside a real n8n, beside n8n's own Webhook node in the same process: how long after a webhook
 * arrives its execution has started, and how many executions a second come out with different windows and with batches.
 */
import { performance } from 'node:perf_hooks';
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { startAvitoSandbox, type AvitoSandbox, type SandboxAccount } from '../sandbox/avito';
import { ensureBuild, ensureN8nHost } from '../setup/index.mjs';
import { avitoCredential, avitoCredentialType } from '../e2e/avito/nodes';
import { Published } from '../e2e/avito/published';
import { N8n, node, packAndInstall, until, workflow } from '../e2e/harness';
import { median } from './report';

const HOOKS = 60;
const EVENTS = 300;

export interface N8nBenchResult {
	/** median ms from the webhook's request to `startedAt` of its execution */
	ownWebhookMs: number;
	n8nWebhookMs: number;
	/** ours / n8n's own; bar ≤ 1.3 */
	ratio: number;
	meetsBar: boolean;
	/** executions (batches: messages) per second */
	windows: { name: string; perSecond: number }[];
}

export async function n8nBench(): Promise<N8nBenchResult> {
	await ensureN8nHost();
	await ensureBuild();
	const installed = await packAndInstall();
	const userFolder = await mkdtemp(join(tmpdir(), 'n8n-bench-'));
	const sandbox = await startAvitoSandbox();
	const n8n = await N8n.start({
		packages: [installed],
		userFolder,
		environment: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true', N8N_LOG_LEVEL: 'warn' },
	});
	try {
		const { ownWebhookMs, n8nWebhookMs } = await compareWebhooks(await sceneOf(n8n, sandbox), userFolder);
		const windows = [];
		for (const maxParallel of [1, 5, 10]) {
			const perSecond = await drain(n8n, sandbox, { options: { maxParallel, chatOrderSeconds: 0 } }, 1);
			windows.push({ name: `window ${maxParallel}`, perSecond });
		}
		windows.push({
			name: 'batches of 20 (messages per second)',
			perSecond: await drain(
				n8n,
				sandbox,
				{ batch: true, silenceSeconds: 1, options: { batchMaxMessages: 20, batchMaxWaitSeconds: 1 } },
				20,
			),
		});
		const ratio = ownWebhookMs / n8nWebhookMs;
		return { ownWebhookMs, n8nWebhookMs, ratio, meetsBar: ratio <= 1.3, windows };
	} finally {
		await n8n.dispose();
		await sandbox.close();
		await rm(userFolder, { recursive: true, force: true });
		await installed.remove();
	}
}

type BenchScene = Parameters<typeof Published.listening>[0];

async function sceneOf(n8n: N8n, sandbox: AvitoSandbox, account?: SandboxAccount): Promise<BenchScene> {
	const data = { ...avitoCredential(sandbox, account), requestsPerMinute: 10_000 };
	const credential = await n8n.api.createCredential('Avito', avitoCredentialType, data);
	return { n8n, sandbox, credential };
}

/** In turns, so that a neighbour who takes the processor hits both. */
async function compareWebhooks(
	scene: BenchScene,
	userFolder: string,
): Promise<{ ownWebhookMs: number; n8nWebhookMs: number }> {
	// Chats the account knows: the first message of a new one also asks Avito for the customer's name.
	const chats = Array.from({ length: 10 }, () => scene.sandbox.control.incoming({ deliver: false }));
	const ours = await Published.listening(scene, 'Bench trigger');
	const path = randomUUID();
	const hook = node(
		'Webhook',
		'n8n-nodes-base.webhook',
		{ path, httpMethod: 'POST', responseMode: 'onReceived' },
		{ typeVersion: 2, webhookId: path },
	);
	const { id } = await scene.n8n.api.createWorkflow(
		workflow('Bench webhook', [hook, node('Nothing', 'n8n-nodes-base.noOp')]),
	);
	await scene.n8n.api.publish(id);
	const url = `${scene.n8n.baseUrl}/webhook/${path}`;
	await until(async () => (await post(url, { warm: true })).ok, { what: 'the webhook' });
	const [target] = ours.webhooks;
	if (target === undefined) throw new Error('the trigger has a webhook');
	const taken = { ours: [] as number[], theirs: [] as number[] };
	for (let round = 0; round < HOOKS; round += 1) {
		const chat = chats[round % chats.length];
		if (chat === undefined) throw new Error('there are chats');
		taken.ours.push(await startedAfter(userFolder, ours.id, () => post(target, incoming(chat, round))));
		taken.theirs.push(await startedAfter(userFolder, id, () => post(url, incoming(chat, round))));
	}
	await ours.remove();
	await scene.n8n.api.deleteWorkflow(id);
	return { ownWebhookMs: median(taken.ours.slice(10)), n8nWebhookMs: median(taken.theirs.slice(10)) };
}

function post(url: string, body: object): Promise<Response> {
	return fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
}

/** ms from just before `send` until the execution it causes has started, by the row n8n writes. */
async function startedAfter(
	userFolder: string,
	workflowId: string,
	send: () => Promise<unknown>,
): Promise<number> {
	const database = new DatabaseSync(join(userFolder, '.n8n', 'database.sqlite'), { readOnly: true });
	try {
		const newest = database.prepare(
			`SELECT id, strftime('%s', startedAt) * 1000 + CAST(substr(strftime('%f', startedAt), 4) AS INTEGER) AS at
			 FROM execution_entity WHERE workflowId = ? AND startedAt IS NOT NULL ORDER BY id DESC LIMIT 1`,
		);
		const before = newest.get(workflowId)?.['id'];
		const sentAt = Date.now();
		await send();
		return await until(
			() => {
				const row = newest.get(workflowId);
				if (row === undefined || row['id'] === before) throw new Error('not started yet');
				return Math.max(0, Number(row['at']) - sentAt);
			},
			{ what: 'an execution to start', everyMs: 3 },
		);
	} finally {
		database.close();
	}
}

function incoming(chat: ReturnType<AvitoSandbox['control']['incoming']>, round: number): object {
	const now = Math.floor(Date.now() / 1000);
	return {
		id: randomUUID(),
		version: 'v3.0.0',
		timestamp: now,
		payload: {
			type: 'message',
			value: {
				id: randomUUID().replaceAll('-', ''),
				chat_id: chat.chat_id,
				user_id: chat.user_id,
				author_id: chat.author_id,
				created: now,
				type: 'text',
				chat_type: 'u2i',
				content: { text: `message ${String(round)}` },
				item_id: 7_700_000_001,
				read: null,
			},
		},
	};
}

/**
 * Messages per second from a burst at the sandbox to the last finished execution. Each on an account of its own: where
 * one burst follows another, the second first waits for what webhooks brought of the first to be compared.
 */
async function drain(
	n8n: N8n,
	sandbox: AvitoSandbox,
	parameters: Record<string, unknown>,
	perExecution: number,
): Promise<number> {
	const account = newAccount(sandbox);
	const scene = await sceneOf(n8n, sandbox, account);
	const published = await Published.listening(scene, 'Bench drain', parameters as never);
	const chats = perExecution === 1 ? 100 : EVENTS / perExecution;
	sandbox.control.webhooks({ concurrency: 20 });
	const started = performance.now();
	sandbox.control.bulk({ user_id: account.user_id, messages: EVENTS, chats, text: 'bench {n}' });
	await published.finishes(EVENTS / perExecution, 120_000);
	const perSecond = (EVENTS / (performance.now() - started)) * 1000;
	await published.remove();
	return perSecond;
}

function newAccount({ control }: AvitoSandbox): SandboxAccount {
	const id = control.state({}).accounts.length;
	const name = `Bench ${String(id)}`;
	const keys = { client_id: `bench-${String(id)}`, client_secret: `bench-secret-${String(id)}` };
	const { user_id } = control.addAccount({ user_id: 300_000_000 + id, name, ...keys });
	control.addItem({ user_id, title: name });
	return { user_id, name, ...keys, kind: 'company' };
}
