import { request as requestHttp } from 'node:http';
import type { Socket } from 'node:net';
import { rootCertificates, type TLSSocket } from 'node:tls';
import { ProxyError, openPath, secure } from '../network';
import type { Clock } from '../contract';

export interface Target {
	name: string;
	host: string;
	port: number;
	tls: boolean;
	/** speaks HTTP, so that it can be asked what time it is */
	http: boolean;
	/** what does not work without it, where everything else does */
	onlyFor?: string;
}

/** How to go there: as an account would. */
export interface Way {
	/** PEM text of a further authority */
	ca: string | null;
	/** socks5, http, https; null = directly */
	proxy: URL | null;
}

export interface Reached {
	ms: number;
	/** why not, in words; null = reached */
	error: string | null;
	certificate: { issuer: string; validTo: number } | null;
	/** how far this machine's clock is ahead; null = not told. ms */
	clockSkewMs: number | null;
}

const PATIENCE_MS = 8_000;

/** One connection, closed at once: does it come about, is its certificate trusted, and what time is it there? */
export async function reach(target: Target, way: Way, clock: Clock): Promise<Reached> {
	const began = clock.monotonic();
	const ending = new AbortController();
	const late = clock.after(PATIENCE_MS, () => {
		ending.abort(new Late());
	});
	const took = (): number => clock.monotonic() - began;
	let socket: Socket | undefined;
	try {
		socket = await open(target, way, ending.signal);
		// Nothing of this connection matters any more: an error of it must end nobody.
		socket.on('error', () => undefined);
		const ms = took();
		const certificate = 'getPeerCertificate' in socket ? read(socket as TLSSocket) : null;
		const date = target.http ? await dateOf(target.host, socket, ending.signal) : null;
		// The header has whole seconds.
		const clockSkewMs = date === null ? null : clock.now() - date - 500;
		return { ms, error: null, certificate, clockSkewMs };
	} catch (error) {
		return { ms: took(), error: explain(error, way, clock), certificate: null, clockSkewMs: null };
	} finally {
		late();
		socket?.destroy();
	}
}

/** Time is up. */
class Late extends Error {}

/** The way to the proxy is the trouble, or the proxy is. */
class OnTheWay extends Error {}

async function open({ host, port, tls }: Target, way: Way, signal: AbortSignal): Promise<Socket> {
	const { proxy } = way;
	const ca = way.ca === null ? null : [...rootCertificates, way.ca];
	let socket: Socket;
	try {
		socket = await openPath({ host, port, proxy, ca, signal });
	} catch (cause) {
		throw proxy === null ? cause : new OnTheWay('the proxy failed', { cause });
	}
	return tls ? secure(socket, { host, ca }, signal) : socket;
}

/** By the Date header (RFC 9110); null = none, or what was asked speaks something else, which is no reason to complain. ms */
function dateOf(host: string, socket: Socket, signal: AbortSignal): Promise<number | null> {
	return new Promise((resolve) => {
		const request = requestHttp({ host, path: '/', method: 'HEAD', createConnection: () => socket });
		const end = (date: number | null): void => {
			signal.removeEventListener('abort', onAbort);
			request.destroy();
			resolve(date);
		};
		const onAbort = (): void => {
			end(null);
		};
		signal.addEventListener('abort', onAbort, { once: true });
		request.once('response', ({ headers }) => {
			const date = Date.parse(headers.date ?? '');
			end(Number.isNaN(date) ? null : date);
		});
		request.on('error', () => {
			end(null);
		});
		request.end();
	});
}

function read(socket: TLSSocket): Reached['certificate'] {
	const { issuer, valid_to: validTo } = socket.getPeerCertificate();
	const name = [issuer?.O, issuer?.CN].flat().find((part) => part !== undefined && part !== '');
	return { issuer: name ?? 'an unnamed authority', validTo: Date.parse(validTo) };
}

/** Without anything of the proxy's address but its host and port: a password may be in it. */
function explain(error: unknown, { proxy }: Way, clock: Clock): string {
	if (error instanceof Late)
		return `no answer within ${String(PATIENCE_MS / 1000)} s: a firewall may be in between`;
	if (error instanceof OnTheWay)
		return `the proxy ${proxy?.host ?? ''} failed: ${failureOf(error.cause, clock)}`;
	return failureOf(error, clock);
}

function failureOf(error: unknown, clock: Clock): string {
	if (error instanceof Late) return `no answer within ${String(PATIENCE_MS / 1000)} s`;
	if (error instanceof ProxyError) return error.message.replace(/^the proxy failed: /, '');
	if (!(error instanceof Error)) return String(error);
	const code = (error as NodeJS.ErrnoException).code ?? error.message;
	if (/CERT_(HAS_EXPIRED|NOT_YET_VALID)/.test(code))
		return `the certificate is not valid now (${code}), if the clock of this machine is right: it says ${new Date(clock.now()).toISOString()}`;
	if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
		return `the certificate is for another name (${code}): something else answers at this address`;
	if (/CERT|SELF_SIGNED|ISSUER|VERIFY/.test(code))
		return `the certificate is not trusted (${code}): add its authority under CA Certificates, such as the Russian Trusted CA (https://www.gosuslugi.ru/crt)`;
	if (/ENOTFOUND|EAI_AGAIN/.test(code)) return `the name cannot be resolved (${code}): check DNS`;
	if (code === 'ECONNREFUSED') return 'the connection is refused';
	if (/ENETUNREACH|EHOSTUNREACH/.test(code)) return `no way there (${code}): check network and firewall`;
	return code;
}
