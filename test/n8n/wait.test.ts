import { SEND_AND_WAIT_OPERATION, WAIT_INDEFINITELY } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Avito } from '../../nodes/Avito/Avito.node';
import { ChannelError, type WaitRecord } from '../../src/contract';
import { readAnswer, wordsFor } from '../../src/n8n/wait/answer';
import { escapeHtml } from '../../src/n8n/wait/page';
import { loadPlan } from '../../src/n8n/wait/plan';
import { readOutcome, resumeWait } from '../../src/n8n/wait/resume';
import { event, useBridge } from './support/account';
import { ownServer, webhookContext } from './support/contexts';
import { errorOf, outputOf, run } from './support/run';

const bridge = useBridge();
const ASK = {
	resource: 'message',
	operation: SEND_AND_WAIT_OPERATION,
	chatId: 'u2i-1',
	message: 'Отправить скидку?',
};

function sent() {
	bridge.pool.answer = () => ({ items: [{ message_id: 'question-1', duplicate: false }] });
}

function stored(): WaitRecord {
	return { accountId: 'avito:1', createdAt: 0, ...bridge.pool.waits[0]!.wait };
}

describe('asking', () => {
	beforeEach(sent);

	test('registers the wait, then sends, then tells the wait its message and parks the execution', async () => {
		const order: string[] = [];
		const { addWait } = bridge.pool;
		bridge.pool.addWait = (request) => {
			order.push('wait');
			return addWait.call(bridge.pool, request);
		};
		bridge.pool.answer = () => {
			order.push('send');
			return { items: [{ message_id: 'question-1' }] };
		};
		const result = await run(new Avito(), { parameters: ASK, items: [{ json: { keep: 'me' } }] });
		expect(order).toEqual(['wait', 'send']);
		expect(bridge.pool.waitMessages).toEqual([[stored().id, 'question-1']]);
		expect(result.waitTill).toEqual(WAIT_INDEFINITELY);
		expect(outputOf(result)[0]?.json).toEqual({ keep: 'me' });
		expect(bridge.pool.calls[0]?.command).toEqual({
			name: 'message.send',
			input: {
				chatId: 'u2i-1',
				text: 'Отправить скидку?\n\n1 – Approve\n2 – Decline',
				splitLongText: 'split',
				markRead: false,
			},
		});
	});

	test('keeps to its time limit, its responders and its words', async () => {
		const result = await run(new Avito(), {
			parameters: {
				...ASK,
				approvalOptions: {
					values: { approvalType: 'single', approveLabel: 'Да, отправить', approveWords: 'давай, жми' },
				},
				options: { limitWaitMinutes: 30, responders: '1, 2', addLink: true, addChoices: true },
			},
		});
		const expiresAt = bridge.clock.now() + 1_800_000;
		expect(result.waitTill?.getTime()).toBe(expiresAt);
		expect(stored()).toMatchObject({
			expiresAt,
			responders: ['1', '2'],
			resume: { rule: { type: 'approval', approve: ['да, отправить', '1', 'давай', 'жми'], decline: [] } },
		});
		const { text } = bridge.pool.calls[0]!.command.input;
		expect(text).toContain('1 – Да, отправить');
		expect(text).toMatch(
			/http:\/\/127\.0\.0\.1:5678\/webhook-waiting\/77\/node-1\?via=page&signature=[0-9a-f]{64}$/,
		);
	});

	test('the numbers below the question answer it, whatever the words are', async () => {
		const values = { approveWords: 'давай', declineWords: 'не стоит' };
		await run(new Avito(), { parameters: { ...ASK, approvalOptions: { values } } });
		const { rule } = loadPlan(stored().resume)!;
		expect(readAnswer(rule, event({ text: '1' }))).toEqual({ approved: true, text: '1' });
		expect(readAnswer(rule, event({ text: '2.' }))).toEqual({ approved: false, text: '2.' });
		const parameters = {
			...ASK,
			approvalOptions: { values },
			options: { addChoices: false },
		};
		await run(new Avito(), { parameters });
		const unseen = loadPlan(bridge.pool.waits.at(-1)!.wait.resume)!.rule;
		expect(readAnswer(unseen, event({ text: '1' }))).toBeNull();
		expect(readAnswer(unseen, event({ text: 'Не стоит' }))).toMatchObject({ approved: false });
	});

	test('a question that could not be sent is waited for no longer', async () => {
		bridge.pool.answer = () => {
			throw new ChannelError('permission_denied', 'blocked');
		};
		expect(errorOf(await run(new Avito(), { parameters: ASK }))?.message).toBe('blocked');
		const [asked, ended] = bridge.pool.waits;
		expect(ended?.wait).toEqual({ ...asked?.wait, expiresAt: bridge.clock.now() });
	});

	test('asked again after a failure, it is the same wait and the same send', async () => {
		bridge.pool.answer = () => {
			throw new ChannelError('unreachable', 'away');
		};
		expect(errorOf(await run(new Avito(), { parameters: ASK }))?.message).toBe('away');
		sent();
		await run(new Avito(), { parameters: ASK });
		expect(new Set(bridge.pool.waits.map(({ wait }) => wait.id)).size).toBe(1);
		expect(bridge.pool.waits.at(-1)?.wait.expiresAt).toBe(WAIT_INDEFINITELY.getTime());
		const keys = bridge.pool.calls.map(({ options }) => options.idempotency?.key);
		expect(keys[0]).toBe(keys[1]);
	});

	test('as the review of an AI agent’s tool, a call is asked about once, and each call for itself', async () => {
		const review = async (toolCallId: string, earlierRuns: number) => {
			const settings = { rewireOutputLogTo: 'ai_tool' as const };
			await run(new Avito(), { parameters: ASK, settings, earlierRuns, items: [{ json: { toolCallId } }] });
			const { wait } = bridge.pool.waits.at(-1)!;
			return `${wait.id} ${bridge.pool.calls.at(-1)?.options.idempotency?.key ?? ''}`;
		};
		const first = await review('call-1', 0);
		expect(await review('call-1', 1)).toBe(first);
		expect(await review('call-2', 1)).not.toBe(first);
	});

	test('says in a hint what a restart means', async () => {
		const result = await run(new Avito(), { parameters: ASK });
		expect(result.data.resultData.runData['Subject']?.[0]?.hints?.[0]?.message).toMatch(/restarts/);
	});

	test('is an operation n8n makes a human review of AI tools from', () => {
		const { webhooks, properties } = new Avito().description;
		expect(
			webhooks?.map(({ httpMethod, restartWebhook, isFullPath, path }) => [
				httpMethod,
				restartWebhook,
				isFullPath,
				path,
			]),
		).toEqual([
			['GET', true, true, '={{ $nodeId }}'],
			['POST', true, true, '={{ $nodeId }}'],
		]);
		const names = properties
			.filter(({ displayOptions }) => displayOptions?.show?.['operation']?.includes(SEND_AND_WAIT_OPERATION))
			.map(({ name }) => name);
		expect(names).toEqual(expect.arrayContaining(['message', 'responseType', 'approvalOptions']));
	});
});

