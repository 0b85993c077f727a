import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Agent, request } from '#lib/undici';
import { z } from '#lib/zod';
import { openClient, openReceiver, replyOf, subscribe, type PlainClient, type Reply } from './avito.support';

async function post(client: PlainClient, command: string, body: unknown): Promise<Reply> {
	const url = `${client.sandbox.controlOrigin}/_control/${command}`;
	return replyOf(await fetch(url, { method: 'POST', body: JSON.stringify(body) }));
}

describe('the control plane over HTTP', () => {
	it('does what the functions do, and says what is wrong with its input', async () => {
		const client = await openClient();
		const { control, controlOrigin } = client.sandbox;
		const incoming = await post(client, 'incoming', { text: 'Здравствуйте', author_name: 'Ольга' });
		expect(incoming.status).toBe(200);
		const { chat_id } = z.object({ chat_id: z.string() }).parse(incoming.json);
		expect(control.messages({ chat_id })).toHaveLength(1);
		const bad = await post(client, 'incoming', { txt: 'Здравствуйте' });
		expect([bad.status, bad.text]).toEqual([400, expect.stringContaining('txt')]);
		expect((await post(client, 'settings', { messages_shape: 'tree' })).status).toBe(400);
		expect((await post(client, 'webhooks', { unknown: 1 })).status).toBe(400);
		expect((await post(client, 'nothing', {})).status).toBe(404);
		expect((await fetch(`${controlOrigin}/_control/incoming`)).status).toBe(405);
		const commands = (await (await fetch(`${controlOrigin}/_control`)).json()) as Record<string, string>;
		expect(commands).toHaveProperty(['/_control/delete-by-author']);
	});

	it('shows requests with their token by number, and no secret anywhere', async () => {
		const client = await openClient();
		const { chat_id } = client.sandbox.control.incoming();
		const body = { type: 'text', message: { text: 'Добрый день' } };
		await client.call('POST', `${client.chat('v1', chat_id)}/messages?x=1&x=2`, { body });
		const reply = await fetch(
			`${client.sandbox.controlOrigin}/_control/requests?operation_id=postSendMessage`,
		);
		const text = await reply.text();
		expect(JSON.parse(text)).toMatchObject([
			{
				method: 'POST',
				path: `${client.chat('v1', chat_id)}/messages`,
				query: { x: ['1', '2'] },
				status: 200,
				token_id: 'token-1',
				user_id: client.account.user_id,
				authorization: 'bearer',
				body,
			},
		]);
		const { client_id, client_secret } = client.account;
		await client.call('GET', `/token?client_id=${client_id}&client_secret=${client_secret}`);
		const all = JSON.stringify([client.sandbox.control.requests(), client.sandbox.control.state()]);
		expect(all).toContain('getAccessToken');
		expect(all).not.toContain(client.token);
		expect(all).not.toContain(client_secret);
	});

	it('changes one switch and leaves the others', async () => {
		const client = await openClient();
		await post(client, 'settings', { text_unit: 'code_points' });
		await post(client, 'settings', { accept_webp: true });
		expect(client.sandbox.control.settings()).toMatchObject({ text_unit: 'code_points', accept_webp: true });
		await post(client, 'webhooks', { retry_attempts: 2 });
		await post(client, 'webhooks', { delay_ms: 1 });
		expect(client.sandbox.control.webhooks()).toMatchObject({ retry_attempts: 2, delay_ms: 1 });
	});

	it('starts over on reset: nothing is left but the demo accounts', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const receiver = await openReceiver();
		await subscribe(client, receiver.url);
		control.webhooks({ paused: true });
		control.incoming();
		control.mode({ mode: '500' });
		control.settings({ accept_webp: true });
		await control.unreachable({});
		await expect(client.call('GET', '/core/v1/accounts/self')).rejects.toThrow('fetch failed');
		await control.reset();
		const state = control.state();
		expect(state).toMatchObject({ reachable: true, chats: [], faults: [], pending_deliveries: 0 });
		expect(state.settings.accept_webp).toBe(false);
		expect(state.accounts.map(({ webhooks, tokens }) => [webhooks, tokens])).toEqual([
			[[], 0],
			[[], 0],
			[[], 0],
		]);
		await control.idle();
		expect(receiver.received).toEqual([]);
		expect((await client.call('GET', '/core/v1/accounts/self')).status).toBe(401);
		expect(await client.login()).not.toBe(client.token);
	});

	it('adds accounts and employees with keys of their own', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const seed = { user_id: 95, name: 'Новый', client_id: 'new-id', client_secret: 'new-secret' };
		control.addAccount(seed);
		control.incoming({ user_id: 95 });
		const token = await client.login({ ...seed, kind: 'company' });
		const reply = await client.call('GET', '/messenger/v2/accounts/95/chats', { token });
		expect(reply.json).toMatchObject({ chats: [{ users: expect.any(Array) as unknown }] });
	});

	it('counts connections, so that a pool can be seen', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const dispatcher = new Agent({ connections: 2 });
		control.forget();
		const headers = { authorization: `Bearer ${client.token}` };
		const get = async () => {
			const { body } = await request(`${client.sandbox.origin}/core/v1/accounts/self`, {
				dispatcher,
				headers,
			});
			await body.dump();
		};
		await Promise.all(Array.from({ length: 10 }, get));
		expect(new Set(control.requests().map(({ connection }) => connection)).size).toBe(2);
		expect(control.state().connections.peak).toBeGreaterThanOrEqual(2);
		await dispatcher.destroy();
	});
});

