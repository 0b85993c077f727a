import { connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy that speaks HTTP CONNECT on one port and SOCKS5 (no login) on another, and notes where it was sent. */
export async function createProxy(): Promise<{
	httpUrl: string;
	socksUrl: string;
	targets: string[];
	close(): Promise<void>;
}> {
	const targets: string[] = [];
	const sockets = new Set<Socket>();
	const join = (client: Socket, host: string, port: number, ready: () => void): void => {
		targets.push(`${host}:${String(port)}`);
		const upstream = connect({ host, port }, () => {
			ready();
			client.pipe(upstream).pipe(client);
		});
		keep(upstream);
	};
	const keep = (socket: Socket): void => {
		sockets.add(socket);
		socket.on('error', () => socket.destroy());
	};
	const http = createServer((client) => {
		keep(client);
		client.once('data', (head) => {
			const [, host = '', port = ''] = /^CONNECT ([^:]+):(\d+) /.exec(head.toString('latin1')) ?? [];
			join(client, host, Number(port), () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
		});
	});
	const socks = createServer((client) => {
		keep(client);
		client.once('data', () => {
			client.write(Buffer.from([5, 0]));
			client.once('data', (request) => {
				const ip = request[3] === 1;
				const length = ip ? 4 : (request[4] ?? 0) + 1;
				const host = ip ? [...request.subarray(4, 8)].join('.') : request.toString('latin1', 5, 4 + length);
				join(client, host, request.readUInt16BE(4 + length), () =>
					client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])),
				);
			});
		});
	});
	const [httpPort, socksPort] = await Promise.all([listen(http), listen(socks)]);
	return {
		httpUrl: `http://127.0.0.1:${String(httpPort)}`,
		socksUrl: `socks5://127.0.0.1:${String(socksPort)}`,
		targets,
		async close() {
			for (const socket of sockets) socket.destroy();
			await Promise.all([http, socks].map((server) => new Promise((resolve) => server.close(resolve))));
		},
	};
}

async function listen(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return (server.address() as { port: number }).port;
}