describe('reading an answer', () => {
	const rule = {
		type: 'approval' as const,
		approve: wordsFor('Approve', ['yes', 'да', '1']),
		decline: wordsFor('Decline', ['no', 'нет', '2']),
	};
	test.each([
		['Yes!', true],
		['  ДА. ', true],
		['1)', true],
		['approve', true],
		['👍🏽', true],
		['нет', false],
		['2', false],
		['👎', false],
		['да нет, наверное', null],
		['а сколько?', null],
		['12', null],
		['', null],
	])('%j', (text, approved) => {
		const answer = readAnswer(rule, event({ text }));
		expect(answer === null ? null : 'approved' in answer && answer.approved).toBe(approved);
	});

	test('by a reaction', () => {
		const reaction = event({ event_type: 'reaction', text: '', data: { emoji: '👍' } });
		expect(readAnswer(rule, reaction)).toEqual({ approved: true, text: '👍' });
		expect(readAnswer({ type: 'freeText' }, reaction)).toBeNull();
	});

	test('as free text is whatever is written next', () => {
		expect(readAnswer({ type: 'freeText' }, event({ text: 'в пятницу' }))).toEqual({ text: 'в пятницу' });
	});

	test('where only a yes counts, a no is no answer', () => {
		expect(readAnswer({ ...rule, decline: [] }, event({ text: 'нет' }))).toBeNull();
	});
});

