import { afterEach, beforeEach, expect, test } from 'vitest';
import { Avito } from '../../nodes/Avito/Avito.node';
import { replaceHost } from '../../src/n8n';
import { systemClock, systemRandom } from '../../src/runtime';
import { ScriptedPool } from './support/pool';
import { outputOf, run } from './support/run';

let pool: ScriptedPool;
let restore: () => void;
beforeEach(() => {
	pool = new ScriptedPool();
	restore = replaceHost(() => ({ pool, clock: systemClock, random: systemRandom }));
});
afterEach(() => restore());

const SEND = {
	resource: 'message',
	operation: 'send',
	chatId: '={{ $json.chat }}',
	text: '={{ $json.text }}',
};

test('each item becomes one command with its own expressions and is paired with its result', async () => {
	pool.answer = ({ input }) => ({ items: [{ sent: input['text'] ?? null }] });
	const result = await run(new Avito(), {
		parameters: SEND,
		items: [{ json: { chat: 'u2i-1', text: 'one' } }, { json: { chat: 'u2i-2', text: 'two' } }],
	});
	expect(pool.calls.map(({ command }) => command)).toEqual([
		{
			name: 'message.send',
			input: { chatId: 'u2i-1', text: 'one', splitLongText: 'refuse', markRead: false },
		},
		{
			name: 'message.send',
			input: { chatId: 'u2i-2', text: 'two', splitLongText: 'refuse', markRead: false },
		},
	]);
	expect(outputOf(result)).toMatchObject([
		{ json: { sent: 'one' }, pairedItem: { item: 0 } },
		{ json: { sent: 'two' }, pairedItem: { item: 1 } },
	]);
	expect(pool.openLeases).toBe(0);
});
