import { describe, expect, it } from 'vitest';
import { avitoDriver } from '../../../src/channels/avito';
import type { JsonObject, MediaOutput } from '../../../src/contract';
import { channelEventSchema } from '../../../src/contract/schemas';
import { placeholderText, silentVoice } from '../../sandbox/avito';
import { codeOf, startBench, type Bench } from './fixture';

async function scene(options: Parameters<typeof startBench>[0] = {}) {
	const bench = await startBench(options);
	const account = await bench.account();
	const { control } = bench.sandbox;
	return {
		bench,
		account,
		control,
		call: (name: string, input?: JsonObject) => bench.call(account, name, input),
	};
}

async function bytesOf(media: MediaOutput[] | undefined): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of media?.[0]?.stream ?? []) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}

function idOf(item: JsonObject | undefined, name: string): string {
	return item?.[name] as string;
}

const asked = ({ sandbox }: Bench, operation_id: string) => sandbox.control.requests({ operation_id });

describe('the table', () => {
	it('holds every operation, each refusing unknown keys with their name', () => {
		for (const [name, spec] of Object.entries(avitoDriver.commands)) {
			expect(() => spec.input.parse({ surprise: 1 }) as unknown, name).toThrow(
				/surprise|Unrecognized|expected/,
			);
			expect(['read', 'send', 'delete', 'account'], name).toContain(spec.permission);
		}
	});

	it('names the chats a command touches, so that Allowed Chats holds', () => {
		const chatCommands = [
			'chat.get',
			'chat.markRead',
			'message.send',
			'message.sendLink',
			'message.sendImage',
			'message.getMany',
			'message.delete',
		];
		for (const name of chatCommands)
			expect(avitoDriver.commands[name]?.chats?.({ chatId: 'c' }), name).toEqual(['c']);
		expect(
			avitoDriver.commands['message.sendMany']?.chats?.({
				messages: [{ chatId: 'a' }, { chatId: 'b' }, { chatId: 'a' }],
			}),
		).toEqual(['a', 'b']);
		expect(avitoDriver.commands['message.getSince']?.chats?.({ chatIds: ['a'] })).toEqual(['a']);
	});

	it('answers every command the nodes name', () => {
		const nodeCommands = [
			'account.getSelf',
			'webhook.list',
			'listing.list',
			'chat.list',
			'media.download',
			'raw.request',
		];
		for (const name of nodeCommands) expect(avitoDriver.commands).toHaveProperty([name]);
	});
});

