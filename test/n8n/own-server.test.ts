import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { postToOwnServer, postToPublished } from '../../src/n8n/own-server';

let servers: Server[] = [];

/** A server that says who it is. */
async function listening(name: string): Promise<number> {
	const server = createServer((_request, response) => response.end(name)).listen(0, '127.0.0.1');
	servers.push(server);
	await once(server, 'listening');
	return (server.address() as AddressInfo).port;
}

describe('addresses of this n8n', () => {
	let url: string;
	beforeEach(async () => {
		vi.stubEnv('N8N_LISTEN_ADDRESS', '127.0.0.1');
		vi.stubEnv('N8N_PORT', String(await listening('this process')));
		url = `http://127.0.0.1:${await listening('the public address')}/webhook-waiting/7`;
	});
	afterEach(() => {
		vi.unstubAllEnvs();
		for (const server of servers) server.close();
		servers = [];
	});

	it('are called where this process listens', async () => {
		await expect(postToOwnServer(url, {})).resolves.toMatchObject({ body: 'this process' });
		await expect(postToPublished(url, {})).resolves.toMatchObject({ body: 'this process' });
	});

	it('are called by their public name where main takes no production webhooks', async () => {
		vi.stubEnv('N8N_DISABLE_PRODUCTION_MAIN_PROCESS', 'true');
		await expect(postToPublished(url, {})).resolves.toMatchObject({ body: 'the public address' });
		// What the editor waits for is still main's.
		await expect(postToOwnServer(url, {})).resolves.toMatchObject({ body: 'this process' });
	});

	it('are called by their public name where nobody listens here', async () => {
		vi.stubEnv('N8N_PORT', '1');
		await expect(postToOwnServer(url, {})).resolves.toMatchObject({ body: 'the public address' });
	});
});
