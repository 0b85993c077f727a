import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { World } from '../core/world';
import { takeMediaFault } from '../faults';
import type { TestCertificate } from '../fronts/certificate';
import { download } from './download';
import { upload } from './upload';

/** Up- and download over HTTP; the address carries everything, there are no session credentials. */
export function mediaServer(world: World, tls: TestCertificate | undefined): Server {
	const options = { requestTimeout: 0 };
	const server =
		tls === undefined
			? createServer(options)
			: createHttpsServer({ ...options, key: tls.key, cert: tls.cert });
	server.on('request', (request, response) => {
		const url = new URL(request.url ?? '/', 'http://media');
		const what = url.pathname.startsWith('/download/') ? 'download' : 'upload';
		response.once('close', () =>
			note(world, what, request, url, response.writableFinished ? response.statusCode : 0),
		);
		const failure = takeMediaFault(world.faults.media, what);
		if (failure !== undefined) return fail(request, response, failure);
		(what === 'download' ? download : upload)(world, url, request, response).catch((error: unknown) => {
			world.log.failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
			response.destroy();
		});
	});
	return server;
}

function fail(request: IncomingMessage, response: ServerResponse, status: number): void {
	if (status > 0) {
		request.resume();
		response.writeHead(status).end();
	} else if (request.method === 'GET') {
		response.writeHead(200, { 'content-length': 1_000_000 });
		response.write(Buffer.alloc(1000), () => response.destroy());
	} else request.once('data', () => response.destroy());
}

function note(
	world: World,
	what: 'upload' | 'download',
	request: IncomingMessage,
	url: URL,
	status: number,
): void {
	const slot = world.slots.get(url.searchParams.get('apiToken') ?? url.searchParams.get('ticket') ?? '');
	const media = what === 'download' ? url.pathname.split('/')[2] : slot?.media[0]?.id.toString();
	world.log.transfer({ at: world.now(), what, method: request.method ?? '', media, status });
}
