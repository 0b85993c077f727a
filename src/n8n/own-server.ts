import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { JsonObject } from '../contract';
import { environmentValue, processRole } from '../runtime';

export interface OwnAnswer {
	status: number;
	body: string;
}

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Calls an address of this n8n (a resume or test webhook URL) where this process listens itself, because its public
 * name need not be reachable from inside. A process that serves no webhooks (a worker) is refused there and takes the
 * public address.
 */
export async function postToOwnServer(url: string, body: JsonObject): Promise<OwnAnswer> {
	const { path, target } = parts(url);
	return post(ownListener(), path, body).catch((error: unknown) =>
		isRefused(error) ? post(target, path, body) : Promise.reject(error as Error),
	);
}

/** As `postToOwnServer`, for what belongs to published workflows: n8n can be told that only other processes take it. */
export async function postToPublished(url: string, body: JsonObject): Promise<OwnAnswer> {
	const { path, target } = parts(url);
	return servesPublished() ? postToOwnServer(url, body) : post(target, path, body);
}

/** `N8N_DISABLE_PRODUCTION_MAIN_PROCESS`: main answers 404 to every production and waiting webhook; webhook processes serve them. */
function servesPublished(): boolean {
	const switched = environmentValue('N8N_DISABLE_PRODUCTION_MAIN_PROCESS')?.toLowerCase();
	return processRole() === 'webhook' || (switched !== 'true' && switched !== '1');
}

function parts(url: string): { path: string; target: RequestOptions } {
	const { protocol, hostname, port, pathname, search } = new URL(url);
	return { path: `${pathname}${search}`, target: { protocol, hostname, port } };
}

/** n8n's listen address as its environment tells; `::` and `0.0.0.0` stand for the loopback. */
function ownListener(): RequestOptions {
	const listens = environmentValue('N8N_LISTEN_ADDRESS');
	const everywhere = listens === undefined || listens === '::' || listens === '0.0.0.0';
	return {
		protocol: environmentValue('N8N_PROTOCOL') === 'https' ? 'https:' : 'http:',
		hostname: everywhere ? '127.0.0.1' : listens,
		port: environmentValue('N8N_PORT') ?? '5678',
		// n8n's own certificate is made out for its public name.
		...({ rejectUnauthorized: false } as RequestOptions),
	};
}

function post(target: RequestOptions, path: string, body: JsonObject): Promise<OwnAnswer> {
	const payload = Buffer.from(JSON.stringify(body));
	const send = target.protocol === 'https:' ? requestHttps : requestHttp;
	return new Promise((resolve, reject) => {
		const request = send(
			{
				...target,
				path,
				method: 'POST',
				agent: false,
				timeout: TIMEOUT_MS,
				headers: { 'content-type': 'application/json', 'content-length': payload.length },
			},
			(response) => {
				const chunks: Buffer[] = [];
				let size = 0;
				response.on('data', (chunk: Buffer) => {
					size += chunk.length;
					if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
				});
				response.on('end', () => {
					resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
				});
				response.on('error', reject);
			},
		);
		request.on('timeout', () => {
			request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`));
		});
		request.on('error', reject);
		request.end(payload);
	});
}

function isRefused(error: unknown): boolean {
	const { code } = error as NodeJS.ErrnoException;
	return code === 'ECONNREFUSED' || code === 'EPROTO' || code === 'ECONNRESET' || code === 'EADDRNOTAVAIL';
}
