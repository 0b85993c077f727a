import { describe, expect, it } from 'vitest';
import {
	chatSchema,
	chatsSchema,
	errorBody,
	fieldsBody,
	messageSchema,
	messagesSchema,
	openClient,
	type PlainClient,
} from './avito.support';
import { placeholderText } from './avito';

async function chats(client: PlainClient, query = '') {
	return chatsSchema.parse((await client.call('GET', `${client.base('v2')}/chats${query}`)).json);
}

async function messages(client: PlainClient, chatId: string, query = '') {
	return messagesSchema.parse(
		(await client.call('GET', `${client.chat('v3', chatId)}/messages/${query}`)).json,
	);
}

describe('getChatsV2', () => {
	it('lists ad chats, last changed first, with what captures show beside the documents', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const first = control.incoming({ text: 'Здравствуйте', author_name: 'Ольга' });
		const second = control.incoming({ text: 'Добрый день' });
		expect((await chats(client)).chats.map(({ id }) => id)).toEqual([second.chat_id, first.chat_id]);
		control.incoming({ chat_id: first.chat_id, text: 'Ещё вопрос' });
		const [top] = (await chats(client)).chats;
		expect(top?.id).toBe(first.chat_id);
		expect(top?.id).toMatch(/^u2i-[\w~-]{22}$/);
		expect(top?.last_message).toMatchObject({
			content: { text: 'Ещё вопрос' },
			direction: 'in',
			type: 'text',
		});
		expect(top?.users.find(({ id }) => id !== client.account.user_id)?.name).toBe('Ольга');
		expect(top?.context?.value.price_string).toBe('1\u00a0500\u00a0₽');
	});

	it('leaves out what no document names when the extras are switched off', async () => {
		const client = await openClient({ settings: { observed_fields: false } });
		client.sandbox.control.incoming();
		const { json } = await client.call('GET', `${client.base('v2')}/chats`);
		const text = JSON.stringify(json);
		for (const name of ['meta', 'location', 'parsing_allowed', 'delivered'])
			expect(text).not.toContain(`"${name}"`);
	});

	it('hides other kinds of chat by default; takes lists comma-separated and repeated', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const u2i = control.incoming().chat_id;
		const u2u = control.incoming({ chat_type: 'u2u' }).chat_id;
		const a2u = control.incoming({ chat_type: 'a2u' }).chat_id;
		expect((await chats(client)).chats.map(({ id }) => id)).toEqual([u2i]);
		const all = [a2u, u2u, u2i];
		expect((await chats(client, '?chat_types=u2i,u2u,a2u')).chats.map(({ id }) => id)).toEqual(all);
		const repeated = await chats(client, '?chat_types=u2i&chat_types=u2u&chat_types=a2u');
		expect(repeated.chats.map(({ id }) => id)).toEqual(all);
		expect(repeated.chats.map(({ context }) => context?.type)).toEqual([undefined, undefined, 'item']);
	});

	it('filters by ads and by unread', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const one = control.incoming({ item_id: 7700000001 }).chat_id;
		const two = control.incoming({ item_id: 7700000002 }).chat_id;
		expect((await chats(client, '?item_ids=7700000001')).chats.map(({ id }) => id)).toEqual([one]);
		expect((await chats(client, '?item_ids=7700000001,7700000002')).chats).toHaveLength(2);
		const read = await client.call('POST', `${client.chat('v1', one)}/read`);
		expect([read.status, read.json]).toEqual([200, { ok: true }]);
		expect((await chats(client, '?unread_only=true')).chats.map(({ id }) => id)).toEqual([two]);
		expect((await chats(client, '?unread_only=false')).chats).toHaveLength(2);
	});

	it('pages up to 1,100 chats and no further', async () => {
		const client = await openClient();
		client.sandbox.control.chats({ count: 1105 });
		const ids = new Set<string>();
		for (let offset = 0; offset <= 1000; offset += 100) {
			const page = await chats(client, `?limit=100&offset=${offset}`);
			expect(page.meta.has_more).toBe(true);
			for (const { id } of page.chats) ids.add(id);
		}
		expect(ids.size).toBe(1100);
		expect((await client.call('GET', `${client.base('v2')}/chats?offset=1001`)).status).toBe(400);
	});

	it.each([
		['limit=0', 'limit'],
		['limit=101', 'limit'],
		['limit=ten', 'limit'],
		['offset=-1', 'offset'],
		['unread_only=1', 'unread_only'],
		['chat_types=u2x', 'chat_types'],
		['item_ids=abc', 'item_ids'],
	])('refuses ?%s naming the field', async (query, field) => {
		const client = await openClient();
		const reply = await client.call('GET', `${client.base('v2')}/chats?${query}`);
		expect(reply.status).toBe(400);
		fieldsBody(field).parse(reply.json);
	});
});

describe('getChatByIdV2', () => {
	it('gives the bare chat, the same as in the list', async () => {
		const client = await openClient();
		const { chat_id } = client.sandbox.control.incoming();
		const reply = await client.call('GET', client.chat('v2', chat_id));
		expect(chatSchema.parse(reply.json)).toEqual((await chats(client)).chats[0]);
		const unknown = await client.call('GET', client.chat('v2', 'u2i-unknown'));
		expect([unknown.status, unknown.json]).toEqual([404, errorBody(404, 'Not found')]);
	});
});