describe('resuming', () => {
	afterEach(() => {
		vi.unstubAllEnvs();
	});

	async function resumed(answer: { status: number; body: string }, text = 'да', over = {}) {
		const server = await ownServer(() => answer);
		vi.stubEnv('N8N_PORT', new URL(server.origin).port);
		sent();
		await run(new Avito(), { parameters: { ...ASK, ...over } });
		const outcome = await resumeWait(stored(), event({ text }));
		await server.close();
		return { outcome, requests: server.requests };
	}

	test('posts the answer to n8n’s signed address at this process’s own listener', async () => {
		const { outcome, requests } = await resumed({ status: 200, body: '{"resumed":true}' });
		expect(outcome).toBe('resumed');
		expect(requests).toHaveLength(1);
		expect(requests[0]?.path).toMatch(/^\/webhook-waiting\/77\/node-1\?via=chat&signature=[0-9a-f]{64}$/);
		expect(requests[0]?.body).toMatchObject({
			approved: true,
			text: 'да',
			event: { event_id: 'avito:94000001:m1' },
		});
	});

	test('does nothing for a message that answers nothing', async () => {
		const { outcome, requests } = await resumed({ status: 200, body: '{"resumed":true}' }, 'а сколько?');
		expect(outcome).toBe('not_an_answer');
		expect(requests).toEqual([]);
	});

	test('releases the message for the triggers too, when asked', async () => {
		const over = { options: { alsoTrigger: true } };
		expect((await resumed({ status: 200, body: '{"resumed":true}' }, 'да', over)).outcome).toBe('gone');
	});

	test('asks again while n8n is away', async () => {
		sent();
		await run(new Avito(), { parameters: ASK });
		const server = await ownServer(() => ({ status: 200, body: '' }));
		await server.close();
		const port = new URL(server.origin).port;
		vi.stubEnv('N8N_PORT', port);
		const wait = stored();
		const url = new URL(wait.resume['url'] as string);
		url.port = port;
		expect(
			await resumeWait({ ...wait, resume: { ...wait.resume, url: url.toString() } }, event({ text: 'да' })),
		).toBe('retry');
	});

	test.each([
		[409, '{"message":"The execution \\"77\\" is running already."}', 'retry'],
		[409, '{"message":"The execution \\"77 has finished already."}', 'gone'],
		[409, '{"message":"The execution \\"77\\" has finished with error."}', 'gone'],
		[404, '{"message":"The execution \\"77\\" does not exist."}', 'gone'],
		[401, '<html>', 'gone'],
		[200, '<html>No action required</html>', 'gone'],
		[200, '{"resumed":true}', 'resumed'],
		[503, 'n8n is starting up', 'retry'],
	])('%i %s means %s', (status, body, expected) => {
		expect(readOutcome({ status, body })).toBe(expected);
	});

	test('the pool is told how to resume as soon as it is reached, also for waits older than this process', async () => {
		await run(new Avito(), { parameters: { resource: 'account', operation: 'getStatus' } });
		expect(bridge.pool.resume).toBe(resumeWait);
	});
});

describe('the resumed node', () => {
	const request = (options: Parameters<typeof webhookContext>[1]) => {
		const node = new Avito();
		const { context, response } = webhookContext(node, { parameters: ASK, ...options }, 'test.subject');
		return { answering: node.webhook.call(context), response };
	};

	test('turns the chat’s answer into the output, with a reply of its own', async () => {
		const body = {
			approved: true,
			text: 'да',
			event: JSON.parse(JSON.stringify(event({ text: 'да' }))) as object,
		};
		const { answering } = request({ query: { via: 'chat' }, body });
		const answer = await answering;
		expect(answer.webhookResponse).toEqual({ resumed: true });
		expect(answer.workflowData?.[0]?.[0]?.json['data']).toMatchObject({
			approved: true,
			text: 'да',
			respondedAt: '2026-01-01T00:00:00.000Z',
			responder: { id: '200000555', name: 'Анна' },
			message: { event_id: 'avito:94000001:m1' },
		});
	});

	test('a GET only shows a form: link previews answer nothing (trap 15)', async () => {
		const { answering, response } = request({ query: { via: 'page' }, method: 'GET' });
		expect(await answering).toEqual({ noWebhookResponse: true });
		expect(response.body).toContain('<form method="post">');
	});

	test('pages have a strict policy and escape what they show (trap 9)', async () => {
		const { answering, response } = request({
			parameters: { ...ASK, message: '<script>alert("1")</script>' },
			query: { via: 'page' },
			method: 'GET',
		});
		await answering;
		expect(response.headers['content-security-policy']).toMatch(
			/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/,
		);
		expect(response.body).not.toContain('<script>');
		expect(response.body).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
		expect(escapeHtml(`<a href='x'>&"`)).toBe('&lt;a href=&#39;x&#39;&gt;&amp;&quot;');
	});

	test.each([
		[{ answer: 'approve' }, true],
		[{ answer: 'decline' }, false],
	])('the page’s %o counts', async (body, approved) => {
		const answer = await request({ query: { via: 'page' }, body }).answering;
		expect(answer.workflowData?.[0]?.[0]?.json['data']).toMatchObject({ approved, respondedVia: 'page' });
		expect(answer.webhookResponse).toContain('Got it');
	});

	test.each([
		['an empty form', { query: { via: 'page' }, body: {} }],
		['an address without its part', { query: {}, body: { answer: 'approve' } }],
		[
			'a chat’s answer sent to the page’s address',
			{ query: { via: 'page' }, body: { approved: true, text: 'да' } },
		],
	])('%s resumes nothing', async (_, options) => {
		const { answering, response } = request(options);
		expect(await answering).toEqual({ noWebhookResponse: true });
		expect(response.status).toBe(400);
	});
});
