import { describe, expect, it } from 'vitest';
import { z } from '#lib/zod';
import { errorBody, openClient, replyOf, type PlainClient, type Reply } from './avito.support';

async function askToken(
	{ sandbox }: PlainClient,
	form: Record<string, string>,
	path = '/token',
	headers: Record<string, string> = {},
): Promise<Reply> {
	const body = new URLSearchParams(form);
	return replyOf(await fetch(sandbox.origin + path, { method: 'POST', body, headers }));
}

function keysOf({ account }: PlainClient) {
	return {
		grant_type: 'client_credentials',
		client_id: account.client_id,
		client_secret: account.client_secret,
	};
}

const self = '/core/v1/accounts/self';

describe('token', () => {
	it('gives a new bearer token of 24 hours for the keys, with and without the closing slash', async () => {
		const client = await openClient();
		const shape = z.strictObject({
			access_token: z.string().min(20),
			expires_in: z.literal(86_400),
			token_type: z.literal('Bearer'),
		});
		const first = shape.parse((await askToken(client, keysOf(client))).json);
		const second = shape.parse((await askToken(client, keysOf(client), '/token/')).json);
		expect(first.access_token).not.toBe(second.access_token);
		for (const token of [first.access_token, second.access_token]) {
			expect((await client.call('GET', self, { token })).status).toBe(200);
		}
	});

	it('takes the keys from a Basic header, as two clients do', async () => {
		const client = await openClient();
		const { client_id, client_secret } = client.account;
		const basic = {
			authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`,
		};
		const reply = await askToken(client, { grant_type: 'client_credentials' }, '/token', basic);
		expect(reply.status).toBe(200);
	});

	it.each([
		['a wrong secret', { client_secret: 'nonsense' }, 'invalid_client'],
		['an unknown client', { client_id: 'nobody' }, 'invalid_client'],
		['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
	])('refuses %s in the shape of OAuth', async (_case, change, error) => {
		const client = await openClient();
		const reply = await askToken(client, { ...keysOf(client), ...change });
		expect(reply.status).toBe(400);
		expect(reply.json).toEqual({ error, error_description: expect.any(String) });
	});

	it('can hide the refusal behind a 200 or a 401', async () => {
		const client = await openClient();
		for (const status of [200, 401] as const) {
			client.sandbox.control.settings({ token_error_status: status });
			const reply = await askToken(client, { ...keysOf(client), client_secret: 'nonsense' });
			expect(reply.status).toBe(status);
			expect(reply.json).toMatchObject({ error: 'invalid_client' });
		}
	});

	it('takes form fields only, and no GET', async () => {
		const client = await openClient();
		const json = await client.call('POST', '/token', { body: keysOf(client), token: null });
		expect(json.status).toBe(400);
		expect(json.json).toMatchObject({ error: 'invalid_request' });
		const query = new URLSearchParams(keysOf(client)).toString();
		expect((await client.call('GET', `/token?${query}`, { token: null })).status).toBe(404);
	});

	it('exchanges a code once, keeps to its scopes and rotates the refresh token', async () => {
		const client = await openClient();
		const { user_id, client_id, client_secret } = client.account;
		const { code } = client.sandbox.control.authorize({ user_id, scope: 'messenger:read,user:read' });
		const exchange = { grant_type: 'authorization_code', client_id, client_secret, code };
		const shape = z.strictObject({
			access_token: z.string(),
			expires_in: z.int(),
			refresh_token: z.string(),
			scope: z.literal('messenger:read,user:read'),
			token_type: z.literal('Bearer'),
		});
		const first = shape.parse((await askToken(client, exchange)).json);
		expect((await askToken(client, exchange)).json).toMatchObject({ error: 'invalid_grant' });
		const { access_token: token, refresh_token } = first;
		expect((await client.call('GET', self, { token })).status).toBe(200);
		const balance = await client.call('GET', `/core/v1/accounts/${user_id}/balance/`, { token });
		expect([balance.status, balance.json]).toEqual([403, errorBody(403, 'Forbidden')]);
		const refresh = { grant_type: 'refresh_token', client_id, client_secret, refresh_token };
		const second = shape.parse((await askToken(client, refresh)).json);
		expect(second.refresh_token).not.toBe(refresh_token);
		expect((await askToken(client, refresh)).json).toMatchObject({ error: 'invalid_grant' });
	});
});

describe('the bearer check', () => {
	it('answers 401 without a token and with an unknown one', async () => {
		const client = await openClient();
		for (const token of [null, 'unknown']) {
			const reply = await client.call('GET', self, { token });
			expect([reply.status, reply.json]).toEqual([401, errorBody(401, 'Unauthorized')]);
		}
	});

	it('answers an expired token as the gateway (403) or as the user section (401)', async () => {
		const client = await openClient();
		client.sandbox.control.clock({ advance_seconds: 86_399 });
		expect((await client.call('GET', self)).status).toBe(200);
		client.sandbox.control.clock({ advance_seconds: 2 });
		const gateway = await client.call('GET', self);
		expect(gateway.status).toBe(403);
		expect(gateway.json).toEqual({ result: { status: false, message: 'access token expired' } });
		client.sandbox.control.settings({ expired_token: 'unauthorized_401' });
		const section = await client.call('GET', self);
		expect([section.status, section.json]).toEqual([401, errorBody(401, 'Unauthorized')]);
		expect((await client.call('GET', self, { token: await client.login() })).status).toBe(200);
	});

	it('can end earlier tokens when a new one is issued, or all of them at once', async () => {
		const client = await openClient({ settings: { new_token_revokes_old: true } });
		const fresh = await client.login();
		expect((await client.call('GET', self)).status).toBe(401);
		expect((await client.call('GET', self, { token: fresh })).status).toBe(200);
		expect(client.sandbox.control.tokens({ user_id: client.account.user_id, action: 'revoke' }).ended).toBe(
			1,
		);
		expect((await client.call('GET', self, { token: fresh })).status).toBe(401);
	});
});

describe('accounts', () => {
	it('tells an account who it is and what it has', async () => {
		const client = await openClient();
		const shape = z.strictObject({
			id: z.literal(client.account.user_id),
			name: z.string(),
			email: z.email(),
			phone: z.string(),
			phones: z.array(z.string()),
			profile_url: z.url(),
		});
		shape.parse((await client.call('GET', self)).json);
		const balance = await client.call('GET', `/core/v1/accounts/${client.account.user_id}/balance/`);
		z.strictObject({ real: z.number(), bonus: z.number() }).parse(balance.json);
	});

	it('keeps accounts apart: a foreign user id is 403, a foreign chat 404, "self" no user id', async () => {
		const client = await openClient();
		const { control, accounts } = client.sandbox;
		const foreign = control.incoming({ user_id: accounts[1].user_id });
		const chats = await client.call('GET', `/messenger/v2/accounts/${accounts[1].user_id}/chats`);
		expect([chats.status, chats.json]).toEqual([403, errorBody(403, 'Forbidden')]);
		const chat = await client.call('GET', client.chat('v2', foreign.chat_id));
		expect([chat.status, chat.json]).toEqual([404, errorBody(404, 'Not found')]);
		expect((await client.call('GET', '/messenger/v2/accounts/self/chats')).status).toBe(404);
	});

	it("shows an employee's key an empty list and refuses the company's chats with 403", async () => {
		const client = await openClient();
		const { control, accounts } = client.sandbox;
		const { chat_id } = control.incoming();
		const token = await client.login(accounts[2]);
		for (const user of [accounts[0], accounts[2]]) {
			const list = await client.call('GET', `/messenger/v2/accounts/${user.user_id}/chats`, { token });
			expect([list.status, list.json]).toEqual([200, { chats: [], meta: { has_more: false } }]);
			const chat = `/chats/${encodeURIComponent(chat_id)}`;
			const read = await client.call('GET', `/messenger/v2/accounts/${user.user_id}${chat}`, { token });
			expect(read.status).toBe(403);
			const send = await client.call('POST', `/messenger/v1/accounts/${user.user_id}${chat}/messages`, {
				token,
				body: { type: 'text', message: { text: 'Добрый день' } },
			});
			expect(send.status).toBe(403);
		}
		expect(control.outbox()).toEqual([]);
	});
});

describe('routes', () => {
	it.each([
		['GET', '/messenger/v1/subscriptions'],
		['POST', '/messenger/v1/webhook'],
		['POST', '/messenger/v2/webhook'],
		['GET', '/messenger/v1/accounts/94000001/chats'],
		['DELETE', '/messenger/v1/accounts/94000001/chats/u2i-x/messages/1'],
		['GET', '/core/v1/accounts/94000001/items'],
		['GET', '/nowhere'],
	])('knows no %s %s: 404 of the gateway, whatever the token', async (method, path) => {
		const client = await openClient();
		const reply = await client.call(method, path, { token: null });
		expect([reply.status, reply.json]).toEqual([404, { message: 'no Route matched with those values' }]);
	});

	it('insists on closing slashes where the documents have them, unless switched', async () => {
		const client = await openClient();
		const { chat_id } = client.sandbox.control.incoming();
		const messages = `${client.chat('v3', chat_id)}/messages`;
		const chats = `${client.base('v2')}/chats`;
		expect((await client.call('GET', messages)).status).toBe(404);
		expect((await client.call('GET', `${messages}/`)).status).toBe(200);
		expect((await client.call('GET', `${chats}/`)).status).toBe(404);
		client.sandbox.control.settings({ trailing_slash: 'lenient' });
		expect((await client.call('GET', messages)).status).toBe(200);
		expect((await client.call('GET', `${chats}/`)).status).toBe(200);
	});
});
