import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Family } from './registry';
import { CONTENT_TYPE, exposition } from './text';

export interface MetricsServer {
	port: number;
	close(): Promise<void>;
}

/** Answers `GET /metrics`, nothing else. Never keeps the process alive. @throws Error when the port is taken */
export async function serveMetrics(
	{ port, host }: { port: number; host: string },
	families: () => readonly Family[],
): Promise<MetricsServer> {
	const server = createServer((request, response) => {
		const asked = request.method === 'GET' && request.url?.replace(/\?.*$/, '') === '/metrics';
		if (!asked) response.writeHead(404).end();
		else response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(exposition(families()));
	});
	server.unref();
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, resolve);
	});
	return {
		port: (server.address() as AddressInfo).port,
		close: () =>
			new Promise((resolve) => {
				server.close(() => {
					resolve();
				});
				server.closeAllConnections();
			}),
	};
}
