import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';

/** Where a name or address of the outside leads: a port of this machine; with TLS in front of it or without. */
export interface Site {
	port: number;
	tls: boolean;
}

/** An outside made of this machine: its proxies lead `host:port` to a site, and refuse what is none. */
export interface Internet {
	httpUrl: string;
	socksUrl: string;
	/** PEM of the authority behind every certificate */
	ca: string;
	/** what was asked for, in turn */
	asked: string[];
	close(): Promise<void>;
}

/** What the HTTP proxy wants to be given; SOCKS5 here asks nobody. */
export const LOGIN = { user: 'anna', password: 'proxy-secret' };

export async function createInternet(sites: Readonly<Record<string, Site>>): Promise<Internet> {
	const sockets = new Set<Socket>();
	const servers: Server[] = [];
	const asked: string[] = [];
	const keep = (socket: Socket): Socket => {
		sockets.add(socket);
		return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
	};
	const listen = async (server: Server): Promise<number> => {
		servers.push(server);
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return (server.address() as AddressInfo).port;
	};
	const names = Object.keys(sites).map((site) => site.split(':')[0] ?? '');
	const ca = await certificate(names);
	const behindTls = new Map<number, number>();
	for (const { port, tls } of Object.values(sites)) {
		if (!tls || behindTls.has(port)) continue;
		const front = createTlsServer({ cert: ca.cert, key: ca.private }, (outer) => {
			const inner = keep(connect(port, '127.0.0.1'));
			keep(outer).pipe(inner).pipe(outer);
		});
		behindTls.set(port, await listen(front));
	}
	/** @returns false: there is nothing by this name */
	const join = (client: Socket, target: string, ready: () => void): boolean => {
		asked.push(target);
		const site = sites[target];
		if (site === undefined) return false;
		const port = site.tls ? (behindTls.get(site.port) ?? 0) : site.port;
		const upstream = keep(connect(port, '127.0.0.1', ready));
		client.pipe(upstream).pipe(client);
		return true;
	};
	const wanted = Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString('base64');
	const http = createServer((client) => {
		keep(client).once('data', (data: Buffer) => {
			const head = data.toString('latin1');
			const [, target = ''] = /^CONNECT (\S+) /.exec(head) ?? [];
			if (/^proxy-authorization: basic (\S+)/im.exec(head)?.[1] !== wanted)
				client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
			else if (!join(client, target, () => client.write('HTTP/1.1 200 OK\r\n\r\n')))
				client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
		});
	});
	const socks = createServer((client) => {
		keep(client).once('data', () => {
			client.write(Buffer.from([5, 0]));
			client.once('data', (request: Buffer) => {
				const isAddress = request[3] === 1;
				const end = isAddress ? 8 : 5 + (request[4] ?? 0);
				const host = isAddress ? [...request.subarray(4, 8)].join('.') : request.toString('latin1', 5, end);
				const answer = (result: number) => Buffer.from([5, result, 0, 1, 0, 0, 0, 0, 0, 0]);
				const target = `${host}:${String(request.readUInt16BE(end))}`;
				if (!join(client, target, () => client.write(answer(0)))) client.end(answer(4));
			});
		});
	});
	const [httpPort, socksPort] = [await listen(http), await listen(socks)];
	return {
		httpUrl: `http://${LOGIN.user}:${LOGIN.password}@127.0.0.1:${String(httpPort)}`,
		socksUrl: `socks5://127.0.0.1:${String(socksPort)}`,
		ca: ca.cert,
		asked,
		async close() {
			for (const socket of sockets) socket.destroy();
			await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
		},
	};
}

/** One for all names, its own authority; `days` of its validity end in the past when negative. */
export function certificate(
	names: readonly string[],
	notAfterDate = new Date(Date.now() + 30 * 86_400_000),
	authority = 'Test Authority',
): ReturnType<typeof generate> {
	return generate([{ name: 'commonName', value: authority }], {
		notBeforeDate: new Date(Date.UTC(2020, 0, 1)),
		notAfterDate,
		extensions: [
			{ name: 'basicConstraints', cA: true },
			{
				name: 'subjectAltName',
				altNames: names.map((name) =>
					/^[\d.]+$/.test(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
				),
			},
		],
	});
}
