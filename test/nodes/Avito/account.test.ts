import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Avito } from '../../../nodes/Avito/Avito.node';
import { AvitoTrigger } from '../../../nodes/Avito/AvitoTrigger.node';
import { createPool } from '../../../src/app';
import { replaceHost } from '../../../src/n8n';
import type { Pool } from '../../../src/pool';
import { systemClock, systemRandom } from '../../../src/runtime';
import { hookContext, triggerContext } from '../../n8n/support/contexts';
import { outputOf, run } from '../../n8n/support/run';
import { startAvitoSandbox, type AvitoSandbox } from '../../sandbox/avito';

/** The nodes in n8n's engine, over the real pool, store and driver, against a fake Avito on a socket. */
let sandbox: AvitoSandbox;
let pool: Pool;
let dir: string;
let restore: () => void;

beforeAll(async () => {
	sandbox = await startAvitoSandbox();
	dir = await mkdtemp(join(tmpdir(), 'messenger-accounts-nodes-'));
	pool = createPool({ dir });
	restore = replaceHost(() => ({ pool, clock: systemClock, random: systemRandom }));
});

afterAll(async () => {
	restore();
	await pool.shutdown();
	await sandbox.close();
	await rm(dir, { recursive: true, force: true });
});

const credentials = () => {
	const { client_id, client_secret } = sandbox.accounts[0];
	return {
		clientId: client_id,
		clientSecret: client_secret,
		endpoint: sandbox.origin,
		requestsPerMinute: 10_000,
	};
};

async function call(resource: string, operation: string, parameters = {}, executionId = '1') {
	return outputOf(
		await run(new Avito(), { parameters: { resource, operation, ...parameters }, credentials, executionId }),
	);
}

test('a chat is listed, read, answered and marked; sending the same again in one execution sends nothing', async () => {
	const { chat_id } = sandbox.control.incoming({ text: 'Ещё актуально?', author_name: 'Анна' });
	const listed = await call('chat', 'getMany', { limit: 10 });
	expect(listed.map(({ json }) => json['external_chat_id'])).toContain(chat_id);
	const read = await call('message', 'getMany', { chatId: chat_id });
	expect(read[0]?.json).toMatchObject({ channel: 'avito', text: 'Ещё актуально?', client_name: 'Анна' });
	const send = () => call('message', 'send', { chatId: chat_id, text: 'Да' }, '42');
	expect((await send())[0]?.json).toMatchObject({ chat_id, duplicate: false });
	expect((await send())[0]?.json).toMatchObject({ chat_id, duplicate: true });
	expect(sandbox.control.outbox({ chat_id })).toHaveLength(1);
});

test('the channel parses every command the table can make: none is refused for its shape', async () => {
	const { chat_id, author_id } = sandbox.control.incoming({ type: 'voice' });
	const since = '2020-01-01T00:00:00Z';
	const asked: [string, string, object?][] = [
		['account', 'getStatus'],
		['account', 'getMany'],
		['account', 'getSelf'],
		['account', 'getBalance'],
		['account', 'refreshToken'],
		['chat', 'get', { chatId: chat_id, lastMessages: '2' }],
		['chat', 'getMany', { returnAll: true, options: { itemIds: '7700000001', chatTypes: ['u2i'] } }],
		['chat', 'markRead', { chatId: chat_id }],
		['chat', 'unreadCount'],
		['chat', 'searchByItem', { itemIds: '7700000001, 7700000002' }],
		['chat', 'searchByText', { query: 'а', options: { inMessages: true } }],
		['chat', 'blockUser', { userId: author_id, reason: 'spam', options: { itemId: '7700000001' } }],
		[
			'listing',
			'getMany',
			{ returnAll: true, status: ['active'], options: { category: '114', updatedAtFrom: since } },
		],
		['listing', 'get', { itemId: '7700000001' }],
		['message', 'getSince', { since, direction: 'both', options: { chatIds: chat_id } }],
		['message', 'getUnread', { returnAll: true }],
		['message', 'sendLink', { chatId: chat_id, url: 'https://example.com', text: 'Вот' }],
		['message', 'sendMany', { source: 'json', messages: { messages: [{ chat_id, text: 'a' }] } }],
		['review', 'getMany', { returnAll: true }],
		['review', 'getRating'],
		['webhook', 'getMany'],
		['webhook', 'subscribe', { url: 'http://127.0.0.1:9/a' }],
		['webhook', 'unsubscribe', { url: 'http://127.0.0.1:9/a' }],
		['apiRequest', 'request', { method: 'GET', path: '/core/v1/items', query: '{"per_page": 5}' }],
	];
	for (const [resource, operation, parameters] of asked)
		await expect(call(resource, operation, parameters), `${resource}: ${operation}`).resolves.toBeDefined();
});

