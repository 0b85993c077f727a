import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AvitoAccount } from '../../../src/channels/avito';
import type { JsonObject, OpenAccount } from '../../../src/contract';
import { until } from '../../support/manual-clock';
import { codeOf, MemoryJournal } from './fixture';
import { chatOf, messageOf, pages, startForeign, type Foreign, type Reply } from './foreign';

const T0 = 1_758_300_000;

/** One pass from a state that knows nothing of the last day. */
async function readOnce(foreign: Foreign, account: OpenAccount<AvitoAccount>, mark = T0 - 86_400) {
	const state = { v: 1, mark, passedAt: foreign.clock.now(), chats: {} };
	const journal = new MemoryJournal(account.accountId, { state });
	const reader = account.startReading(journal);
	onTestFinished(() => reader.stop());
	await reader.live;
	return journal;
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => n);
const chatId = (n: number) => `u2i-chat~${n}`;

describe('a service that gives fewer than asked and says there is more', () => {
	it('is read to its end', async () => {
		const chats = numbered(120).map((n) => chatOf(chatId(n), T0 - n));
		const messages = Object.fromEntries(
			numbered(120).map((n) => [chatId(n), [messageOf(n, T0 - n)]]),
		) as Record<string, JsonObject[]>;
		messages[chatId(0)] = numbered(95).map((n) => messageOf(1000 - n, T0 - n));
		const foreign = await startForeign(pages({ chats, messages }, 30));
		const account = await foreign.open();
		expect((await foreign.call(account, 'chat.getMany')).items).toHaveLength(120);
		const journal = await readOnce(foreign, account);
		expect(new Set(journal.events.map(({ event }) => event.event_id)).size).toBe(119 + 95);
	});

	it('and nothing at all on a page is no end', async () => {
		const chats = [chatOf(chatId(0), T0)];
		const list = pages({ chats, messages: {} });
		const foreign = await startForeign((asked) =>
			asked.path.endsWith('/chats') && asked.query.get('offset') === '0'
				? { json: { chats: [], meta: { has_more: true } } }
				: list({ ...asked, query: new URLSearchParams({ offset: '0' }) }),
		);
		const account = await foreign.open();
		expect((await foreign.call(account, 'chat.getMany')).items).toHaveLength(1);
	});

	it('tells how many ads or reviews a page has', async () => {
		const ads = numbered(60).map((id) => ({ id, title: `Товар ${id}` }));
		const foreign = await startForeign(({ path, query }) => {
			if (path === '/core/v1/items') {
				const page = Number(query.get('page'));
				return { json: { meta: { page, per_page: 25 }, resources: ads.slice(page * 25 - 25, page * 25) } };
			}
			if (path !== '/ratings/v1/reviews') return undefined;
			const offset = Number(query.get('offset'));
			return { json: { total: 60, reviews: ads.slice(offset, offset + 20) } };
		});
		const account = await foreign.open();
		expect((await foreign.call(account, 'listing.getMany')).items).toHaveLength(60);
		expect((await foreign.call(account, 'review.getMany')).items).toHaveLength(60);
	});
});

describe('lists in another order', () => {
	const shuffled = <T>(list: readonly T[]): T[] => [...list].sort((a, b) => hash(a) - hash(b));
	const hash = (value: unknown) =>
		(JSON.stringify(value).length * 7 + JSON.stringify(value).charCodeAt(12)) % 13;

	it.each([
		['the oldest first', <T>(list: readonly T[]) => [...list].reverse()],
		['in no order', shuffled],
	])('with %s: nothing new is overlooked, and events are in order', async (_name, arrange) => {
		const chats = numbered(130).map((n) => chatOf(chatId(n), T0 - n * 100));
		const messages = { [chatId(0)]: arrange(numbered(130).map((n) => messageOf(500 - n, T0 - n * 10))) };
		const foreign = await startForeign(pages({ chats: arrange(chats), messages }));
		const account = await foreign.open();
		// Half of the chat is known: what is older than that would end the reading of a list in Avito's order.
		const journal = await readOnce(foreign, account, T0 - 100);
		const told = journal.events.map(({ event }) => event.timestamp);
		expect(told).toHaveLength(71);
		expect(told).toEqual([...told].sort());
	});
});

