import { describe, expect, it } from 'vitest';
import { node } from '../harness';
import { ToolServer } from '../harness/tools';
import { chat } from './nodes';
import { avitoScene } from './scene';

describe('the Avito node as a tool of an AI agent', () => {
	const scene = avitoScene();

	it('tells what it does and wants, sends what the agent says, and says what was wrong', async () => {
		const { n8n, sandbox, credential } = scene();
		const { chat_id } = sandbox.control.incoming({ text: 'Вы работаете завтра?' });
		const parameters = {
			resource: 'message',
			operation: 'send',
			chatId: chat(`={{ $fromAI('chat', 'ID of the chat', 'string') }}`),
			text: `={{ $fromAI('text', 'what to write', 'string') }}`,
		};
		const tools = await ToolServer.open(n8n.api, n8n.baseUrl, [
			node('Answer customer', 'avitoTool', parameters, { credential }),
		]);

		const [offered] = await tools.list();
		expect(offered?.description).toMatch(/send/i);
		expect(Object.keys(offered?.inputSchema.properties ?? {}).sort()).toEqual(['chat', 'text']);

		const name = offered?.name ?? '';
		const answer = await tools.call(name, { chat: chat_id, text: 'Да, с девяти' });
		expect(answer.isError ?? false).toBe(false);
		expect(JSON.parse(answer.content[0]?.text ?? '')).toMatchObject([{ chat_id, duplicate: false }]);
		expect(sandbox.control.outbox({ chat_id }).map(({ text }) => text)).toEqual(['Да, с девяти']);

		const wrong = await tools.call(name, { chat: 'u2i-no-such-chat', text: 'Да' });
		expect(wrong.content[0]?.text).toMatch(/chat/i);
		expect(wrong.content[0]?.text).not.toContain('node_modules');
		expect(sandbox.control.outbox({})).toHaveLength(1);
		await tools.close();
	});
});
