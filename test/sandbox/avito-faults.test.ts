import { describe, expect, it } from 'vitest';
import { errorBody, openClient, subscribe, openReceiver, type PlainClient } from './avito.support';
import { AdvanceableClock, type FaultInput } from './avito';

const self = '/core/v1/accounts/self';

/** One request that is allowed to fail on the wire: its status, or the word "broken". */
async function attempt(
	client: PlainClient,
	method: string,
	path: string,
	body?: unknown,
): Promise<number | 'broken'> {
	try {
		return (await client.call(method, path, body === undefined ? {} : { body })).status;
	} catch {
		return 'broken';
	}
}

describe('a fault', () => {
	it.each([
		['401', 401, errorBody(401, 'Unauthorized')],
		['402', 402, errorBody(402, 'Payment required')],
		['403', 403, errorBody(403, 'Forbidden')],
		['403_gateway', 403, { result: { status: false, message: 'access token expired' } }],
		['404', 404, errorBody(404, 'Not found')],
		['500', 500, errorBody(500, 'Error while processing request. Please, contact support')],
		['502', 502, errorBody(502, 'Bad gateway')],
		['503', 503, errorBody(503, 'Service temporarily unavailable. Please, contact support')],
		['429', 429, { error: { code: 429 } }],
	] satisfies Array<[FaultInput['mode'], number, unknown]>)(
		'%s answers so once',
		async (mode, status, body) => {
			const client = await openClient();
			client.sandbox.control.mode({ mode, count: 1 });
			const reply = await client.call('GET', self);
			expect([reply.status, reply.json]).toEqual([status, body]);
			expect((await client.call('GET', self)).status).toBe(200);
		},
	);

	it('429 carries the rate headers, and Retry-After when told to', async () => {
		const client = await openClient();
		client.sandbox.control.mode({ mode: '429', rate_limit: 30, retry_after: 7 });
		const { headers } = await client.call('GET', self);
		expect([headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual(['30', '0']);
		expect(headers.get('retry-after')).toBe('7');
	});

	it('html, invalid_json and empty break the body', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		control.mode({ mode: 'html', status: 429, count: 1 });
		const html = await client.call('GET', self);
		expect([html.status, html.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8']);
		control.mode({ mode: 'invalid_json', count: 1 });
		const broken = await client.call('GET', self);
		expect([broken.status, broken.json]).toEqual([200, undefined]);
		control.mode({ mode: 'empty', count: 1 });
		const empty = await client.call('GET', self);
		expect([empty.status, empty.text]).toEqual([200, '']);
	});

	it('reset and reset_mid_body break the connection', async () => {
		const client = await openClient();
		for (const mode of ['reset', 'reset_mid_body'] as const) {
			client.sandbox.control.mode({ mode, count: 1 });
			expect(await attempt(client, 'GET', self)).toBe('broken');
			expect(await attempt(client, 'GET', self)).toBe(200);
		}
	});

	it('slow waits on the clock, hang for ever', async () => {
		const clock = new AdvanceableClock(Date.now(), false);
		const client = await openClient({ clock });
		const { control } = client.sandbox;
		control.mode({ mode: 'slow', delay_ms: 10_000, count: 1 });
		const slow = client.call('GET', self);
		while (control.requests({ path: self }).length === 0) await new Promise(setImmediate);
		expect(control.requests({ path: self })).toMatchObject([{ status: null, fault: 'slow' }]);
		clock.advance(10_000);
		expect((await slow).status).toBe(200);
		control.mode({ mode: 'hang', count: 1 });
		const abort = new AbortController();
		const headers = { authorization: `Bearer ${client.token}` };
		const hanging = fetch(client.sandbox.origin + self, { headers, signal: abort.signal });
		while (control.requests({ path: self }).length < 2) await new Promise(setImmediate);
		clock.advance(3_600_000);
		abort.abort();
		await expect(hanging).rejects.toThrow('aborted');
		expect(control.requests({ path: self })[1]).toMatchObject({ status: null, fault: 'hang' });
	});

	it('hits only its scope, its account, after its skips', async () => {
		const client = await openClient();
		const { control, accounts } = client.sandbox;
		const { chat_id } = control.incoming();
		const messages = `${client.chat('v3', chat_id)}/messages/`;
		control.mode({ mode: '500', scope: 'getMessagesV3', skip: 1, count: 1 });
		expect(await attempt(client, 'GET', `${client.base('v2')}/chats`)).toBe(200);
		expect(await attempt(client, 'GET', messages)).toBe(200);
		expect(await attempt(client, 'GET', messages)).toBe(500);
		expect(await attempt(client, 'GET', messages)).toBe(200);
		control.mode({ mode: '503', scope: '/messenger/*' });
		expect(await attempt(client, 'GET', messages)).toBe(503);
		expect(await attempt(client, 'GET', self)).toBe(200);
		control.mode({ mode: 'ok' });
		control.mode({ mode: '500', user_id: accounts[1].user_id });
		expect(await attempt(client, 'GET', self)).toBe(200);
		expect((await client.call('GET', self, { token: await client.login(accounts[1]) })).status).toBe(500);
	});

	it('takes no effect when it comes before, and does when only the answer is lost', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		const [chat_id = ''] = control.chats().chat_ids;
		const path = `${client.chat('v1', chat_id)}/messages`;
		const body = { type: 'text', message: { text: 'Готово' } };
		for (const mode of ['500', 'reset', 'html'] as const) {
			control.mode({ mode, count: 1 });
			expect(await attempt(client, 'POST', path, body)).not.toBe(200);
		}
		expect(control.outbox()).toEqual([]);
		for (const mode of ['500', 'reset', 'html'] as const) {
			control.mode({ mode, when: 'after', count: 1 });
			expect(await attempt(client, 'POST', path, body)).not.toBe(200);
		}
		await control.idle();
		expect(control.outbox()).toHaveLength(3);
		expect(receiver.events).toHaveLength(3);
	});
});

describe('limits per minute', () => {
	it('enforces the published one of the ads list', async () => {
		const client = await openClient();
		const list = () => client.call('GET', '/core/v1/items');
		const first = await list();
		expect(first.headers.get('x-ratelimit-limit')).toBe('25');
		expect(first.headers.get('x-ratelimit-remaining')).toBe('24');
		for (let i = 0; i < 24; i++) await list();
		const refused = await list();
		expect([refused.status, refused.json]).toEqual([429, { error: { code: 429 } }]);
		expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
		expect(refused.headers.get('retry-after')).toBeNull();
		client.sandbox.control.clock({ advance_seconds: 60 });
		expect((await list()).status).toBe(200);
	});

	it('counts all messenger operations of an account together, once a limit is set', async () => {
		const client = await openClient({ settings: { messenger_per_minute: 3, retry_after: true } });
		const { control } = client.sandbox;
		const { chat_id } = control.incoming();
		const paths = [
			`${client.base('v2')}/chats`,
			client.chat('v2', chat_id),
			`${client.chat('v3', chat_id)}/messages/`,
		];
		for (const path of paths) expect(await attempt(client, 'GET', path)).toBe(200);
		const refused = await client.call('GET', `${client.base('v2')}/chats`);
		expect(refused.status).toBe(429);
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
		expect(await attempt(client, 'GET', self)).toBe(200);
	});
});

describe('an outage', () => {
	it('refuses connections, comes back by itself on the same port, and keeps the control plane', async () => {
		const clock = new AdvanceableClock(Date.now(), false);
		const client = await openClient({ clock });
		const { sandbox } = client;
		await fetch(`${sandbox.controlOrigin}/_control/unreachable`, { method: 'POST', body: '{"seconds":60}' });
		expect(await attempt(client, 'GET', self)).toBe('broken');
		const state = await fetch(`${sandbox.controlOrigin}/_control/state`);
		expect(await state.json()).toMatchObject({ reachable: false });
		clock.advance(59_000);
		expect(await attempt(client, 'GET', self)).toBe('broken');
		clock.advance(1000);
		while (!sandbox.control.state().reachable) await new Promise(setImmediate);
		expect(await attempt(client, 'GET', self)).toBe(200);
	});

	it('can hold events back until it is over', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		await control.unreachable({ webhooks: 'hold' });
		expect(await attempt(client, 'GET', self)).toBe('broken');
		control.incoming();
		expect(receiver.received).toEqual([]);
		await control.unreachable({ seconds: 0 });
		await control.idle();
		expect(receiver.events).toHaveLength(1);
		expect(await attempt(client, 'GET', self)).toBe(200);
	});
});
