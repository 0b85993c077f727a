import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, rootCertificates, type TLSSocket } from 'node:tls';
import type { Clock } from '../contract';

export interface Target {
	name: string;
	host: string;
	port: number;
	tls: boolean;
}

export interface Reached {
	ms: number;
	/** why not, in words; null = reached */
	error: string | null;
	certificate: { issuer: string; validTo: number } | null;
}

const PATIENCE_MS = 8_000;

/** One connection, closed at once: does it come about, and is its certificate trusted? */
export function reach(target: Target, ca: string | null, clock: Clock): Promise<Reached> {
	const began = clock.monotonic();
	return new Promise((resolve) => {
		const socket: Socket | TLSSocket = target.tls
			? connectTls({
					host: target.host,
					port: target.port,
					...(/^[\d.:]+$/.test(target.host) ? {} : { servername: target.host }),
					...trust(ca),
				})
			: connectTcp({ host: target.host, port: target.port });
		const end = (error: string | null): void => {
			late();
			const certificate = error === null && 'getPeerCertificate' in socket ? read(socket) : null;
			socket.destroy();
			resolve({ ms: clock.monotonic() - began, error, certificate });
		};
		const late = clock.after(PATIENCE_MS, () => {
			end(`no answer within ${String(PATIENCE_MS / 1000)} s: a firewall may be in between`);
		});
		socket.once(target.tls ? 'secureConnect' : 'connect', () => {
			end(null);
		});
		socket.once('error', (error: Error) => {
			end(explain(error));
		});
	});
}

/** How far this machine's clock is ahead, by the Date header (RFC 9110) of the first target that speaks HTTP; null = none does. ms */
export async function clockSkewMs(
	targets: readonly Target[],
	ca: string | null,
	clock: Clock,
): Promise<number | null> {
	for (const target of targets) {
		const date = await dateOf(target, ca, clock);
		// The header has whole seconds.
		if (date !== null) return clock.now() - date - 500;
	}
	return null;
}

function dateOf({ host, port, tls }: Target, ca: string | null, clock: Clock): Promise<number | null> {
	return new Promise((resolve) => {
		const end = (date: number | null): void => {
			late();
			request.destroy();
			resolve(date);
		};
		const send = tls ? requestHttps : requestHttp;
		const request = send({ host, port, path: '/', method: 'HEAD', agent: false, ...(tls ? trust(ca) : {}) });
		const late = clock.after(PATIENCE_MS, () => {
			end(null);
		});
		request.once('response', ({ headers }) => {
			const date = Date.parse(headers.date ?? '');
			end(Number.isNaN(date) ? null : date);
		});
		// A target that speaks something else is no reason to complain: it was reached above.
		request.once('error', () => {
			end(null);
		});
		request.end();
	});
}

function trust(ca: string | null): { ca?: string[] } {
	return ca === null ? {} : { ca: [...rootCertificates, ca] };
}

function read(socket: TLSSocket): Reached['certificate'] {
	const { issuer, valid_to: validTo } = socket.getPeerCertificate();
	const name = [issuer?.O, issuer?.CN].flat().find((part) => part !== undefined && part !== '');
	return { issuer: name ?? 'an unnamed authority', validTo: Date.parse(validTo) };
}

function explain(error: Error): string {
	const code = (error as NodeJS.ErrnoException).code ?? error.message;
	if (/CERT|SELF_SIGNED|ISSUER|VERIFY/.test(code))
		return `the certificate is not trusted (${code}): add its authority under CA Certificates, such as the Russian Trusted CA`;
	if (/ENOTFOUND|EAI_AGAIN/.test(code)) return `the name cannot be resolved (${code}): check DNS`;
	if (code === 'ECONNREFUSED') return 'the connection is refused';
	if (/ENETUNREACH|EHOSTUNREACH/.test(code)) return `no way there (${code}): check network and firewall`;
	return code;
}
