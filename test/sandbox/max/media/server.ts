import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { World } from '../core/world';
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
		const serve = url.pathname.startsWith('/download/') ? download : upload;
		serve(world, url, request, response).catch((error: unknown) => {
			world.log.failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
			response.destroy();
		});
	});
	return server;
}
