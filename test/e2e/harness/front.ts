import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { promisify } from 'node:util';
import type { AddressInfo, Socket } from 'node:net';
import { generate } from 'selfsigned';

/** Long enough for a test, short enough for any client's rules. */
const A_DAY_MS = 86_400_000;

/**
 * The only way out of the machine that n8n and npm see: a proxy of the kind companies have, which opens the encrypted
 * connections with an authority of its own and asks one local server, whatever host was wanted (it stands in *Host*). So
 * n8n keeps the addresses it knows, and nothing in it is changed.
 */
export class Front {
	/** What was asked, in order: `GET /n8n-nodes-messenger-accounts`. */
	readonly asked: string[] = [];

	private constructor(
		readonly port: number,
		private readonly folder: string,
		private readonly end: () => Promise<void>,
	) {}

	/** @param behind port of the local server, without TLS */
	static async open(behind: number): Promise<Front> {
		const folder = await mkdtemp(join(tmpdir(), 'front-'));
		const authority = await makeAuthority();
		await writeFile(join(folder, 'authority.pem'), authority.certificate);
		const sockets = new Set<Socket>();
		const keep = (socket: Socket): void => {
			sockets.add(socket);
			socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
		};
		const contexts = new Map<string, Promise<SecureContext>>();
		const contextFor = (host: string): Promise<SecureContext> => {
			const made = contexts.get(host) ?? authority.vouchFor(host);
			contexts.set(host, made);
			return made;
		};
		const inside = createHttpsServer({
			SNICallback: (host, done) => {
				contextFor(host).then((context) => done(null, context), done);
			},
		});
		const outside = createHttpServer().on('connect', (_request, socket: Socket) => {
			keep(socket);
			socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
			inside.emit('connection', socket);
		});
		outside.listen(0, '127.0.0.1');
		await once(outside, 'listening');
		const end = async (): Promise<void> => {
			for (const socket of sockets) socket.destroy();
			outside.closeAllConnections();
			await promisify(outside.close.bind(outside))();
			await rm(folder, { recursive: true, force: true });
		};
		const front = new Front((outside.address() as AddressInfo).port, folder, end);
		inside.on('request', (request, response) => {
			front.asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
			const { method = 'GET', url = '/', headers } = request;
			const onward = httpRequest({
				host: '127.0.0.1',
				port: behind,
				method,
				path: url,
				headers: { ...headers, 'x-forwarded-proto': 'https' },
			});
			onward.on('error', () => response.destroy());
			onward.on('response', (answer) => {
				response.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(response);
			});
			request.pipe(onward);
		});
		return front;
	}

	/** What a process is started with so that all its requests go this way; npm gets a cache and settings of its own. */
	get environment(): Record<string, string> {
		const proxy = `http://127.0.0.1:${String(this.port)}`;
		return {
			HTTPS_PROXY: proxy,
			https_proxy: proxy,
			NO_PROXY: '127.0.0.1,localhost',
			no_proxy: '127.0.0.1,localhost',
			NODE_EXTRA_CA_CERTS: join(this.folder, 'authority.pem'),
			npm_config_cache: join(this.folder, 'cache'),
			npm_config_userconfig: join(this.folder, 'npmrc'),
			npm_config_update_notifier: 'false',
		};
	}

	async close(): Promise<void> {
		await this.end();
	}
}

/** A certificate authority of this test's own. */
async function makeAuthority() {
	const dates = {
		notBeforeDate: new Date(Date.now() - A_DAY_MS),
		notAfterDate: new Date(Date.now() + A_DAY_MS),
	};
	const common = { keyType: 'ec', algorithm: 'sha256', ...dates } as const;
	const { cert, private: key } = await generate([{ name: 'commonName', value: 'Test authority' }], {
		...common,
		extensions: [
			{ name: 'basicConstraints', cA: true, critical: true },
			{ name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
		],
	});
	return {
		certificate: cert,
		/** What a server of this name shows. */
		async vouchFor(host: string): Promise<SecureContext> {
			const made = await generate([{ name: 'commonName', value: host }], {
				...common,
				ca: { key, cert },
				extensions: [
					{ name: 'basicConstraints', cA: false },
					{ name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
					{ name: 'extKeyUsage', serverAuth: true },
					{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
				],
			});
			return createSecureContext({ key: made.private, cert: made.cert });
		},
	};
}
