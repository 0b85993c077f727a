import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from '#lib/zod';
import {
	errorBody,
	fieldsBody,
	openClient,
	openReceiver,
	subscribe,
	type PlainClient,
} from './avito.support';
import { AdvanceableClock, placeholderText } from './avito';

const hook = '/messenger/v3/webhook';

async function subscriptions(client: PlainClient) {
	return (await client.call('POST', '/messenger/v1/subscriptions')).json;
}

/** Any envelope, for events that are odd on purpose. */
const valueSchema = z.object({ payload: z.object({ value: z.record(z.string(), z.unknown()) }) });

function texts(
	events: ReadonlyArray<{ payload: { value: { content: Record<string, unknown> } } }>,
): unknown[] {
	return events.map(({ payload }) => payload.value.content['text']);
}

describe('subscriptions', () => {
	it('keeps several URLs per account, verbatim, once each, and ends them', async () => {
		const client = await openClient();
		const urls = ['http://127.0.0.1:1/a?key=1', 'https://example.org/b'];
		for (const url of [...urls, ...urls]) {
			const reply = await client.call('POST', hook, { body: { url, events: ['message'] } });
			expect([reply.status, reply.json]).toEqual([200, { ok: true }]);
		}
		expect(await subscriptions(client)).toEqual({
			subscriptions: urls.map((url) => ({ url, version: '3' })),
		});
		const end = await client.call('POST', '/messenger/v1/webhook/unsubscribe', { body: { url: urls[0] } });
		expect(end.json).toEqual({ ok: true });
		expect(await subscriptions(client)).toEqual({ subscriptions: [{ url: urls[1], version: '3' }] });
	});

	it('refuses what is no URL, and more when switched to', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		fieldsBody('url').parse((await client.call('POST', hook, { body: { url: 'somewhere' } })).json);
		fieldsBody('url').parse((await client.call('POST', hook, { body: {} })).json);
		const url = 'http://127.0.0.1:1/';
		control.settings({ subscribe_twice_status: 409, subscribe_limit: 1, unsubscribe_unknown_status: 404 });
		await subscribe(client, url);
		expect((await client.call('POST', hook, { body: { url } })).status).toBe(409);
		expect((await client.call('POST', hook, { body: { url: `${url}b` } })).status).toBe(400);
		control.settings({ subscribe_limit: null, subscribe_requires_https: true });
		fieldsBody('url').parse((await client.call('POST', hook, { body: { url: `${url}b` } })).json);
		const unknown = await client.call('POST', '/messenger/v1/webhook/unsubscribe', {
			body: { url: `${url}c` },
		});
		expect([unknown.status, unknown.json]).toEqual([404, errorBody(404, 'Not found')]);
	});

	it('can probe a URL before it takes it', async () => {
		const client = await openClient({ settings: { subscribe_probes: true } });
		const good = await openReceiver();
		const bad = await openReceiver((_request, response) => response.writeHead(500).end());
		await subscribe(client, good.url);
		expect(good.received[0]).toMatchObject({ body: '{}' });
		expect(good.received[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
		expect((await client.call('POST', hook, { body: { url: bad.url } })).status).toBe(400);
	});
});

describe('an event', () => {
	it('reaches every URL of its account in the v3 envelope, with a signature header', async () => {
		const client = await openClient();
		const { control, accounts } = client.sandbox;
		const [one, two] = [await openReceiver(), await openReceiver()];
		await subscribe(client, one.url);
		await subscribe(client, two.url);
		const sent = control.incoming({ text: 'Здравствуйте' });
		control.incoming({ user_id: accounts[1].user_id });
		await control.idle();
		const [event] = one.events;
		expect(event).toMatchObject({ version: 'v3.0.0', payload: { type: 'message' } });
		expect(event?.payload.value).toEqual({
			id: sent.message_id,
			chat_id: sent.chat_id,
			user_id: client.account.user_id,
			author_id: sent.author_id,
			created: event?.timestamp,
			type: 'text',
			chat_type: 'u2i',
			content: { text: 'Здравствуйте' },
			item_id: 7700000001,
			published_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
			read: null,
		});
		expect([one.events.length, two.events.length]).toEqual([1, 1]);
		const [raw] = one.received;
		expect(raw?.url).toBe('/hook?key=secret');
		expect(raw?.headers['content-type']).toBe('application/json');
		const expected = createHmac('sha256', 'sandbox-signature-key')
			.update(raw?.body ?? '')
			.digest('hex');
		expect(raw?.headers['x-avito-messenger-signature']).toBe(expected);
	});

	it('echoes what the account itself writes, by API and in the app, unless switched off', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		const { chat_id } = control.chats().chat_ids.map((id) => ({ chat_id: id }))[0] ?? { chat_id: '' };
		const body = { type: 'text', message: { text: 'из API' } };
		await client.call('POST', `${client.chat('v1', chat_id)}/messages`, { body });
		control.outgoing({ chat_id, text: 'из приложения' });
		await control.idle();
		expect(texts(receiver.events)).toEqual(['из API', 'из приложения']);
		for (const { payload } of receiver.events) expect(payload.value.author_id).toBe(payload.value.user_id);
		expect(control.outbox().map(({ text }) => text)).toEqual(['из API']);
		control.settings({ webhook_own_messages: false });
		control.outgoing({ chat_id });
		await control.idle();
		expect(receiver.events).toHaveLength(2);
	});

	it('tells of system messages and deletions', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		const { chat_id, message_id } = control.incoming();
		control.system({ chat_id, flow_id: 'sbc_seller_notification', author_id: 1 });
		control.deleteByAuthor({ chat_id, message_id });
		await control.idle();
		const [, system, deleted] = receiver.events.map(({ payload }) => payload.value);
		expect(system).toMatchObject({
			type: 'system',
			author_id: 1,
			content: { flow_id: 'sbc_seller_notification' },
		});
		expect(system?.content['text']).toMatch(/^\[Системное сообщение\] /);
		expect(deleted).toMatchObject({ id: message_id, type: 'deleted', content: {} });
	});

	it('covers the variations seen in captures', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		control.incoming({ chat_type: 'u2u' });
		control.settings({ non_item_id: 'zero', webhook_published_at: false, webhook_read: false });
		control.incoming({ chat_type: 'a2u' });
		control.settings({ non_item_id: 'absent', webhook_version: 'v1.1' });
		control.incoming({ chat_type: 'u2u' });
		control.incoming({ value: { item_id: null }, omit: ['chat_type'], type: 'hologram' });
		await control.idle();
		const values = receiver.received.map(({ body }) => valueSchema.parse(JSON.parse(body)).payload.value);
		const [nulled, zero, absent] = values;
		expect(nulled).toMatchObject({ item_id: null, chat_type: 'u2u' });
		expect(zero).toMatchObject({ item_id: 0, chat_type: 'a2u' });
		expect(Object.keys(zero ?? {})).not.toContain('published_at');
		expect(Object.keys(absent ?? {})).not.toContain('item_id');
		expect(receiver.received[2]?.body).toContain('"version":"v1.1"');
		expect(receiver.received[3]?.body).toMatch(/"type":"hologram".*"item_id":null/);
		expect(receiver.received[3]?.body).not.toContain('chat_type');
	});

	it('posts any body verbatim, as the self-test of the guide does', async () => {
		const client = await openClient();
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		const { control } = client.sandbox;
		control.deliver({ body: '{}', content_type: 'application/x-www-form-urlencoded' });
		control.deliver({ body: 'not json' });
		await control.idle();
		expect(receiver.received.map(({ body }) => body)).toEqual(['{}', 'not json']);
	});

	it('without the paid access is kept back, or carries the notice', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		control.account({ user_id: client.account.user_id, subscription: false });
		control.incoming();
		control.settings({ no_subscription_webhook: 'placeholder' });
		control.incoming({ type: 'image' });
		await control.idle();
		expect(receiver.events.map(({ payload }) => payload.value)).toMatchObject([
			{ type: 'text', content: { text: placeholderText } },
		]);
	});
});

