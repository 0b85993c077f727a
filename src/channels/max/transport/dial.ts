import type { Socket } from 'node:net';
import type { Clock } from '../../../contract';
import { openPath, secure } from '../../../network';

/** ms for TCP, proxy and TLS handshakes together */
const CONNECT_TIMEOUT_MS = 20_000;

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
		const { host, port, ca, proxyUrl } = options;
		const proxy = proxyUrl === null ? null : new URL(proxyUrl);
		const socket = await openPath({ host, port, proxy, ca, signal: ending.signal });
		socket.setNoDelay(true);
		return options.secure ? await secure(socket, options, ending.signal) : socket;
	} finally {
		cancelTimer();
		options.signal.removeEventListener('abort', onAbort);
	}
}
