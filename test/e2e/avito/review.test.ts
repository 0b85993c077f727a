import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { node, packageName, until, workflow } from '../harness';
import { chat } from './nodes';
import { avitoScene } from './scene';

const scene = avitoScene();
let server: Server;
/** What the model was asked, newest last. */
const asked: { messages: { role: string; content: unknown }[]; tools?: { function: { name: string } }[] }[] =
	[];

/** A language model that wants the tool once, and is content with whatever it answers. */
beforeAll(async () => {
	server = createServer((request, response) => {
		const parts: Buffer[] = [];
		request.on('data', (part: Buffer) => parts.push(part));
		request.on('end', () => {
			const question = JSON.parse(Buffer.concat(parts).toString()) as (typeof asked)[number];
			asked.push(question);
			const answered = question.messages.some(({ role }) => role === 'tool');
			const wish = {
				id: 'call_1',
				type: 'function',
				function: {
					name: question.tools?.[0]?.function.name,
					arguments: JSON.stringify({ toolParameters: { text: 'Скидка 10 %' }, hitlParameters: {} }),
				},
			};
			const message = answered
				? { role: 'assistant', content: 'Done.' }
				: { role: 'assistant', content: null, tool_calls: [wish] };
			response.setHeader('content-type', 'application/json');
			response.end(
				JSON.stringify({
					id: `answer-${String(asked.length)}`,
					object: 'chat.completion',
					created: 0,
					model: 'fake',
					choices: [{ index: 0, message, finish_reason: answered ? 'stop' : 'tool_calls' }],
					usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
				}),
			);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
	server.close();
});

it('a person in the chat decides whether an AI agent may use its tool', async () => {
	const { n8n, sandbox, credential } = scene();
	const { port } = server.address() as AddressInfo;
	const model = await n8n.api.createCredential('Model', 'openAiApi', {
		apiKey: 'none',
		url: `http://127.0.0.1:${String(port)}/v1`,
	});
	const boss = sandbox.control.incoming({ text: 'Я начальник' }).chat_id;
	const customer = sandbox.control.incoming({ text: 'Есть скидка?' }).chat_id;
	const { id } = await n8n.api.createWorkflow(
		workflow(
			'Reviewed',
			[
				node('Start', 'n8n-nodes-base.manualTrigger'),
				node(
					'Agent',
					'@n8n/n8n-nodes-langchain.agent',
					{ promptType: 'define', text: 'Offer a discount', options: { enableStreaming: false } },
					{ typeVersion: 3.1 },
				),
				node(
					'Model',
					'@n8n/n8n-nodes-langchain.lmChatOpenAi',
					{ model: { __rl: true, mode: 'id', value: 'fake' }, options: {} },
					{ typeVersion: 1.2, credential: model },
				),
				node(
					'Boss',
					`${packageName}.avitoHitlTool`,
					{
						resource: 'message',
						operation: 'sendAndWait',
						chatId: chat(boss),
						message: '=May I? {{ $tool.parameters.text }}',
					},
					{ credential },
				),
				node(
					'Answer customer',
					`${packageName}.avitoTool`,
					{
						resource: 'message',
						operation: 'send',
						chatId: chat(customer),
						text: "={{ $fromAI('text', 'what to write', 'string') }}",
					},
					{ credential },
				),
			],
			[
				['Start', 'Agent'],
				['Model', 'Agent', 0, 'ai_languageModel'],
				['Boss', 'Agent', 0, 'ai_tool'],
				['Answer customer', 'Boss', 0, 'ai_tool'],
			],
		),
	);
	const sentTo = (chat_id: string) => sandbox.control.outbox({ chat_id }).map(({ text }) => text);

	const started = await n8n.api.startManually(id, 'Start');
	if (!('executionId' in started)) throw new Error('the execution did not start');
	const { executionId } = started;
	await until(() => sentTo(boss).length > 0, { what: 'the question', timeoutMs: 60_000 });
	await until(async () => (await n8n.api.execution(executionId)).status === 'waiting', { what: 'the wait' });
	expect(sentTo(boss)).toEqual(['May I? Скидка 10 %\n\n1 – Approve\n2 – Decline']);
	expect(sentTo(customer)).toEqual([]);

	sandbox.control.incoming({ chat_id: boss, text: '1' });
	const execution = await n8n.api.finished(executionId, 60_000);
	expect(execution.error).toBeUndefined();
	expect(sentTo(customer)).toEqual(['Скидка 10 %']);
	expect(sentTo(boss)).toHaveLength(1);
	expect(execution.json('Agent')).toMatchObject([{ output: 'Done.' }]);
});
