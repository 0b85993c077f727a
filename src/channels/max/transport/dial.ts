import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '../../../contract';
import { openHttpTunnel, openSocksTunnel } from '../../../network';

/** ms for TCP, proxy and TLS handshakes together */
const CONNECT_TIMEOUT_MS = 20_000;
/** ms; a little longer than that, which is told by the injected clock: this only bounds the library's sockets */
const SOCKS_TIMEOUT_MS = 25_000;

export interface DialOptions {
	host: string;
	port: number;
	secure: boolean;
	/** certificate authorities, or null for Node's own list */
	ca: string[] | null;
	proxyUrl: string | null;
	clock: Clock;
	signal: AbortSignal;
}

/**
 * A connected socket, with TLS on it when asked for. With a proxy there is no other way out: a dead proxy is an error,
 * never a direct connection. Certificates are always verified.
 */
export async function dial(options: DialOptions): Promise<Socket> {
	const ending = new AbortController();
	const onAbort = (): void => ending.abort(options.signal.reason);
	if (options.signal.aborted) throw options.signal.reason;
	options.signal.addEventListener('abort', onAbort, { once: true });
	const cancelTimer = options.clock.after(CONNECT_TIMEOUT_MS, () => {
		ending.abort(Object.assign(new Error('connecting took too long'), { code: 'CONNECT_TIMEOUT' }));
	});
	try {
		const socket = await openPath(options, ending.signal);
		socket.setNoDelay(true);
		return options.secure ? await secure(socket, options, ending.signal) : socket;
	} finally {
		cancelTimer();
		options.signal.removeEventListener('abort', onAbort);
	}
}

async function openPath({ host, port, proxyUrl, ca }: DialOptions, signal: AbortSignal): Promise<Socket> {
	if (proxyUrl === null) return established(connect({ host, port }), 'connect', signal);
	const proxy = new URL(proxyUrl);
	if (proxy.protocol.startsWith('socks'))
		return openSocksTunnel(proxy, host, port, { timeoutMs: SOCKS_TIMEOUT_MS, signal });
	const base = {
		host: proxy.hostname.replace(/^\[|\]$/g, ''),
		port: Number(proxy.port) || (proxy.protocol === 'https:' ? 443 : 80),
	};
	const plain = await established(connect(base), 'connect', signal);
	const toProxy = proxy.protocol === 'https:' ? await secure(plain, { host: base.host, ca }, signal) : plain;
	return openHttpTunnel(toProxy, proxy, host, port, signal);
}

function secure(
	socket: Socket,
	{ host, ca }: { host: string; ca: string[] | null },
	signal: AbortSignal,
): Promise<Socket> {
	const name = isIP(host) === 0 ? { servername: host } : {};
	return established(
		connectTls({ socket, host, ...name, ...(ca === null ? {} : { ca }) }),
		'secureConnect',
		signal,
	);
}

/** Waits for `event`; anything else, or the signal, destroys the socket. */
export function established(
	socket: Socket,
	event: 'connect' | 'secureConnect',
	signal: AbortSignal,
): Promise<Socket> {
	return new Promise((resolve, reject) => {
		const settle = (): void => {
			signal.removeEventListener('abort', onAbort);
			socket.off(event, onDone);
			socket.off('error', onError);
			socket.off('close', onClose);
		};
		const fail = (error: Error): void => {
			settle();
			socket.on('error', () => undefined);
			socket.destroy();
			reject(error);
		};
		const onAbort = (): void => fail(signal.reason as Error);
		const onError = (error: Error): void => fail(error);
		const onClose = (): void => fail(new Error('the connection was closed while it was being opened'));
		const onDone = (): void => {
			settle();
			resolve(socket);
		};
		if (signal.aborted) return fail(signal.reason as Error);
		signal.addEventListener('abort', onAbort, { once: true });
		socket.once(event, onDone);
		socket.once('error', onError);
		socket.once('close', onClose);
	});
}