describe('the way of an event', () => {
	it('keeps the order of 2,000 events over kept connections', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		const { messages } = control.bulk({ messages: 2000, chats: 40 });
		await control.idle();
		expect(receiver.events.map(({ payload }) => payload.value.id)).toEqual(
			messages.map(({ message_id }) => message_id),
		);
		expect(control.deliveries({ outcome: 'delivered' })).toHaveLength(2000);
	});

	it('drops, doubles and reorders as told, always the same for one seed', async () => {
		async function run(): Promise<unknown[]> {
			const client = await openClient({ seed: 7 });
			const { control } = client.sandbox;
			const receiver = await openReceiver();
			await subscribe(client, receiver.url);
			control.webhooks({ drop_next: 1, duplicate_next: 1 });
			control.bulk({ messages: 3, text: '{n}' });
			await control.idle();
			expect(texts(receiver.events)).toEqual(['2', '2', '3']);
			expect(control.deliveries({ outcome: 'dropped' })).toHaveLength(1);
			control.webhooks({ reorder_window: 8 });
			control.bulk({ messages: 16, text: '{n}' });
			await control.idle();
			return texts(receiver.events).slice(3);
		}
		const [first, second] = [await run(), await run()];
		expect(first).toEqual(second);
		const inOrder = Array.from({ length: 16 }, (_, i) => String(i + 1));
		expect(first).not.toEqual(inOrder);
		expect(first.slice(0, 8).toSorted()).toEqual(inOrder.slice(0, 8).toSorted());
	});

	it('sends what is left of a reorder window when nothing follows', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		control.webhooks({ reorder_window: 10 });
		control.bulk({ messages: 3 });
		await control.idle();
		expect(receiver.events).toHaveLength(3);
	});

	it('loses and doubles at a rate', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		control.webhooks({ drop_rate: 0.2, duplicate_rate: 0.2 });
		control.bulk({ messages: 500 });
		await control.idle();
		const ids = receiver.events.map(({ payload }) => payload.value.id);
		const lost = control.deliveries({ outcome: 'dropped' }).length;
		expect(lost).toBeGreaterThan(50);
		expect(new Set(ids).size).toBe(500 - lost);
		expect(ids.length).toBeGreaterThan(new Set(ids).size + 40);
	});

	it('gives up after two seconds of its clock and records it', async () => {
		const clock = new AdvanceableClock(Date.now(), false);
		const client = await openClient({ clock });
		const { control } = client.sandbox;
		const receiver = await openReceiver(() => clock.advance(2001));
		await subscribe(client, receiver.url);
		control.incoming();
		await control.idle();
		expect(control.deliveries()).toMatchObject([
			{ outcome: 'timeout', slow: true, status: null, attempt: 1 },
		]);
	});

	it('retries only when told to, with the same message and an old or new envelope id', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const receiver = await openReceiver((_request, response, n) =>
			response.writeHead(n === 4 ? 200 : 500).end(),
		);
		await subscribe(client, receiver.url);
		control.incoming();
		await control.idle();
		expect(control.deliveries()).toMatchObject([{ outcome: 'refused', status: 500 }]);
		control.webhooks({ retry_attempts: 5, retry_delay_ms: 1, retry_keeps_envelope_id: false });
		control.incoming();
		await control.idle();
		expect(control.deliveries().map(({ attempt, status }) => [attempt, status])).toEqual([
			[1, 500],
			[1, 500],
			[2, 500],
			[3, 200],
		]);
		const events = receiver.events.slice(1);
		expect(new Set(events.map(({ payload }) => payload.value.id)).size).toBe(1);
		expect(new Set(events.map(({ id }) => id)).size).toBe(3);
	});

	it('delays and holds back', async () => {
		const clock = new AdvanceableClock(Date.now(), false);
		const client = await openClient({ clock });
		const { control } = client.sandbox;
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		control.webhooks({ delay_ms: 5000, paused: true });
		control.incoming();
		clock.advance(10_000);
		expect(control.state()).toMatchObject({ pending_deliveries: 1 });
		control.webhooks({ paused: false });
		clock.advance(4999);
		expect(control.deliveries()).toEqual([]);
		clock.advance(1);
		await control.idle();
		expect(receiver.events).toHaveLength(1);
	});

	it('records an unreachable subscriber without stopping', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		await subscribe(client, 'http://127.0.0.1:1/');
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		control.incoming();
		await control.idle();
		expect(control.deliveries({ outcome: 'error' })).toMatchObject([
			{ status: null, error: expect.any(String) },
		]);
		expect(receiver.events).toHaveLength(1);
	});
});
