import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { takeStep } from './step';
import { openHttpTunnel, openSocksTunnel } from './tunnel';

/** ms; bounds the sockets of a SOCKS5 handshake by the machine's clock, should nobody end it before */
const SOCKS_TIMEOUT_MS = 25_000;

export interface PathOptions {
	host: string;
	port: number;
	/** `socks5:`, `http:`, `https:`; null = directly */
	proxy: URL | null;
	/** PEM certificates of authorities that are trusted instead of the usual ones (an `https:` proxy); null = the usual ones */
	ca: string[] | null;
	signal: AbortSignal;
}

/**
 * A socket to the host, through the proxy if there is one: a dead proxy is an error, never a direct connection. Nothing
 * stays open when it fails or the signal ends it.
 */
export async function openPath({ host, port, proxy, ca, signal }: PathOptions): Promise<Socket> {
	if (proxy === null) return established(connect({ host, port }), 'connect', signal);
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

/** TLS on an open socket; the certificate is always verified. */
export function secure(
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

function established(
	socket: Socket,
	event: 'connect' | 'secureConnect',
	signal: AbortSignal,
): Promise<Socket> {
	return takeStep(
		socket,
		{
			begin(done) {
				socket.once(event, done);
				return () => socket.off(event, done);
			},
			lost: (reason, cause) =>
				cause ?? new Error(`the connection was closed while it was being opened: ${reason}`),
		},
		signal,
	);
}
