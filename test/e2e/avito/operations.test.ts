import { createHash } from 'node:crypto';
import type { IBinaryData, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { avitoOperations } from '../../../nodes/Avito/operations';
import { silentVoice, tinyPng } from '../../sandbox/avito';
import { node, until, workflow, type NodeExtras } from '../harness';
import { avito, chat } from './nodes';
import { Published } from './published';
import { avitoScene, type Scene } from './scene';

/** What a case can do: run the operation it is named for, on its own or behind other nodes. */
interface Stage extends Scene {
	run(
		parameters?: INodeParameters,
		around?: { before?: INode[]; extras?: NodeExtras },
	): Promise<INodeExecutionData[]>;
	/** The bytes of an output file. */
	bytes(binary: IBinaryData | undefined): Promise<Buffer>;
}

type Case = (stage: Stage) => Promise<void>;

/** A node whose only output item is this. */
function item(name: string, json: object): INode {
	return node(
		name,
		'n8n-nodes-base.set',
		{ mode: 'raw', jsonOutput: JSON.stringify(json) },
		{ typeVersion: 3.4 },
	);
}

/** Nodes whose output item has a file in the binary field `data`. */
function file(bytes: Buffer, fileName: string, mimeType: string): INode[] {
	return [
		item('Base64', { base64: bytes.toString('base64') }),
		node(
			'File',
			'n8n-nodes-base.convertToFile',
			{ operation: 'toBinary', sourceProperty: 'base64', options: { fileName, mimeType } },
			{ typeVersion: 1.1 },
		),
	];
}

function json(items: INodeExecutionData[]): object[] {
	return items.map((each) => each.json);
}

const sent = {
	channel: 'avito',
	message_id: expect.any(String) as string,
	date: expect.any(String) as string,
	duplicate: false,
};

/** Every operation of the node, once, against the sandbox: resource.operation → what a person would check. */
const cases: Record<string, Case> = {
	'account.getStatus': async ({ run }) => {
		expect(json(await run())).toMatchObject([{ authorized: true }]);
	},
	'account.getMany': async ({ run }) => {
		expect(json(await run())).toMatchObject([{ channel: 'avito' }]);
	},
	'account.getSelf': async ({ run, sandbox }) => {
		const [account] = sandbox.accounts;
		expect(JSON.stringify(await run())).toContain(String(account.user_id));
	},
	'account.getBalance': async ({ run }) => {
		expect(json(await run())).toMatchObject([{ real: 1234.5, bonus: 0 }]);
	},
	'account.refreshToken': async ({ run, sandbox }) => {
		const tokens = () => sandbox.control.requests({ operation_id: 'getAccessToken' }).length;
		const before = tokens();
		const items = await run();
		expect(tokens()).toBe(before + 1);
		expect(JSON.stringify(items)).not.toMatch(/access_token|Bearer/);
	},
	'account.disconnect': async ({ run, n8n, credential }) => {
		await run();
		const paused = await n8n.api.runOnce(
			workflow('While paused', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				avito('Balance', credential, ['account', 'getBalance'], {}, { onError: 'continueRegularOutput' }),
			]),
		);
		expect(paused.json('Balance')).toMatchObject([{ error: { code: 'account_paused' } }]);
		const resumed = await n8n.api.runOnce(
			workflow('Resume', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				avito('Connect', credential, ['account', 'connect']),
				avito('Balance', credential, ['account', 'getBalance']),
			]),
		);
		expect(resumed.error).toBeUndefined();
	},
	'account.connect': async ({ run }) => {
		expect(json(await run())).toMatchObject([{ authorized: true }]);
	},
	'account.forget': async ({ run }) => {
		expect(await run()).toHaveLength(1);
	},

	'apiRequest.request': async ({ run, sandbox }) => {
		const items = await run({ method: 'GET', path: '/core/v1/accounts/{user_id}/balance/' });
		expect(JSON.stringify(items)).toContain('1234.5');
		expect(sandbox.control.requests({ operation_id: 'getUserBalance' }).length).toBeGreaterThan(0);
	},

	'chat.getMany': async ({ run, sandbox }) => {
		const { chat_ids } = sandbox.control.chats({ count: 3 });
		const items = await run({ limit: 3 });
		expect(
			json(items)
				.map((each) => (each as { external_chat_id?: string }).external_chat_id)
				.sort(),
		).toEqual(chat_ids.sort());
	},
	'chat.get': async ({ run, sandbox }) => {
		const [id = ''] = sandbox.control.chats({ count: 1, history: 2 }).chat_ids;
		const items = await run({ chatId: chat(id), lastMessages: 2 });
		expect(JSON.stringify(items)).toContain(id);
		expect(JSON.stringify(items)).toContain('Сообщение 2');
	},
	'chat.markRead': async ({ run, sandbox }) => {
		const { chat_id } = sandbox.control.incoming({ text: 'Прочтите' });
		const unread = () => sandbox.control.state({}).chats.find(({ id }) => id === chat_id)?.unread;
		expect(unread()).toBe(true);
		await run({ chatId: chat(chat_id) });
		expect(unread()).toBe(false);
	},
	'chat.unreadCount': async ({ run, sandbox }) => {
		sandbox.control.incoming({ text: 'Прочтите' });
		const [first] = json(await run());
		expect(Object.values(first ?? {}).some((value) => Number(value) >= 1)).toBe(true);
	},
	'chat.searchByItem': async ({ run, sandbox }) => {
		const item_id = 7_700_000_002;
		const { chat_id } = sandbox.control.incoming({ text: 'Про ноутбук', item_id });
		const items = await run({ itemIds: String(item_id) });
		expect(items).toHaveLength(1);
		expect(JSON.stringify(items)).toContain(chat_id);
	},
	'chat.searchByText': async ({ run, sandbox }) => {
		const { chat_id } = sandbox.control.incoming({ text: 'Где вы?', author_name: 'Константин Редкий' });
		const items = await run({ query: 'редкий' });
		expect(items).toHaveLength(1);
		expect(JSON.stringify(items)).toContain(chat_id);
	},
	'chat.blockUser': async ({ run, sandbox }) => {
		const { author_id } = sandbox.control.incoming({ text: 'Куплю всё' });
		await run({ userId: String(author_id), reason: 'fraud' });
		const [account] = sandbox.control.state({}).accounts;
		expect(account?.blacklist).toMatchObject([{ user_id: author_id, reason_id: 2 }]);
	},

	'file.download': async ({ run, bytes, sandbox, credential }) => {
		const { chat_id } = sandbox.control.incoming({ type: 'image' });
		const before = [avito('Messages', credential, ['message', 'getMany'], { chatId: chat(chat_id) })];
		const [first] = await run({}, { before });
		const binary = first?.binary?.['data'];
		expect(binary?.mimeType).toMatch(/^image\//);
		expect((await bytes(binary)).length).toBeGreaterThan(0);
	},

	'listing.getMany': async ({ run }) => {
		const items = await run({ returnAll: true });
		expect(JSON.stringify(items)).toContain('Ремонт ноутбуков');
		expect(items.length).toBeGreaterThanOrEqual(3);
	},
	'listing.get': async ({ run }) => {
		const items = await run({ itemId: { __rl: true, mode: 'id', value: '7700000001' } });
		expect(json(items)).toMatchObject([{ status: 'active' }]);
	},

	'message.send': async ({ run, sandbox }) => {
		const { chat_id } = sandbox.control.incoming({ text: 'Есть доставка?' });
		const items = await run({ chatId: chat(chat_id), text: 'Есть' });
		expect(json(items)).toMatchObject([{ ...sent, chat_id }]);
		expect(sandbox.control.outbox({ chat_id })).toMatchObject([{ type: 'text', text: 'Есть' }]);
	},
	'message.sendAndWait': async ({ run, ...scene }) => {
		const { sandbox } = scene;
		// Its webhook brings the answer at once; without one it is found at the next reconciliation.
		const trigger = await Published.listening(scene, 'Brings the answer');
		const { chat_id } = sandbox.control.incoming({ text: 'Дорого' });
		const running = run({ chatId: chat(chat_id), message: 'Взять со скидкой?' });
		await until(() => sandbox.control.outbox({ chat_id }).length > 0, { what: 'the question' });
		sandbox.control.incoming({ chat_id, text: '1' });
		expect(json(await running)).toMatchObject([{ data: { approved: true, text: '1' } }]);
		await trigger.remove();
	},
	'message.sendImage': async ({ run, sandbox }) => {
		const { chat_id } = sandbox.control.incoming({ text: 'Фото?' });
		const before = file(tinyPng, 'photo.png', 'image/png');
		const items = await run({ chatId: chat(chat_id) }, { before });
		expect(json(items)).toMatchObject([{ ...sent, chat_id }]);
		expect(sandbox.control.outbox({ chat_id })).toMatchObject([{ type: 'image' }]);
	},
	'message.sendLink': async ({ run, sandbox }) => {
		const { chat_id } = sandbox.control.incoming({ text: 'Ссылка?' });
		await run({ chatId: chat(chat_id), url: 'https://example.com/offer', text: 'Вот' });
		const [message] = sandbox.control.outbox({ chat_id });
		expect(message?.text).toMatch(/^Вот\s+https:\/\/example\.com\/offer$/);
	},
	'message.sendMany': async ({ run, sandbox }) => {
		const { chat_ids } = sandbox.control.chats({ count: 2 });
		const messages = chat_ids.map((chat_id, at) => ({ chat_id, text: `Ответ ${at}` }));
		const items = await run({ source: 'json', messages: JSON.stringify({ messages }) });
		expect(json(items)).toMatchObject(chat_ids.map((chat_id) => ({ chat_id })));
		const texts = chat_ids.map((chat_id) => sandbox.control.outbox({ chat_id }).map(({ text }) => text));
		expect(texts).toEqual([['Ответ 0'], ['Ответ 1']]);
	},
	'message.getMany': async ({ run, sandbox }) => {
		const [id = ''] = sandbox.control.chats({ count: 1, history: 120 }).chat_ids;
		const items = await run({ chatId: chat(id), limit: 110 });
		expect(items).toHaveLength(110);
		expect(json(items)[0]).toMatchObject({
			channel: 'avito',
			event_type: 'message',
			external_chat_id: id,
			text: 'Сообщение 120',
			meta: { direction: 'in' },
		});
	},
	'message.getSince': async ({ run, sandbox }) => {
		const since = new Date(Date.now() - 60_000).toISOString();
		const { message_id } = sandbox.control.incoming({ text: 'Свежее' });
		expect(JSON.stringify(await run({ since }))).toContain(message_id);
	},
	'message.getUnread': async ({ run, sandbox }) => {
		const { chat_id, message_id } = sandbox.control.incoming({ text: 'Не прочтено' });
		const items = await run({ returnAll: true, markRead: true });
		expect(JSON.stringify(items)).toContain(message_id);
		expect(sandbox.control.state({}).chats.find(({ id }) => id === chat_id)?.unread).toBe(false);
	},
	'message.getVoice': async ({ run, bytes, sandbox, credential }) => {
		const { chat_id } = sandbox.control.incoming({ type: 'voice' });
		const before = [avito('Messages', credential, ['message', 'getMany'], { chatId: chat(chat_id) })];
		const [first] = await run({}, { before });
		const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex');
		expect(digest(await bytes(first?.binary?.['data']))).toBe(digest(silentVoice));
	},
	'message.delete': async ({ run, sandbox }) => {
		const { chat_id } = sandbox.control.incoming({ text: 'Вопрос' });
		const { message_id } = sandbox.control.outgoing({ chat_id, text: 'Ошибка' });
		const items = await run({ chatId: chat(chat_id), messageId: message_id });
		expect(json(items)).toEqual([{ deleted: true }]);
		const stored = sandbox.control.messages({ chat_id }).find(({ id }) => id === message_id);
		expect(stored?.type).toBe('deleted');
	},

	'review.getMany': async ({ run }) => {
		const items = await run({ returnAll: true });
		expect(items).toHaveLength(5);
		expect(JSON.stringify(items)).toContain('Быстро и аккуратно');
	},
	'review.getRating': async ({ run }) => {
		expect(JSON.stringify(await run())).toMatch(/score/i);
	},
	'review.answer': async ({ run, sandbox, credential }) => {
		const before = [avito('Reviews', credential, ['review', 'getMany'], { limit: 1 })];
		await run({ reviewId: '={{ $json.id }}', message: 'Спасибо!' }, { before });
		const [request] = sandbox.control.requests({ operation_id: 'createReviewAnswerV1' });
		expect(request).toMatchObject({ status: 200, body: { message: 'Спасибо!' } });
	},
	'review.deleteAnswer': async ({ run, sandbox, credential }) => {
		const before = [
			avito('Reviews', credential, ['review', 'getMany'], { returnAll: true }),
			node('Last', 'n8n-nodes-base.limit', { maxItems: 1, keep: 'lastItems' }),
			avito('Answer', credential, ['review', 'answer'], { reviewId: '={{ $json.id }}', message: 'Ой' }),
		];
		expect(json(await run({ answerId: '={{ $json.id }}' }, { before }))).toEqual([{ deleted: true }]);
		expect(sandbox.control.requests({ operation_id: 'removeReviewAnswerV1' })).toMatchObject([
			{ status: 200 },
		]);
	},

	'webhook.getMany': async ({ run }) => {
		await expect(run({}, { extras: { alwaysOutputData: true } })).resolves.toBeDefined();
	},
	'webhook.subscribe': async ({ run, sandbox }) => {
		await run({ url: 'http://127.0.0.1:9/hook' });
		expect(sandbox.control.state({}).accounts[0]?.webhooks).toContain('http://127.0.0.1:9/hook');
	},
	'webhook.unsubscribe': async ({ run, sandbox, n8n, credential }) => {
		const url = 'http://127.0.0.1:9/other';
		await n8n.api.runOnce(
			workflow('Subscribe', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				avito('Subscribe', credential, ['webhook', 'subscribe'], { url }),
			]),
		);
		expect(sandbox.control.state({}).accounts[0]?.webhooks).toContain(url);
		await run({ url });
		expect(sandbox.control.state({}).accounts[0]?.webhooks).not.toContain(url);
	},
};

const all = avitoOperations.flatMap(({ value, operations }) =>
	operations.map((operation) => `${value}.${operation.value}`),
);

it('has a case for every operation of the Avito node', () => {
	expect(Object.keys(cases).sort()).toEqual([...all].sort());
});

describe('every operation of the Avito node in a workflow', () => {
	const scene = avitoScene();

	function stage(name: string): Stage {
		const { n8n, sandbox, credential } = scene();
		const [resource = '', operation = ''] = name.split('.');
		return {
			n8n,
			sandbox,
			credential,
			run: async (parameters = {}, { before = [], extras = {} } = {}) => {
				const execution = await n8n.api.runOnce(
					workflow(name, [
						node('Start', 'n8n-nodes-base.manualTrigger'),
						...before,
						avito('Avito', credential, [resource, operation], parameters, extras),
					]),
				);
				expect(execution.error).toBeUndefined();
				const items = execution.items('Avito');
				for (const each of items) expect(each.pairedItem).toBeDefined();
				return items;
			},
			bytes: (binary) => n8n.api.binary(binary),
		};
	}

	it.each(Object.entries(cases))('%s', async (name, check) => {
		await check(stage(name));
	});
});
