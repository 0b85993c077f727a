import type { INode, INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints, listKeys } from '../../redis/support/key-table';
import { startMaxSandbox, type MaxSandbox } from '../../sandbox/max';
import { startTelegramSandbox, type TelegramSandbox } from '../../sandbox/telegram';
import { max, maxCredential, maxCredentialType } from '../max/nodes';
import { answering, publish as publishMax } from '../max/scene';
import { node, until, workflow, type CredentialReference } from '../harness';
import {
	chat,
	publish as publishTelegram,
	telegram,
	telegramCredential,
	telegramCredentialType,
} from '../telegram/trigger-scene';
import { queueScene } from './scene';

/** One session, one connection: both messengers end a session that is used from two places. */
describe('people’s accounts in n8n’s queue mode', () => {
	const environment = {
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		// As `docker run --env-file` hands them on, and n8n understands them.
		EXECUTIONS_MODE: '"queue"',
		QUEUE_BULL_REDIS_HOST: '"127.0.0.1"',
	};
	const queue = queueScene({ workers: 2, environment });
	const MESSAGES = 6;

	const inWorkers = (execution: number | string): boolean =>
		queue().workers.some(({ log }) => log.includes(`execution ${String(execution)}`));

	/** Their logs tell, a moment later than the database. */
	const ranInWorkers = (executions: readonly (number | string)[]): Promise<unknown> =>
		until(() => executions.every(inWorkers), { what: `${executions.join(', ')} in the logs of the workers` });

	/** Runs one node by hand, which a worker does. */
	async function byHand(action: INode) {
		const { n8n } = queue();
		const { id } = await n8n.api.createWorkflow(
			workflow('By hand', [node('Start', 'n8n-nodes-base.manualTrigger'), action]),
		);
		const execution = await n8n.api.runManually(id, 'Start', 60_000);
		expect(execution.error).toBeUndefined();
		const [stored] = n8n.storedExecutions(id);
		await ranInWorkers([stored?.id ?? '']);
		return execution.json(action.name);
	}

	/** What *Get Status* says in a worker: main has the session. */
	async function owner(action: (name: string, parameters: INodeParameters) => INode): Promise<string> {
		const [status] = await byHand(action('Status', {}));
		expect(status).toMatchObject({ state: 'live', subscribers: 1 });
		return status?.['owner'] as string;
	}

	describe('MAX', () => {
		let sandbox: MaxSandbox;
		let credential: CredentialReference;
		beforeAll(async () => {
			sandbox = await startMaxSandbox();
			const { api } = queue().n8n;
			credential = await api.createCredential('MAX', maxCredentialType, maxCredential(sandbox));
		});
		afterAll(() => sandbox?.close());

		it('main listens, two workers answer and run by hand through it: one login, every answer once', async () => {
			const scene = { n8n: queue().n8n, sandbox, credential };
			const account = sandbox.accounts[0].id;
			const session = () =>
				sandbox.control.logins({ account }).find(({ deviceType }) => deviceType === 'WEB')!;
			const published = await publishMax(scene, 'Answer', {
				answer: answering(scene, '=Вы написали: {{ $json.text }}'),
			});
			let said = 0;
			await until(
				() => {
					// A trigger starts at now, and n8n does not tell when that was.
					sandbox.control.injectMany({ to: account, chats: 1, count: 1, first: (said += 1) });
					return published.executions().length > 0;
				},
				{ what: 'the first execution', everyMs: 2_000, timeoutMs: 60_000 },
			);
			await until(() => published.executions().every(({ status }) => status === 'success'), {
				what: 'the first answers',
			});
			const before = published.executions().length;
			sandbox.control.injectMany({ to: account, chats: 1, count: MESSAGES, first: said + 1 });
			await published.finishes(before + MESSAGES);
			// One that was injected while the first was awaited may have come later, and be under way.
			await until(() => published.executions().every(({ status }) => status === 'success'), {
				what: 'every execution to succeed',
			});
			const executions = published.executions();
			await ranInWorkers(executions.map(({ id }) => id));
			const chatId = executions[0]?.startItems[0]?.json['external_chat_id'] as string;
			const history = await byHand(
				max('History', credential, ['message', 'getMany'], {
					chatId: { __rl: true, mode: 'id', value: chatId },
				}),
			);
			const answers = history
				.map(({ text }) => text as string)
				.filter((text) => text.startsWith('Вы написали: '));
			expect(answers.length).toBeGreaterThanOrEqual(before + MESSAGES);
			expect(new Set(answers).size).toBe(answers.length);
			expect(
				await owner((name, parameters) => max(name, credential, ['account', 'getStatus'], parameters)),
			).toContain('/main');
			expect(session()).toMatchObject({ logins: 1, connections: { now: 1, peak: 1 } });
			expect(sandbox.control.overlaps({})).toEqual([]);
			expect(sandbox.control.failures({})).toEqual([]);
			await published.remove();
		});
	});

	describe('Telegram', () => {
		let sandbox: TelegramSandbox;
		let credential: CredentialReference;
		beforeAll(async () => {
			sandbox = await startTelegramSandbox();
			const data = await telegramCredential(sandbox, sandbox.accounts[1]);
			credential = await queue().n8n.api.createCredential('Boris', telegramCredentialType, data);
			sandbox.control.clearLog();
		});
		afterAll(() => sandbox?.close());

		it('n8n rules 4 and 5: main listens, two workers answer and run by hand through it: one connection, every answer once', async () => {
			const [anna, boris] = sandbox.accounts;
			const scene = { n8n: queue().n8n, sandbox, credential, anna, boris };
			const published = await publishTelegram(scene, 'Answer', {
				answer: telegram('Answer', credential, ['message', 'send'], {
					chatId: chat('={{ $json.external_chat_id }}'),
					text: '=You wrote: {{ $json.text }}',
				}),
			});
			await until(() => sandbox.control.connections({ account: boris.id, open: true }).length === 1, {
				what: 'the connection',
			});
			let said = 0;
			const seen = () =>
				sandbox.control
					.messages({ owner: anna.id, peer: boris.id })
					.map((message) => JSON.stringify(message))
					.filter((message) => message.includes('You wrote: '));
			await until(
				() => {
					// A trigger starts at now, and n8n does not tell when that was.
					sandbox.control.injectMessage({
						from: anna.id,
						to: boris.id,
						text: `Hello ${String((said += 1))}`,
					});
					return seen().length > 0;
				},
				{ what: 'the first answer', everyMs: 2_000 },
			);
			await until(() => published.over() === published.executions().length, { what: 'all answers' });
			const before = published.over();
			for (let n = 1; n <= MESSAGES; n += 1)
				sandbox.control.injectMessage({ from: anna.id, to: boris.id, text: `Number ${n}` });
			const last = `You wrote: Number ${MESSAGES}`;
			await until(() => seen().some((message) => message.includes(last)), { what: 'the last answer' });
			const executions = await published.finishes(before + MESSAGES);
			await ranInWorkers(executions.map(({ id }) => id));
			for (let n = 1; n <= MESSAGES; n += 1)
				expect(seen().filter((message) => message.includes(`You wrote: Number ${n}`))).toHaveLength(1);
			const [sent] = await byHand(
				telegram('Send', credential, ['message', 'send'], { chatId: chat(anna.id), text: 'By hand' }),
			);
			expect(sent).toMatchObject({ chat_id: anna.id, duplicate: false });
			expect(
				await owner((name, parameters) => telegram(name, credential, ['account', 'getStatus'], parameters)),
			).toContain('/main');
			expect(sandbox.control.connections({ account: boris.id })).toHaveLength(1);
			expect(sandbox.control.overlaps({})).toEqual([]);
			await published.remove();
		});
	});

	it('leaves nothing in Redis that is not explained, and no secret', async () => {
		const client = queue().redis.client();
		const found = await listKeys(client, 'bull:messenger-accounts');
		client.disconnect();
		expect(found.length).toBeGreaterThan(10);
		expect(complaints(found, [])).toEqual([]);
	});
});
