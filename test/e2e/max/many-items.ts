import type { IPairedItemData } from 'n8n-workflow';
import { expect } from 'vitest';
import { node, workflow } from '../harness';
import { chat, max } from './nodes';
import type { Scene } from './scene';

const CHATS = 10;

/**
 * So many items sent by one node: each is one message, in the order of its chat; each result is paired with its item,
 * so that what follows finds the item's own fields, as n8n does it.
 */
export async function sendsEveryItem(
	{ n8n, sandbox, credential }: Scene,
	count: number,
	timeoutMs: number,
): Promise<void> {
	const { control } = sandbox;
	const owner = sandbox.accounts[0].id;
	const chats = Array.from(
		{ length: CHATS },
		(_, at) => control.createGroup({ owner, title: `Group ${String(at)}` }).chatId,
	);
	const list = Array.from({ length: count }, (_, at) => ({
		number: at,
		chat: chats[at % CHATS],
		text: `item ${String(at)}`,
	}));
	const execution = await n8n.api.runOnce(
		workflow(`${String(count)} items`, [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			node(
				'List',
				'n8n-nodes-base.set',
				{ mode: 'raw', jsonOutput: JSON.stringify({ list }) },
				{ typeVersion: 3.4 },
			),
			node('Each', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'list' }),
			max('Send', credential, ['message', 'send'], {
				chatId: chat('={{ $json.chat }}'),
				text: '={{ $json.text }}',
			}),
			node(
				'Back',
				'n8n-nodes-base.set',
				{
					mode: 'raw',
					jsonOutput: `={{ { number: $('Each').item.json.number, message_id: $json.message_id } }}`,
				},
				{ typeVersion: 3.4 },
			),
		]),
		timeoutMs,
	);
	expect(execution.error).toBeUndefined();
	const items = execution.items('Send');
	const numbers = list.map(({ number }) => number);
	expect(items.map(({ pairedItem }) => (pairedItem as IPairedItemData).item)).toEqual(numbers);
	expect(execution.json('Back').map((json) => json['number'])).toEqual(numbers);
	expect(execution.json('Back').map((json) => json['message_id'])).toEqual(
		items.map(({ json }) => json['message_id']),
	);

	const sent = control.authored({ account: owner }).filter(({ text }) => text.startsWith('item '));
	expect(sent.map(({ text }) => text)).toEqual(list.map(({ text }) => text));
	expect(sent.map(({ chatId }) => chatId)).toEqual(list.map((one) => one.chat));
	expect(sent.map(({ messageId }) => messageId)).toEqual(items.map(({ json }) => json['message_id']));
	expect(new Set(sent.map(({ cid }) => cid)).size).toBe(count);
	expect(control.overlaps({})).toEqual([]);
}
