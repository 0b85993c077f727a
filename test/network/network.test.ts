import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createDispatcher, openHttpTunnel, openSocksTunnel } from '../../src/network';
import { createProxy } from '../support/proxy';

async function port(server: Server): Promise<number> {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	return (server.address() as AddressInfo).port;
}

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
	const server = createServer();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port: free } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return free;
}

let target = 0;
let visitors = 0;
beforeEach(async () => {
	visitors = 0;
	const server = createHttpServer((_, response) => response.end('here'));
	server.on('connection', () => (visitors += 1));
	target = await port(server);
});

async function get(proxyUrl: string | null): Promise<string> {
	const dispatcher = createDispatcher({ connections: 2, proxyUrl, ca: null });
	try {
		const origin = `http://127.0.0.1:${String(target)}`;
		const { body } = await dispatcher.request({ origin, path: '/', method: 'GET' });
		return await body.text();
	} finally {
		await dispatcher.destroy();
	}
}

describe('the dispatcher', () => {
	it('goes directly without a proxy', async () => {
		expect(await get(null)).toBe('here');
	});

	it('goes through a SOCKS5 proxy', async () => {
		const proxy = await createProxy();
		onTestFinished(() => proxy.close());
		expect(await get(proxy.socksUrl)).toBe('here');
		expect(proxy.targets).toEqual([`127.0.0.1:${String(target)}`]);
	});

	it('goes through an HTTP proxy, with its login', async () => {
		const seen: (string | undefined)[] = [];
		const proxyPort = await port(
			createHttpServer(({ url, headers }, response) => {
				seen.push(url, headers['proxy-authorization']);
				response.end('forwarded');
			}),
		);
		expect(await get(`http://user:p%40ss@127.0.0.1:${String(proxyPort)}`)).toBe('forwarded');
		const login = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
		expect(seen).toEqual([`http://127.0.0.1:${String(target)}/`, login]);
		expect(visitors).toBe(0);
	});

	it.each(['http', 'socks5'])('never goes directly when the proxy is dead: %s', async (scheme) => {
		await expect(get(`${scheme}://127.0.0.1:${String(await deadPort())}`)).rejects.toThrow();
		expect(visitors).toBe(0);
	});
});

describe('a tunnel', () => {
	async function answering(answer: string): Promise<ReturnType<typeof openHttpTunnel>> {
		const proxyPort = await port(createServer((socket) => socket.once('data', () => socket.end(answer))));
		const proxy = new URL(`http://user:p%40ss@127.0.0.1:${String(proxyPort)}`);
		const socket = connect(proxyPort, '127.0.0.1');
		return openHttpTunnel(socket, proxy, '::1', 443, new AbortController().signal);
	}

	it('hands over what the target sent right behind the answer', async () => {
		const socket = await answering('HTTP/1.1 200 OK\r\n\r\nfirst bytes');
		socket.resume();
		const [chunk] = (await once(socket, 'data')) as [Buffer];
		expect(chunk.toString()).toBe('first bytes');
	});

	it.each([
		['HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'it answered 407 to CONNECT'],
		['SSH-2.0-OpenSSH\r\n\r\n', 'it answered no HTTP to CONNECT'],
		['', 'it closed the connection'],
		['x'.repeat(20_000), 'its answer is no HTTP'],
	])('says what the proxy answered: %#', async (answer, reason) => {
		const failure = answering(answer);
		await expect(failure).rejects.toMatchObject({
			code: 'PROXY_FAILED',
			message: `the proxy failed: ${reason}`,
		});
	});

	it('over HTTP ends with the caller’s signal, also with one that had ended before', async () => {
		const proxyPort = await port(createServer((socket) => socket.resume()));
		const proxy = new URL(`http://127.0.0.1:${String(proxyPort)}`);
		const waiting = new AbortController();
		const open = () => openHttpTunnel(connect(proxyPort, '127.0.0.1'), proxy, '127.0.0.1', 1, waiting.signal);
		const first = open();
		waiting.abort(new Error('enough'));
		await expect(first).rejects.toThrow('enough');
		await expect(open()).rejects.toThrow('enough');
	});

	it('over SOCKS ends with the caller’s signal, and a late one is closed', async () => {
		let closed = 0;
		const proxyPort = await port(createServer((socket) => socket.on('close', () => (closed += 1)).resume()));
		const waiting = new AbortController();
		const proxy = new URL(`socks5://127.0.0.1:${String(proxyPort)}`);
		const opening = openSocksTunnel(proxy, '127.0.0.1', 1, { timeoutMs: 300, signal: waiting.signal });
		waiting.abort(new Error('enough'));
		await expect(opening).rejects.toThrow('enough');
		await expect.poll(() => closed, { timeout: 5_000 }).toBe(1);
	});
});