describe('chats', () => {
	it('get many: all pages, of ads and of people, with a limit, filters and detail', async () => {
		const { call, control, bench } = await scene();
		control.chats({ count: 130 });
		control.chats({ count: 2, chat_type: 'u2u', unread: false });
		const all = (await call('chat.getMany')).items;
		expect(all).toHaveLength(132);
		expect(all[0]).toMatchObject({
			channel: 'avito',
			external_chat_id: expect.any(String) as string,
			last_message: { direction: 'in' },
		});
		expect(all[0]).not.toHaveProperty('raw');
		expect((await call('chat.getMany', { limit: 5 })).items).toHaveLength(5);
		expect((await call('chat.getMany', { unreadOnly: true })).items).toHaveLength(130);
		expect((await call('chat.getMany', { chatTypes: ['u2u'] })).items).toHaveLength(2);
		expect((await call('chat.getMany', { itemIds: [7700000002] })).items).toHaveLength(0);
		expect((await call('chat.getMany', { limit: 1, includeRaw: true })).items[0]).toHaveProperty([
			'raw',
			'users',
		]);
		expect((await call('chat.getMany', { limit: 1, simplify: false })).items[0]).toMatchObject({
			users: expect.any(Array) as [],
			external_chat_id: expect.any(String) as string,
		});
		expect(asked(bench, 'getChatsV2')[0]?.query).toMatchObject({ chat_types: 'u2i,u2u', limit: '100' });
	});

	it('get many warns at Avito’s ceiling of 1,100', async () => {
		const { call, control } = await scene();
		control.chats({ count: 1_150, history: 1, spacing_seconds: 1 });
		const { items, hints } = await call('chat.getMany');
		expect(items).toHaveLength(1_100);
		expect(hints?.[0]).toContain('1,100');
		expect((await call('chat.getMany', { limit: 1_000 })).hints).toBeUndefined();
	});

	it('get many ends at the ceiling also when it looks for few among many', async () => {
		const bench = await startBench({ credential: { allowedChats: 'u2i-somewhere-else' } });
		bench.sandbox.control.chats({ count: 1_150, history: 1, spacing_seconds: 1 });
		const { items, hints } = await bench.call(await bench.account(), 'chat.getMany', { limit: 30 });
		expect(items).toEqual([]);
		expect(hints?.[0]).toContain('1,100');
	});

	it('get: one chat with its last messages', async () => {
		const { call, control } = await scene();
		const [chatId = ''] = control.chats({ count: 1, history: 5 }).chat_ids;
		const [item] = (await call('chat.get', { chatId, lastMessages: 2 })).items;
		expect(item).toMatchObject({
			external_chat_id: chatId,
			messages: [{ text: 'Сообщение 5' }, { text: 'Сообщение 4' }],
		});
		expect(await codeOf(call('chat.get', { chatId: 'u2i-nobody' }))).toBe('peer_not_found');
	});

	it('mark read, unread count and all unread', async () => {
		const { call, control } = await scene();
		const { chat_ids } = control.chats({ count: 3, history: 4 });
		expect((await call('chat.unreadCount')).items).toEqual([{ chats: 3, messages: 12, composed: true }]);
		await call('chat.markRead', { chatId: chat_ids[0] ?? '' });
		expect((await call('chat.unreadCount')).items).toMatchObject([{ chats: 2, messages: 8 }]);
		const unread = await call('message.getUnread', { markRead: true, limit: 4 });
		expect(unread.items.map(({ text }) => text)).toEqual([
			'Сообщение 1',
			'Сообщение 2',
			'Сообщение 3',
			'Сообщение 4',
		]);
		expect((await call('message.getUnread')).items).toHaveLength(4);
		expect((await call('message.getUnread', { markRead: true })).hints?.[0]).toContain('no operation');
		expect((await call('message.getUnread')).items).toHaveLength(0);
	});

	it('unread: no chat is marked read whose messages are not all returned, whichever is read first', async () => {
		const { call, control } = await scene();
		const short = control.incoming({ text: 'short 1' });
		for (let n = 2; n <= 40; n += 1) control.incoming({ chat_id: short.chat_id, text: `short ${String(n)}` });
		const long = control.incoming({ text: 'long 1' });
		// Two pages: the other chat, which comes second, is read before this one.
		for (let n = 2; n <= 120; n += 1) control.incoming({ chat_id: long.chat_id, text: `long ${String(n)}` });
		const { items } = await call('message.getUnread', { markRead: true, limit: 150 });
		expect(items).toHaveLength(150);
		const left = (await call('message.getUnread')).items;
		expect(new Set(left.map(({ external_chat_id: chat }) => chat))).toEqual(new Set([short.chat_id]));
		expect(left).toHaveLength(40);
	});

	it('unread: messages are returned also where the chat cannot be marked read', async () => {
		const { call, control } = await scene();
		control.chats({ count: 2, history: 1 });
		control.mode({ mode: 'html', scope: 'chatRead', status: 403 });
		const { items, hints } = await call('message.getUnread', { markRead: true });
		expect(items).toHaveLength(2);
		expect(hints?.[0]).toContain('not every chat could be marked read');
		control.mode({ mode: 'ok' });
		expect((await call('message.getUnread')).items).toHaveLength(2);
	});

	it('search by item is Avito’s own filter, by text ours', async () => {
		const { call, control } = await scene();
		const laptop = control.incoming({
			text: 'Сколько стоит?',
			item_id: 7700000002,
			author_name: 'Пётр Редкий',
		});
		control.incoming({ text: 'Адрес: Лесная, 7' });
		control.incoming({ chat_id: laptop.chat_id, text: 'Спасибо' });
		const ids = async (name: string, input: JsonObject) =>
			(await call(name, input)).items.map(({ external_chat_id }) => external_chat_id);
		expect(await ids('chat.searchByItem', { itemIds: ['7700000002'] })).toEqual([laptop.chat_id]);
		expect(await ids('chat.searchByText', { query: 'редкий' })).toEqual([laptop.chat_id]);
		expect(await ids('chat.searchByText', { query: 'лесная' })).toHaveLength(1);
		expect(await ids('chat.searchByText', { query: 'стоит' })).toHaveLength(0);
		expect(await ids('chat.searchByText', { query: 'стоит', inMessages: true })).toEqual([laptop.chat_id]);
	});

	it('list gives a picker its pages', async () => {
		const { call, control } = await scene();
		control.chats({ count: 120 });
		const first = await call('chat.list');
		expect(first.items).toHaveLength(100);
		expect(first.items[0]).toMatchObject({
			name: expect.stringContaining('Ремонт телефонов') as string,
			value: expect.stringMatching(/^u2i-/) as string,
		});
		expect((await call('chat.list', { page: first.nextPage ?? '' })).items).toHaveLength(20);
		expect((await call('chat.list', { filter: 'нет такого' })).items).toHaveLength(0);
	});

	it('block user sends Avito’s number for the reason', async () => {
		const { call, control, bench } = await scene();
		const { author_id } = control.incoming({ text: 'спам' });
		await call('chat.blockUser', { userId: author_id, reason: 'insults', itemId: '7700000001' });
		expect(asked(bench, 'postBlacklistV2')[0]?.body).toEqual({
			users: [{ user_id: author_id, context: { item_id: 7700000001, reason_id: 3 } }],
		});
	});

	it('of which only some are allowed are left out of lists', async () => {
		const allowed = await startBench();
		const { chat_ids } = allowed.sandbox.control.chats({ count: 4 });
		const bench: Bench = allowed;
		bench.credential['allowedChats'] = chat_ids[1] ?? '';
		const account = await bench.account();
		for (const name of ['chat.getMany', 'chat.list', 'message.getUnread']) {
			const { items } = await bench.call(account, name);
			expect(
				items.map((item) => item['external_chat_id'] ?? item['id']),
				name,
			).toEqual([chat_ids[1]]);
		}
		expect((await bench.call(account, 'message.getSince', { since: 0 })).items).toHaveLength(1);
	});

	it('of which the one that is allowed is far down is found in full pages', async () => {
		const bench = await startBench();
		bench.sandbox.control.chats({ count: 150 });
		const { items: all } = await bench.call(await bench.account(), 'chat.getMany');
		const last = all.at(-1)?.['external_chat_id'];
		bench.credential['allowedChats'] = last ?? '';
		const careful = await bench.account();
		const before = bench.sandbox.control.requests({ operation_id: 'getChatsV2' }).length;
		const { items } = await bench.call(careful, 'chat.getMany', { limit: 1 });
		expect(items).toMatchObject([{ external_chat_id: last }]);
		expect(bench.sandbox.control.requests({ operation_id: 'getChatsV2' }).length - before).toBe(2);
	});
});