describe('values in another form', () => {
	it('numbers as text, ids as numbers, times in milliseconds', async () => {
		const message = messageOf(7, T0, { id: 7, created: String(T0), author_id: '200000555' });
		const chat = { ...chatOf(chatId(0), T0), updated: `${T0}`, created: T0 * 1000, last_message: message };
		const foreign = await startForeign(pages({ chats: [chat], messages: { [chatId(0)]: [message] } }));
		const account = await foreign.open();
		const [item] = (await foreign.call(account, 'chat.getMany')).items;
		expect(item).toMatchObject({
			created: '2025-09-19T16:40:00.000Z',
			updated: '2025-09-19T16:40:00.000Z',
			last_message: { id: '7', timestamp: '2025-09-19T16:40:00.000Z' },
		});
		expect((await readOnce(foreign, account)).events[0]?.event.meta.external_message_id).toBe('7');
	});

	it('a member that cannot be understood costs neither its message nor the rest', async () => {
		const odd = [
			messageOf(1, T0, { content: 'text' }),
			messageOf(2, T0, { content: [] }),
			messageOf(3, T0, { type: null, quote: 'q' }),
			messageOf(4, T0, { type: 'image', content: { image: { sizes: [] } } }),
			messageOf(5, T0, {
				type: 'image',
				content: { image: { sizes: { '2x2': 'https://a/2', '9x9': null } } },
			}),
			messageOf(6, T0, { created: 1e20 }),
			messageOf(8, T0, { direction: null }),
			messageOf(9, T0, { author_id: null }),
		];
		const chat = chatOf(chatId(0), T0, { last_message: 5, context: { type: 'support', value: { id: 'x' } } });
		const foreign = await startForeign(pages({ chats: [chat], messages: { [chatId(0)]: odd } }));
		const account = await foreign.open();
		const { events } = await readOnce(foreign, account);
		// Only what has no time at all cannot be put into any order.
		expect(events.map(({ event }) => Number(event.meta.external_message_id)).sort()).toEqual([
			1, 2, 3, 4, 5, 8, 9,
		]);
		for (const { event } of events) {
			expect(event).toMatchObject({
				external_user_id: '200000555',
				client_name: 'Покупатель',
				meta: { direction: 'in', sent_by: 'client', is_service: false, ad_id: null },
			});
		}
		expect((await foreign.call(account, 'chat.unreadCount')).items[0]).toMatchObject({ messages: 7 });
	});

	it('null in the place of an empty list, text in the place of an amount', async () => {
		const answers: Record<string, unknown> = {
			'/messenger/v2/accounts/94000001/chats': { chats: null, meta: null },
			'/messenger/v1/subscriptions': { subscriptions: null },
			'/core/v1/items': { meta: null, resources: null },
			'/ratings/v1/reviews': { total: 0, reviews: null },
			'/core/v1/accounts/94000001/balance/': { real: '-0.50', bonus: '0' },
		};
		const foreign = await startForeign(({ path }) => (path in answers ? { json: answers[path] } : undefined));
		const account = await foreign.open();
		for (const name of ['chat.getMany', 'webhook.list', 'listing.getMany', 'review.getMany'])
			expect((await foreign.call(account, name)).items, name).toEqual([]);
		expect((await foreign.call(account, 'account.getBalance')).items).toEqual([{ real: -0.5, bonus: 0 }]);
	});

	it('a chat whose id tells nothing is of the kind it was asked for', async () => {
		const [notices, person] = [chatOf('AbC~1', T0), chatOf('AbC~2', T0)];
		const messages = { 'AbC~1': [messageOf(1, T0)], 'AbC~2': [messageOf(2, T0)] };
		const foreign = await startForeign((asked) => {
			const ofAvito = asked.query.get('chat_types') === 'a2u';
			return pages({ chats: [ofAvito ? notices : person], messages })(asked);
		});
		const account = await foreign.open();
		const journal = await readOnce(foreign, account);
		const kinds = journal.events.map(({ event }) => [event.external_chat_id, event.meta.chat_type]);
		expect(kinds.sort()).toEqual([
			['AbC~1', 'a2u'],
			['AbC~2', 'u2u'],
		]);
	});

	it('a name is taken from whoever wrote', async () => {
		const users = [
			{ id: 5, name: 'Третий' },
			{ id: 94000001, name: 'Я' },
			{ id: 200000555, name: 'Анна' },
		];
		const chats = [chatOf(chatId(0), T0, { users })];
		const foreign = await startForeign(pages({ chats, messages: { [chatId(0)]: [messageOf(1, T0)] } }));
		const { events } = await readOnce(foreign, await foreign.open());
		expect(events[0]?.event.client_name).toBe('Анна');
	});
});