describe('getMessagesV3', () => {
	it('gives the newest first, quotes inside, and marks nothing read', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const question = control.incoming({ text: 'Сколько стоит?' });
		const { chat_id } = question;
		control.outgoing({ chat_id, text: '1500' });
		control.incoming({ chat_id, text: 'Беру', quote_id: question.message_id });
		const list = (await messages(client, chat_id)).messages;
		expect(list.map(({ content }) => content['text'])).toEqual(['Беру', '1500', 'Сколько стоит?']);
		expect(list.map(({ direction }) => direction)).toEqual(['in', 'out', 'in']);
		expect(list.map(({ is_read }) => is_read)).toEqual([false, true, false]);
		expect(list[0]?.quote).toMatchObject({ id: question.message_id, content: { text: 'Сколько стоит?' } });
		expect((await messages(client, chat_id)).messages).toEqual(list);
	});

	it('tells when each side has read', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const { chat_id } = control.incoming();
		control.outgoing({ chat_id });
		await client.call('POST', `${client.chat('v1', chat_id)}/read`);
		control.readByPartner({ chat_id });
		const [mine, theirs] = (await messages(client, chat_id)).messages;
		expect(mine).toMatchObject({ direction: 'out', read: expect.any(Number) });
		expect(theirs).toMatchObject({ direction: 'in', is_read: true, read: null });
		expect((await chats(client)).chats[0]?.last_message?.read).toEqual(expect.any(Number));
	});

	it('pages, and can answer with a bare array', async () => {
		const client = await openClient();
		const [chat_id = ''] = client.sandbox.control.chats({ history: 150 }).chat_ids;
		const first = await messages(client, chat_id);
		expect([first.messages.length, first.meta.has_more]).toEqual([100, true]);
		const rest = await messages(client, chat_id, '?limit=100&offset=100');
		expect([rest.messages.length, rest.meta.has_more]).toEqual([50, false]);
		const tooFar = await client.call('GET', `${client.chat('v3', chat_id)}/messages/?limit=101`);
		fieldsBody('limit').parse(tooFar.json);
		client.sandbox.control.settings({ messages_shape: 'array' });
		const bare = await client.call('GET', `${client.chat('v3', chat_id)}/messages/`);
		expect(messageSchema.array().parse(bare.json)).toHaveLength(100);
	});

	it('fills exactly the content member that belongs to the type', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const { chat_id } = control.incoming();
		const expected: Record<string, readonly string[]> = {
			text: ['text'],
			image: ['image'],
			voice: ['voice'],
			link: ['link'],
			item: ['item'],
			location: ['location'],
			call: ['call'],
			system: ['text', 'flow_id'],
			deleted: [],
			file: [],
			video: [],
			appCall: [],
			somethingNew: [],
		};
		for (const type of Object.keys(expected)) control.incoming({ chat_id, type });
		const list = (await messages(client, chat_id)).messages.slice(0, -1);
		const seen = Object.fromEntries(list.map(({ type, content }) => [type, Object.keys(content)]));
		expect(seen).toEqual(expected);
	});
});

describe('without the paid messenger access', () => {
	it('shows a notice in the place of texts and answers 402 elsewhere', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const { chat_id } = control.incoming({ text: 'Секрет' });
		control.account({ user_id: client.account.user_id, subscription: false });
		for (const { last_message } of (await chats(client)).chats) {
			expect(last_message).toMatchObject({
				type: 'text',
				direction: 'in',
				content: { text: placeholderText },
			});
		}
		expect(placeholderText).toMatch(/^Перейдите на подписку с API мессенджера/);
		const one = chatSchema.parse((await client.call('GET', client.chat('v2', chat_id))).json);
		expect(one.last_message?.content).toEqual({ text: placeholderText });
		const paid = [
			client.call('GET', `${client.chat('v3', chat_id)}/messages/`),
			client.call('POST', `${client.chat('v1', chat_id)}/messages`, { body: {} }),
			client.call('POST', '/messenger/v1/subscriptions'),
			client.call('POST', '/messenger/v3/webhook', { body: { url: 'http://127.0.0.1:1/' } }),
		];
		for (const reply of await Promise.all(paid)) {
			expect([reply.status, reply.json]).toEqual([402, errorBody(402, 'Payment required')]);
		}
		expect((await client.call('GET', '/core/v1/accounts/self')).status).toBe(200);
		control.settings({ no_subscription_chats: 'payment_required' });
		expect((await client.call('GET', `${client.base('v2')}/chats`)).status).toBe(402);
	});
});

describe('postBlacklistV2', () => {
	it('takes the documented body, answers without one, and silences the person', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const { author_id, chat_id } = control.incoming();
		const users = [{ user_id: author_id, context: { item_id: 7700000001, reason_id: 1 } }];
		const path = `${client.base('v2')}/blacklist`;
		const reply = await client.call('POST', path, { body: { users } });
		expect([reply.status, reply.text]).toEqual([200, '']);
		expect(() => control.incoming({ chat_id })).toThrow('blacklist');
		const wrong = await client.call('POST', path, {
			body: { users: [{ user_id: 1, context: { reason_id: 5 } }] },
		});
		fieldsBody('users.0.context.reason_id').parse(wrong.json);
	});
});