describe('messages', () => {
	it('get many: unified, newest first, over pages, without marking read', async () => {
		const { call, control } = await scene();
		const [chatId = ''] = control.chats({ count: 1, history: 230 }).chat_ids;
		const { items } = await call('message.getMany', { chatId });
		expect(items.map(({ text }) => text)).toEqual(
			Array.from({ length: 230 }, (_, i) => `Сообщение ${230 - i}`),
		);
		for (const item of items.slice(0, 3)) expect(channelEventSchema.parse(item)).toEqual(item);
		expect(items[0]).not.toHaveProperty('raw');
		expect((await call('message.getMany', { chatId, limit: 2, includeRaw: true })).items[1]).toHaveProperty([
			'raw',
			'author_id',
		]);
		expect(control.state({}).chats[0]?.unread).toBe(true);
	});

	it('get since: a time or a message, one direction, the same ids as a trigger', async () => {
		const { call, control, bench, account } = await scene();
		const first = control.incoming({ text: 'раз' });
		control.clock({ advance_seconds: 100 });
		const since = control.clock({}).iso;
		const second = control.incoming({ chat_id: first.chat_id, text: 'два' });
		control.outgoing({ chat_id: first.chat_id, text: 'ответ' });
		const texts = async (input: JsonObject) =>
			(await call('message.getSince', input)).items.map(({ text }) => text);
		expect(await texts({ since })).toEqual(['два']);
		expect(await texts({ since: Math.floor(Date.parse(since) / 1000), direction: 'both' })).toEqual([
			'два',
			'ответ',
		]);
		expect(await texts({ since: first.message_id, chatIds: [first.chat_id], direction: 'both' })).toEqual([
			'два',
			'ответ',
		]);
		const id = `avito:94000001:${first.message_id}`;
		expect(
			(await call('message.getSince', { since: id, chatIds: [first.chat_id] })).items[0]?.['event_id'],
		).toBe(`avito:94000001:${second.message_id}`);
		expect(await codeOf(call('message.getSince', { since: id }))).toBe('invalid_parameter');
		expect(await codeOf(call('message.getSince', { since: 'f'.repeat(32), chatIds: [first.chat_id] }))).toBe(
			'message_not_found',
		);
		const streamed = account.since?.(Date.parse(since), {
			chatId: first.chat_id,
			limitPerChat: 1,
			signal: new AbortController().signal,
		});
		const types: string[] = [];
		for await (const { event } of streamed ?? []) types.push(event.event_type);
		expect(types).toEqual(['gap', 'message']);
		expect(bench.services.states).toEqual([]);
	});

	it('the latest ones are there for a test listen, newest last', async () => {
		const { control, account } = await scene();
		for (const text of ['а', 'б', 'в']) {
			control.incoming({ text });
			control.clock({ advance_seconds: 5 });
		}
		const { chat_id } = control.incoming({ text: 'вопрос' });
		control.clock({ advance_seconds: 5 });
		control.outgoing({ chat_id, text: 'ответ' });
		const events = (await account.latest?.(4, new AbortController().signal)) ?? [];
		expect(events.map(({ text }) => text)).toEqual(['б', 'в', 'вопрос', 'ответ']);
	});

	it('delete says the one-hour rule in words', async () => {
		const { call, control } = await scene();
		const { chat_id: chatId, message_id: foreign } = control.incoming({ text: 'чужое' });
		const { message_id: messageId } = control.outgoing({ chat_id: chatId, text: 'моё' });
		expect((await call('message.delete', { chatId, messageId })).items).toEqual([{ deleted: true }]);
		const { message_id: old } = control.outgoing({ chat_id: chatId, text: 'старое' });
		control.clock({ advance_seconds: 3_700 });
		for (const id of [old, foreign]) {
			await expect(call('message.delete', { chatId, messageId: id })).rejects.toMatchObject({
				code: 'permission_denied',
				hint: expect.stringContaining('one hour') as string,
			});
		}
		expect(await codeOf(call('message.delete', { chatId, messageId: 'f'.repeat(32) }))).toBe(
			'message_not_found',
		);
	});

	it('send link composes a text', async () => {
		const { call, control } = await scene();
		const { chat_id: chatId } = control.incoming({ text: 'где?' });
		const { hints } = await call('message.sendLink', {
			chatId,
			url: 'https://example.org/a',
			text: 'Здесь:',
		});
		expect(control.outbox({})[0]?.text).toBe('Здесь:\nhttps://example.org/a');
		expect(hints?.[0]).toContain('no operation');
		await expect(call('message.sendLink', { chatId, url: 'example.org' })).rejects.toThrow();
	});

	it('mark read on reply, if asked for; its failure is a hint', async () => {
		const { call, control } = await scene();
		const { chat_id: chatId } = control.incoming({ text: 'привет' });
		expect((await call('message.send', { chatId, text: 'да', markRead: true })).hints).toBeUndefined();
		expect(control.state({}).chats[0]?.unread).toBe(false);
		control.mode({ mode: '404', scope: 'chatRead' });
		expect((await call('message.send', { chatId, text: 'нет', markRead: true })).hints?.[0]).toContain(
			'could not be marked read',
		);
	});
});