describe('answers in another wrapping', () => {
	const page = Buffer.from(JSON.stringify({ chats: [chatOf(chatId(0), T0)], meta: { has_more: false } }));
	const chatsAs = (reply: Reply) => startForeign(({ path }) => (path.endsWith('/chats') ? reply : undefined));

	it.each([
		['gzip', gzipSync(page)],
		['deflate', deflateSync(page)],
		['br', brotliCompressSync(page)],
	])('compressed by %s', async (encoding, bytes) => {
		const foreign = await chatsAs({ bytes, headers: { 'content-encoding': encoding } });
		expect((await foreign.call(await foreign.open(), 'chat.getMany')).items).toHaveLength(1);
	});

	it('a file that grows a thousandfold is not unpacked to its end', async () => {
		const bytes = gzipSync(Buffer.alloc(64 * 1024 * 1024));
		const foreign = await chatsAs({ bytes, headers: { 'content-encoding': 'gzip' } });
		const account = await foreign.open();
		expect(await codeOf(foreign.call(account, 'chat.getMany'))).toBe('unexpected_answer');
	});

	it('with a byte order mark, in chunks', async () => {
		const foreign = await chatsAs({
			bytes: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), page]),
			headers: { 'transfer-encoding': 'chunked', 'content-type': 'text/plain' },
		});
		expect((await foreign.call(await foreign.open(), 'chat.getMany')).items).toHaveLength(1);
	});
});

describe('redirects', () => {
	const moved = (status: number, to: (path: string) => string, rest?: (path: string) => Reply | undefined) =>
		startForeign(({ path }) =>
			path.startsWith('/moved') ? rest?.(path.slice(6)) : { status, headers: { location: to(path) } },
		);

	it('within Avito are followed where they ask for the same request again', async () => {
		const foreign = await moved(
			308,
			(path) => `/moved${path}`,
			(path) =>
				path === '/token'
					? { json: { access_token: 'token', expires_in: 60 } }
					: path.endsWith('/read')
						? { json: { ok: true } }
						: { json: { id: 94000001 } },
		);
		const account = await foreign.open();
		await foreign.call(account, 'chat.markRead', { chatId: chatId(0) });
		expect(foreign.asked.at(-1)).toMatchObject({
			method: 'POST',
			path: expect.stringMatching(/^\/moved.*read$/) as string,
			headers: { authorization: 'Bearer token' },
		});
	});

	it('to somebody else never get the keys or the token', async () => {
		const other = await startForeign(() => ({ json: { access_token: 'x', expires_in: 60 } }));
		const foreign = await moved(307, (path) => `${other.origin}${path}`);
		const refused = await foreign.open().catch((error: unknown) => error as Error);
		expect(refused).toMatchObject({
			code: 'unexpected_answer',
			message: expect.stringContaining(`${other.origin}/token`) as string,
		});
		expect(other.asked).toEqual([]);
	});

	it('that would turn a message into a question are an error, not a success', async () => {
		const foreign = await startForeign(({ path }) =>
			path.startsWith('/messenger') ? { status: 301, headers: { location: '/' } } : undefined,
		);
		const account = await foreign.open();
		expect(await codeOf(foreign.call(account, 'chat.markRead', { chatId: 'c' }))).toBe('unexpected_answer');
		expect(await codeOf(foreign.call(account, 'webhook.subscribe', { url: 'https://a/b' }))).toBe(
			'unexpected_answer',
		);
	});
});

