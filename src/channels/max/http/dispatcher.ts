import { Agent, buildConnector, ProxyAgent, type Dispatcher } from '#lib/undici';
import { SocksClient } from '#lib/socks';
import type { MaxSettings } from '../settings';

/** ms for TCP, proxy and TLS handshakes; below the request's own time-out, so that the cause is named. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Uploads and downloads of one account at a time, per host. */
const CONNECTIONS = 8;
/** ms an idle connection is kept */
const KEEP_ALIVE_MS = 10_000;

/**
 * HTTP for media: the account's proxy and certificate authorities, as for its connection. A dead proxy is an error,
 * never a direct connection. Time-outs are ours, told by the injected clock, so undici's own are off.
 */
export function createDispatcher(settings: Pick<MaxSettings, 'ca' | 'proxyUrl'>): Dispatcher {
	const tls = { timeout: CONNECT_TIMEOUT_MS, ...(settings.ca === null ? {} : { ca: settings.ca }) };
	const options = {
		connections: CONNECTIONS,
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

/**
 * Opens the tunnel with `socks` and lets undici's connector put TLS on it. (undici's own SOCKS5 agent calls itself
 * experimental and warns on the process.) The host name is resolved by the proxy.
 */
function socksConnector(proxy: URL, direct: buildConnector.connector): buildConnector.connector {
	return (target, callback) => {
		const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
		SocksClient.createConnection({
			command: 'connect',
			timeout: CONNECT_TIMEOUT_MS,
			destination: { host: target.hostname, port },
			proxy: {
				host: proxy.hostname,
				port: Number(proxy.port) || 1080,
				type: 5,
				...(proxy.username === ''
					? {}
					: { userId: decodeURIComponent(proxy.username), password: decodeURIComponent(proxy.password) }),
			},
		}).then(
			({ socket }) => {
				socket.setNoDelay(true);
				if (target.protocol === 'https:') direct({ ...target, httpSocket: socket }, callback);
				else callback(null, socket);
			},
			(error: unknown) => callback(new ProxyError(error), null),
		);
	};
}

/** The proxy could not be reached or refused: nothing has left for MAX. */
class ProxyError extends Error {
	readonly code = 'PROXY_FAILED';
	constructor(cause: unknown) {
		super(`the proxy failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
	}
}
