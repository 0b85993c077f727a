import { abortable } from '../runtime';
import type { Socket } from 'node:net';
import { SocksClient } from '#lib/socks';
import { takeStep } from './step';

/** A proxy's answer to CONNECT is a few lines; more is no answer. */
const MAX_HEAD = 16 * 1024;

/** The proxy could not be reached or refused: nothing has left for the provider. */
export class ProxyError extends Error {
	readonly code = 'PROXY_FAILED';
	constructor(reason: string, cause?: unknown) {
		super(`the proxy failed: ${reason}`, { cause });
	}
}

/**
 * SOCKS5; the host name is resolved by the proxy. `timeoutMs` bounds the library's sockets by the machine's clock; a
 * deadline of an injected clock comes as `signal`.
 */
export async function openSocksTunnel(
	proxy: URL,
	host: string,
	port: number,
	{ timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<Socket> {
	const opening = SocksClient.createConnection({
		command: 'connect',
		timeout: timeoutMs,
		destination: { host, port },
		proxy: {
			host: proxy.hostname.replace(/^\[|\]$/g, ''),
			port: Number(proxy.port) || 1080,
			type: 5,
			...(proxy.username === ''
				? {}
				: { userId: decodeURIComponent(proxy.username), password: decodeURIComponent(proxy.password) }),
		},
	});
	try {
		const { socket } = await (signal === undefined ? opening : abortableTunnel(opening, signal));
		return socket;
	} catch (error) {
		if (signal?.aborted) throw signal.reason;
		throw new ProxyError(error instanceof Error ? error.message : String(error), error);
	}
}

/** A tunnel that comes after everybody has given up is closed at once. */
function abortableTunnel<T extends { socket: Socket }>(opening: Promise<T>, signal: AbortSignal): Promise<T> {
	opening.then(
		(tunnel) => {
			if (signal.aborted) tunnel.socket.destroy();
		},
		() => undefined,
	);
	return abortable(opening, signal);
}

/** HTTP CONNECT over a socket to the proxy. */
export function openHttpTunnel(
	socket: Socket,
	proxy: URL,
	host: string,
	port: number,
	signal: AbortSignal,
): Promise<Socket> {
	const target = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
	const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
	const lines = [
		`CONNECT ${target} HTTP/1.1`,
		`Host: ${target}`,
		...(proxy.username === '' ? [] : [`Proxy-Authorization: Basic ${Buffer.from(login).toString('base64')}`]),
	];
	return takeStep(
		socket,
		{
			begin(done, fail) {
				let head = Buffer.alloc(0);
				const onData = (chunk: Buffer): void => {
					head = Buffer.concat([head, chunk]);
					const end = head.indexOf('\r\n\r\n');
					if (end < 0) {
						if (head.length > MAX_HEAD) fail(new ProxyError('its answer is no HTTP'));
						return;
					}
					const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1', 0, end))?.[1];
					if (status !== '200') return fail(new ProxyError(`it answered ${status ?? 'no HTTP'} to CONNECT`));
					socket.pause();
					done();
					const rest = head.subarray(end + 4);
					if (rest.length > 0) socket.unshift(rest);
				};
				socket.on('data', onData);
				socket.write(`${lines.join('\r\n')}\r\n\r\n`);
				return () => socket.off('data', onData);
			},
			lost: (reason, cause) => new ProxyError(reason, cause),
		},
		signal,
	);
}