describe('tokens and refusals', () => {
	it('a token that does not say how long it lives is used until it is refused', async () => {
		let issued = 0;
		let good = 'token-1';
		const foreign = await startForeign(({ path, headers }) => {
			if (path === '/token') return { json: { access_token: `token-${++issued}`, token_type: 'bearer' } };
			if (headers.authorization !== `Bearer ${good}`)
				return { json: { result: { status: false, message: 'access token expired' } } };
			return path.endsWith('/balance/') ? { json: { real: 1, bonus: 0 } } : undefined;
		});
		const account = await foreign.open();
		await foreign.call(account, 'account.getBalance');
		expect(issued).toBe(1);
		good = 'token-2';
		// It says 200, and means that the token has ended.
		expect((await foreign.call(account, 'account.getBalance')).items).toEqual([{ real: 1, bonus: 0 }]);
		expect(issued).toBe(2);
	});

	it('an error that says 200 is an error', async () => {
		const foreign = await startForeign(({ path }) =>
			path.endsWith('/read') ? { json: { error: { code: 402, message: 'Payment required' } } } : undefined,
		);
		const account = await foreign.open();
		expect(await codeOf(foreign.call(account, 'chat.markRead', { chatId: 'c' }))).toBe(
			'subscription_missing',
		);
	});

	it('rate headers that say nothing slow nothing down, and no pause is longer than a day', async () => {
		const paused: number[] = [];
		let refuse = false;
		const foreign = await startForeign(({ path }) =>
			path.endsWith('/balance/')
				? {
						status: refuse ? 429 : 200,
						json: { real: 1, bonus: 0 },
						headers: {
							'x-ratelimit-limit': '60',
							'x-ratelimit-remaining': '',
							...(refuse ? { 'retry-after': '999999999' } : {}),
						},
					}
				: undefined,
		);
		foreign.services.budget.pause = (_bucket, ms) => void paused.push(ms);
		const account = await foreign.open();
		await foreign.call(account, 'account.getBalance');
		expect(paused).toEqual([]);
		refuse = true;
		expect(await codeOf(foreign.call(account, 'account.getBalance'))).toBe('flood_wait');
		expect(new Set(paused)).toEqual(new Set([86_400_000]));
	});
});

describe('webhooks of another make', () => {
	const value = { ...messageOf(1, T0), chat_id: chatId(0), user_id: 94000001, chat_type: 'u2i' };
	const hook = (change: JsonObject, envelope: JsonObject = {}) =>
		({
			id: 'e',
			version: 'v4',
			timestamp: T0,
			...envelope,
			payload: { type: 'message', value: { ...value, ...change } },
		}) as JsonObject;

	it.each([
		[
			'numbers as text',
			hook({ user_id: '94000001', author_id: '200000555', created: `${T0}`, item_id: '0' }),
		],
		['a numeric id', hook({ id: 1 })],
		['no author', hook({ author_id: null })],
		['no time of its own', hook({ created: null })],
		[
			'no time but published_at',
			hook({ created: null, published_at: '2025-09-19T16:40:00Z' }, { timestamp: null }),
		],
		[
			'unknown members',
			hook({ emotion: { a: 1 }, content: { text: 'сообщение 1', stickers: [] } }, { sign: 'x' }),
		],
		['content that is none', hook({ content: 'x', type: 'hologram' })],
		['nothing that is optional', hook({ chat_type: null, read: null, item_id: null, direction: null })],
	])('with %s are a message of the customer', async (_name, body) => {
		const foreign = await startForeign(pages({ chats: [chatOf(chatId(0), T0 - 100)], messages: {} }));
		const account = await foreign.open();
		const journal = new MemoryJournal(account.accountId);
		const reader = account.startReading(journal);
		onTestFinished(() => reader.stop());
		await reader.live;
		expect(await reader.accept?.(body)).toBe(true);
		await until(() => journal.events.length === 1, 'the event');
		expect(journal.events[0]?.event).toMatchObject({
			external_chat_id: chatId(0),
			external_user_id: '200000555',
			timestamp: '2025-09-19T16:40:00.000Z',
			client_name: 'Покупатель',
			meta: { direction: 'in', is_service: false, ad_id: null, chat_type: 'u2i' },
		});
	});
});