describe('on the wire', () => {
	it('speaks plain HTTP/1.1 to a client of a few lines', async () => {
		const client = await openClient();
		const { port } = new URL(client.sandbox.origin);
		const { client_id, client_secret } = client.account;
		const form = `grant_type=client_credentials&client_id=${client_id}&client_secret=${client_secret}`;
		const head = [
			'POST /token HTTP/1.1',
			'Host: api.avito.ru',
			'Content-Type: application/x-www-form-urlencoded',
			`Content-Length: ${form.length}`,
			'Connection: close',
		];
		const answer = await new Promise<string>((resolve, reject) => {
			const socket = connect(Number(port), '127.0.0.1', () =>
				socket.write(`${head.join('\r\n')}\r\n\r\n${form}`),
			);
			let text = '';
			socket.setEncoding('utf8');
			socket.on('data', (chunk: string) => (text += chunk));
			socket.on('end', () => resolve(text));
			socket.on('error', reject);
		});
		expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
		expect(answer).toMatch(/\r\nContent-Type: application\/json; charset=utf-8\r\n/);
		expect(answer).toContain('"token_type":"Bearer"');
	});

	it('starts from the command line: one JSON line for programs, then values for a person', async () => {
		const args = ['--conditions=source', '--import', 'tsx', 'test/sandbox/cli.ts', 'avito', '--port', '0'];
		const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
		onTestFinished(() => void child.kill());
		const lines = createInterface({ input: child.stdout });
		const first = await new Promise<string>((resolve) => lines.once('line', resolve));
		const { origin, control, accounts } = z
			.object({
				sandbox: z.literal('avito'),
				origin: z.url(),
				control: z.url(),
				accounts: z.array(z.object({ user_id: z.int(), client_id: z.string(), client_secret: z.string() })),
			})
			.parse(JSON.parse(first));
		const { user_id, client_id, client_secret } = accounts[0] ?? {
			user_id: 0,
			client_id: '',
			client_secret: '',
		};
		const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
		const { json } = await replyOf(await fetch(`${origin}/token`, { method: 'POST', body }));
		const { access_token } = z.object({ access_token: z.string() }).parse(json);
		const headers = { authorization: `Bearer ${access_token}` };
		const chats = await fetch(`${origin}/messenger/v2/accounts/${user_id}/chats`, { headers });
		expect((await replyOf(chats)).json).toMatchObject({ chats: [{}, {}, {}] });
		expect((await fetch(`${control}/state`)).status).toBe(200);
		const ended = new Promise((resolve) => child.once('exit', resolve));
		child.kill('SIGTERM');
		expect(await ended).toBe(0);
	});
});