describe('voice and files', () => {
	it('come by id or reference, without our token, over a redirect', async () => {
		const { call, control, bench } = await scene({ settings: { voice_redirect: true } });
		const { chat_id: chatId } = control.incoming({ type: 'voice' });
		const [message] = (await call('message.getMany', { chatId })).items as unknown as {
			media: { voice_ref: string };
		}[];
		const ref = message?.media.voice_ref ?? '';
		const voice = await call('message.getVoice', { voiceId: ref, download: true });
		expect((await bytesOf(voice.media)).equals(silentVoice)).toBe(true);
		expect(voice.media?.[0]).toMatchObject({
			mimeType: expect.stringMatching(/^audio\//) as string,
			fileName: expect.stringMatching(/\.mp4$/) as string,
		});
		expect((await call('message.getVoice', { voiceId: ref })).items).toMatchObject([
			{ url: expect.stringMatching(/^http/) as string },
		]);
		expect((await bytesOf((await call('media.download', { ref })).media)).equals(silentVoice)).toBe(true);
		const files = control
			.requests({})
			.filter(({ path }) => path.includes('voice') && !path.startsWith('/messenger'));
		expect(files.length).toBeGreaterThan(0);
		expect(files.every(({ authorization }) => authorization === null)).toBe(true);
		expect(asked(bench, 'getVoiceFiles')).toHaveLength(1);
	});

	it('whose address has expired are asked for again after an hour', async () => {
		const { call, control, bench } = await scene();
		const { chat_id: chatId } = control.incoming({ type: 'voice' });
		const [message] = (await call('message.getMany', { chatId })).items as unknown as {
			media: { voice_ref: string };
		}[];
		const voiceId = message?.media.voice_ref ?? '';
		const [{ url }] = (await call('message.getVoice', { voiceId })).items as [{ url: string }];
		control.clock({ advance_seconds: 3_700 });
		expect(await codeOf(call('media.download', { url }))).toBe('media_expired');
		await bench.clock.advance(3_700_000);
		expect(
			(await bytesOf((await call('message.getVoice', { voiceId, download: true })).media)).length,
		).toBeGreaterThan(0);
	});

	it('that do not exist are told so', async () => {
		const { call } = await scene();
		expect(await codeOf(call('message.getVoice', { voiceId: '00000000-0000-0000-0000-000000000000' }))).toBe(
			'message_not_found',
		);
		expect(await codeOf(call('media.download', { ref: 'max:1' }))).toBe('invalid_parameter');
		await expect(call('media.download', {})).rejects.toThrow(/ref or url/);
	});
});

describe('listings, reviews, account', () => {
	it('listings come in pages with their status; one by id', async () => {
		const { call, control, bench } = await scene();
		for (let n = 0; n < 110; n += 1) control.addItem({ user_id: 94000001, title: `Дрель ${n}` });
		expect((await call('listing.getMany')).items).toHaveLength(113);
		expect((await call('listing.getMany', { limit: 4 })).items).toHaveLength(4);
		expect(asked(bench, 'getItemsInfo').at(-1)?.query).toMatchObject({ per_page: '4' });
		expect((await call('listing.getMany', { status: ['removed', 'old'] })).items).toEqual([]);
		expect((await call('listing.get', { itemId: 7700000001 })).items).toMatchObject([
			{ id: '7700000001', status: 'active' },
		]);
		expect((await call('listing.list', { filter: 'ноутбук' })).items).toMatchObject([
			{ value: '7700000002', name: 'Ремонт ноутбуков' },
		]);
	});

	it('reviews are read, answered and the answer taken back', async () => {
		const { call } = await scene();
		const { items } = await call('review.getMany');
		expect(items).toHaveLength(5);
		expect((await call('review.getMany', { limit: 2 })).items).toHaveLength(2);
		const [answer] = (await call('review.answer', { reviewId: idOf(items[0], 'id'), message: 'Спасибо!' }))
			.items;
		expect((await call('review.getMany', { limit: 1 })).items[0]).toMatchObject({
			answer: { text: 'Спасибо!' },
		});
		expect((await call('review.deleteAnswer', { answerId: idOf(answer, 'id') })).items).toEqual([
			{ deleted: true },
		]);
		expect((await call('review.getRating')).items).toMatchObject([
			{ enabled: true, score: expect.any(Number) as number },
		]);
	});

	it('own account: the number is masked, the token is never shown', async () => {
		const { call, bench } = await scene();
		const self = await call('account.getSelf');
		expect(self.items).toMatchObject([
			{
				id: '94000001',
				phone_masked: '+7********01',
				phone_hash: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
			},
		]);
		expect(JSON.stringify(self)).not.toContain('79994000001');
		expect((await call('account.getBalance')).items).toEqual([{ real: 1234.5, bonus: 0 }]);
		expect((await call('account.refreshToken')).items).toEqual([{ refreshed: true }]);
		expect(asked(bench, 'getAccessToken')).toHaveLength(2);
	});

	it('webhooks are listed, added twice without harm, and removed', async () => {
		const { call, control } = await scene({
			settings: { subscribe_twice_status: 409, unsubscribe_unknown_status: 404 },
		});
		const url = 'https://n8n.example.org/hook/1?key=a';
		await call('webhook.subscribe', { url });
		await call('webhook.subscribe', { url });
		expect((await call('webhook.list')).items).toEqual([{ url, version: '3' }]);
		await call('webhook.unsubscribe', { url });
		await call('webhook.unsubscribe', { url });
		expect(control.state({}).accounts[0]?.webhooks).toEqual([]);
	});
});

describe('a raw request', () => {
	it('goes anywhere within the API, with our token and the own user id', async () => {
		const { call, bench } = await scene();
		expect((await call('raw.request', { path: '/core/v1/accounts/{user_id}/balance/' })).items).toEqual([
			{ real: 1234.5, bonus: 0 },
		]);
		const query = { chat_types: ['u2i', 'u2u'], limit: 5, nothing: null };
		await call('raw.request', { method: 'GET', path: '/messenger/v2/accounts/{user_id}/chats', query });
		expect(asked(bench, 'getChatsV2')[0]?.query).toEqual({ chat_types: 'u2i,u2u', limit: '5' });
		expect(
			(await call('raw.request', { method: 'POST', path: '/messenger/v1/subscriptions' })).items,
		).toEqual([{ subscriptions: [] }]);
		expect(
			(await call('raw.request', { path: `${bench.sandbox.origin}/core/v1/accounts/self` })).items,
		).toMatchObject([{ id: 94000001 }]);
	});

	it.each(['https://evil.example/steal', '//evil.example/x', 'http://127.0.0.1:1/x', '/\\evil.example'])(
		'refuses another host: %s',
		async (path) => {
			const { call, bench } = await scene();
			const before = bench.sandbox.control.requests({}).length;
			expect(await codeOf(call('raw.request', { path }))).toBe('invalid_parameter');
			expect(bench.sandbox.control.requests({})).toHaveLength(before);
		},
	);

	it('needs no more than reading for GET, and is dangerous where it spends money', () => {
		const spec = avitoDriver.commands['raw.request'];
		expect(spec?.classify?.({ method: 'GET', path: '/x' })).toEqual({ permission: 'read', effect: 'read' });
		expect(spec?.classify?.({ method: 'POST', path: '/x' })).toEqual({
			permission: 'account',
			effect: 'send',
		});
		expect(spec?.dangerous?.({ method: 'PUT', path: '/core/v2/items/1/vas/' })).toBe(true);
		expect(spec?.dangerous?.({ method: 'POST', path: '/special-offers/v1/multiCreate' })).toBe(true);
		expect(spec?.dangerous?.({ method: 'GET', path: '/special-offers/v1/available' })).toBe(false);
	});

	it('that changes something happens at most once', async () => {
		const { bench, account } = await scene();
		const input = { method: 'POST', path: '/messenger/v3/webhook', body: { url: 'https://e.org/h' } };
		bench.sandbox.control.mode({ mode: '500', scope: 'postWebhookV3', when: 'after' });
		expect(await codeOf(bench.call(account, 'raw.request', input, { key: 'k' }))).toBe('upstream_error');
		expect(await codeOf(bench.call(account, 'raw.request', input, { key: 'k' }))).toBe('outcome_unknown');
		expect(asked(bench, 'postWebhookV3')).toHaveLength(1);
	});
});

describe('the credential test', () => {
	const test = (bench: Bench) =>
		avitoDriver.test(avitoDriver.configure(bench.credential), bench.services, new AbortController().signal);

	it('says who is connected', async () => {
		const bench = await startBench();
		expect((await test(bench)).message).toContain('No chats are visible');
		bench.sandbox.control.chats({ count: 1 });
		expect((await test(bench)).message).toBe(
			'Connected as Ремонт и Ко (94000001). The messenger API is available.',
		);
		expect(bench.clock.pending).toBe(0);
	});

	it('tells wrong keys, keys of an employee, and the missing subscription apart', async () => {
		const wrong = await startBench({ credential: { clientSecret: 'nope' } });
		await expect(test(wrong)).rejects.toMatchObject({ code: 'credential_invalid' });

		const employee = await startBench();
		const key = employee.sandbox.accounts[2];
		Object.assign(employee.credential, {
			clientId: key.client_id,
			clientSecret: key.client_secret,
			userId: '94000001',
		});
		await expect(test(employee)).rejects.toMatchObject({
			code: 'permission_denied',
			hint: expect.stringContaining('main company account') as string,
		});

		for (const no_subscription_chats of ['placeholder', 'payment_required'] as const) {
			const unpaid = await startBench({ settings: { no_subscription_chats } });
			unpaid.sandbox.control.chats({ count: 1 });
			unpaid.sandbox.control.account({ user_id: 94000001, subscription: false });
			await expect(test(unpaid)).rejects.toMatchObject({
				code: 'subscription_missing',
				hint: expect.stringContaining('Максимальный') as string,
			});
		}
	});

	it('never shows the notice as a chat’s last message', async () => {
		const { call, control, bench } = await scene();
		control.chats({ count: 2 });
		control.account({ user_id: 94000001, subscription: false });
		const { items } = await call('chat.getMany');
		expect(items.map(({ last_message }) => last_message)).toEqual([null, null]);
		expect(JSON.stringify(items)).not.toContain(placeholderText);
		expect(bench.services.states).toMatchObject([{ state: 'subscription_missing' }]);
		expect(await codeOf(call('message.getMany', { chatId: idOf(items[0], 'external_chat_id') }))).toBe(
			'subscription_missing',
		);
	});
});

it('opens for an employee’s keys with the company’s id, and explains the refusal', async () => {
	const bench = await startBench();
	const { chat_id: chatId } = bench.sandbox.control.incoming({ text: 'x' });
	const key = bench.sandbox.accounts[2];
	Object.assign(bench.credential, {
		clientId: key.client_id,
		clientSecret: key.client_secret,
		userId: '94000001',
	});
	const account = await bench.account();
	expect(account.accountId).toBe('avito:94000001');
	expect(bench.services.logged.some(({ message }) => message.includes('another account'))).toBe(true);
	await expect(bench.call(account, 'message.getMany', { chatId })).rejects.toMatchObject({
		code: 'permission_denied',
		hint: expect.stringContaining('employee') as string,
	});
});