test('the owner’s list is sent line by line, and the log tells how far it is', async () => {
	const { chat_ids } = sandbox.control.chats({ count: 2 });
	const logged = vi.spyOn(hookContext(new AvitoTrigger()).logger, 'info');
	const messages = { messages: chat_ids.map((chat_id, n) => ({ chat_id, text: `Ответ ${n}` })) };
	const parameters = { source: 'json', messages: JSON.stringify(messages) };
	const sent = await call('message', 'sendMany', parameters, 'owner');
	expect(sent.map(({ json }) => json['chat_id'])).toEqual(chat_ids);
	expect(logged.mock.calls.filter(([line]) => line.endsWith(': messages handled'))).toEqual([
		['Subject: messages handled', { done: 1, total: 2, item: 0 }],
		['Subject: messages handled', { done: 2, total: 2, item: 0 }],
	]);
	logged.mockRestore();
});

/** Operations with a value that is wrong, and what the user's window calls its field. */
const WRONG: [string, string, string, object][] = [
	['chat', 'get', 'Chat', { chatId: ' ' }],
	['chat', 'markRead', 'Chat', { chatId: ' ' }],
	['chat', 'getMany', 'Listing IDs', { options: { itemIds: 'abc' } }],
	['chat', 'searchByItem', 'Listing IDs', { itemIds: 'seven' }],
	['chat', 'searchByText', 'Text', { query: ' ' }],
	['chat', 'blockUser', 'User ID', { userId: 'Анна' }],
	['message', 'send', 'Text', { chatId: 'c', text: ' ' }],
	['message', 'sendLink', 'URL', { chatId: 'c', url: 'example' }],
	['message', 'sendMany', 'Messages', { source: 'json', messages: '{"messages": []}' }],
	['message', 'sendMany', 'messages', { source: 'json', messages: '{"messages": [{"chat_id": "c"}]}' }],
	['message', 'sendMany', 'Messages', { source: 'json', messages: '{' }],
	['message', 'getMany', 'Chat', { chatId: ' ' }],
	['message', 'delete', 'Message ID', { chatId: 'c', messageId: '' }],
	['message', 'getSince', 'Since', { since: 'вчера' }],
	['listing', 'get', 'Listing', { itemId: 'x' }],
	['review', 'answer', 'Review ID', { reviewId: 'x', message: 'Спасибо' }],
	['review', 'answer', 'Message', { reviewId: '1', message: '' }],
	['review', 'deleteAnswer', 'Answer ID', { answerId: '' }],
	['webhook', 'subscribe', 'URL', { url: 'nowhere' }],
	['webhook', 'unsubscribe', 'URL', { url: '' }],
	['apiRequest', 'request', 'Path', { method: 'GET', path: 'https://elsewhere.example/x' }],
];

test.each(WRONG)(
	'%s: %s names %s, and asks Avito nothing',
	async (resource, operation, field, parameters) => {
		// The session is open by now: a token or the own account would count as asking.
		await call('account', 'getSelf');
		const before = sandbox.control.requests({}).length;
		await expect(call(resource, operation, parameters, field)).rejects.toThrow(new RegExp(field, 'i'));
		expect(sandbox.control.requests({})).toHaveLength(before);
	},
);

test('a voice message is downloaded by the reference of its event', async () => {
	const { chat_id } = sandbox.control.incoming({ type: 'voice' });
	const [message] = await call('message', 'getMany', { chatId: chat_id });
	const [file] = await call('file', 'download', { mediaRef: message?.json['media'] });
	expect(file?.binary?.['data']?.mimeType).toMatch(/^audio\//);
});

test('a published trigger hands a new message on and takes the end of its execution as settlement', async () => {
	const node = new AvitoTrigger();
	const started = triggerContext(node, { credentials, parameters: { options: { pollingOnly: true } } });
	const response = await node.trigger.call(started.context);
	const { message_id, chat_id, user_id } = sandbox.control.incoming({ text: 'Новое', deliver: false });
	const hint = {
		id: 'x',
		version: 'v3.0.0',
		timestamp: 1,
		payload: {
			type: 'message',
			value: {
				id: message_id,
				chat_id,
				user_id,
				author_id: 5,
				created: Math.floor(Date.now() / 1000),
				type: 'text',
				chat_type: 'u2i',
				content: { text: 'Новое' },
				item_id: null,
			},
		},
	};
	const source = {
		channel: 'avito' as const,
		id: 'cred1',
		data: credentials(),
		read: () => Promise.resolve(credentials()),
	};
	// Until the account is read, a hint is nobody's: reconciliation would find the message.
	await vi.waitFor(async () => {
		expect(await pool.handOver(source, hint)).toBe(true);
	}, 10_000);
	// What the sandbox began with is of the same second, which counts as after the publication.
	const found = () => started.emitted.filter(({ items }) => items[0]?.json['text'] === 'Новое');
	await vi.waitFor(() => expect(found()).toHaveLength(1), 10_000);
	expect(found()[0]?.items[0]?.json).toMatchObject({ meta: { external_message_id: message_id } });
	expect(found()[0]?.key).toMatch(/^.{8,255}$/);
	found()[0]?.done?.resolve({ status: 'success', finished: true } as never);
	await response.closeFunction?.();
});
