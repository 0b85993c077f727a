import { Agent, buildConnector, ProxyAgent, type Dispatcher } from '#lib/undici';
import { openSocksTunnel } from './tunnel';

/** ms for TCP, proxy and TLS handshakes; below the request's own time-out, so that the cause is named. */
const CONNECT_TIMEOUT_MS = 10_000;
/** ms an idle connection is kept. Short: a socket the server has just closed makes a send ambiguous. */
const KEEP_ALIVE_MS = 10_000;

export interface DispatcherOptions {
	/** connections per origin at most */
	connections: number;
	/** `http:`, `https:` or `socks5:`; null = directly */
	proxyUrl: string | null;
	/** PEM certificates of authorities that are trusted instead of the usual ones; null = the usual ones */
	ca: string[] | null;
}

/**
 * Connections that are kept alive. With a proxy there is no other way out: a dead proxy is an error, never a direct
 * connection. undici's own time-outs are off: who sends a request has an injected clock and watches it himself.
 */
export function createDispatcher(settings: DispatcherOptions): Dispatcher {
	const tls = { timeout: CONNECT_TIMEOUT_MS, ...(settings.ca === null ? {} : { ca: settings.ca }) };
	const options = {
		connections: settings.connections,
		pipelining: 1,
		keepAliveTimeout: KEEP_ALIVE_MS,
		headersTimeout: 0,
		bodyTimeout: 0,
		allowH2: false,
	};
	if (settings.proxyUrl === null) return new Agent({ ...options, connect: { ...tls, allowH2: false } });
	const proxy = new URL(settings.proxyUrl);
	if (proxy.protocol === 'http:' || proxy.protocol === 'https:') {
		return new ProxyAgent({ ...options, ...proxyAddress(proxy), requestTls: tls, proxyTls: tls });
	}
	return new Agent({
		...options,
		connect: socksConnector(proxy, buildConnector({ ...tls, allowH2: false })),
	});
}

/** undici wants the user and password apart from the address. */
function proxyAddress(proxy: URL): { uri: string; token?: string } {
	const uri = `${proxy.protocol}//${proxy.host}`;
	if (proxy.username === '') return { uri };
	const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
	return { uri, token: `Basic ${Buffer.from(login).toString('base64')}` };
}

/** undici's connector puts TLS on the tunnel. (Its own SOCKS5 agent calls itself experimental and warns on the process.) */
function socksConnector(proxy: URL, direct: buildConnector.connector): buildConnector.connector {
	return (target, callback) => {
		const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
		openSocksTunnel(proxy, target.hostname, port, { timeoutMs: CONNECT_TIMEOUT_MS }).then(
			(socket) => {
				socket.setNoDelay(true);
				if (target.protocol === 'https:') direct({ ...target, httpSocket: socket }, callback);
				else callback(null, socket);
			},
			(error: unknown) => callback(error as Error, null),
		);
	};
}
