import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { SocksClient } from '#lib/socks';

/** Where connections go through. MTProxy is not here: it is a transport of its own, and its server is connected to plainly. */
export type SocketProxy =
	| { kind: 'socks5'; host: string; port: number; username?: string; password?: string }
	| { kind: 'http'; host: string; port: number; username?: string; password?: string };

export interface SocketOptions {
	/** asked before every write; throws once this process may no longer speak for the session */
	assertOwner(): void;
	/** A dead proxy is an error, never a reason to connect without it. */
	proxy: SocketProxy | null;
	connectMs: number;
	opened(socket: OwnSocket): void;
	closed(socket: OwnSocket): void;
}

/**
 * The one place where bytes leave for Telegram. Has the shape the library wants of a socket: `connect`, `readExactly`,
 * `read`, `readAll`, `write`, `close`.
 */
export class OwnSocket {
	readonly #options: SocketOptions;
	#socket: Socket | null = null;
	#chunks: Buffer[] = [];
	#available = 0;
	#ended = true;
	#wake: (() => void) | null = null;

	constructor(options: SocketOptions) {
		this.#options = options;
	}

	async connect(port: number, host: string): Promise<this> {
		this.#options.assertOwner();
		this.#chunks = [];
		this.#available = 0;
		this.#options.opened(this);
		try {
			const socket = await dial(host, port, this.#options);
			socket.setNoDelay(true);
			socket.setKeepAlive(true, 30_000);
			socket.on('data', (chunk: Buffer) => {
				this.#chunks.push(chunk);
				this.#available += chunk.length;
				this.#wake?.();
			});
			const end = (): void => {
				this.#ended = true;
				this.#options.closed(this);
				this.#wake?.();
			};
			// An error is always followed by 'close'; without a listener it would end the process.
			socket.on('error', () => undefined);
			socket.on('close', end);
			this.#socket = socket;
			this.#ended = false;
			return this;
		} catch (error) {
			this.#options.closed(this);
			throw error;
		}
	}

	async readExactly(length: number): Promise<Buffer> {
		while (this.#available < length) await this.#more();
		return this.#take(length);
	}

	async read(length: number): Promise<Buffer> {
		while (this.#available === 0) await this.#more();
		return this.#take(Math.min(length, this.#available));
	}

	async readAll(): Promise<Buffer> {
		while (this.#available === 0) await this.#more();
		return this.#take(this.#available);
	}

	write(data: Buffer): void {
		if (this.#ended || this.#socket === null) throw new Error('the socket is closed');
		try {
			this.#options.assertOwner();
		} catch (error) {
			this.#socket.destroy();
			throw error;
		}
		this.#socket.write(data);
	}

	close(): Promise<void> {
		const socket = this.#socket;
		this.#ended = true;
		this.#wake?.();
		if (socket === null || socket.destroyed) {
			this.#options.closed(this);
			return Promise.resolve();
		}
		return new Promise((resolve) => {
			socket.once('close', () => resolve());
			socket.destroy();
		});
	}

	async #more(): Promise<void> {
		if (this.#ended) throw new Error('the connection was closed');
		await new Promise<void>((resolve) => (this.#wake = resolve));
		this.#wake = null;
	}

	#take(length: number): Buffer {
		const [first] = this.#chunks;
		let taken: Buffer;
		if (first !== undefined && first.length >= length) {
			taken = first.subarray(0, length);
			if (first.length === length) this.#chunks.shift();
			else this.#chunks[0] = first.subarray(length);
		} else {
			const all = Buffer.concat(this.#chunks);
			taken = all.subarray(0, length);
			this.#chunks = all.length === length ? [] : [all.subarray(length)];
		}
		this.#available -= length;
		return taken;
	}
}

async function dial(host: string, port: number, { proxy, connectMs }: SocketOptions): Promise<Socket> {
	if (proxy === null) return plain(host, port, connectMs);
	if (proxy.kind === 'socks5') {
		const { socket } = await SocksClient.createConnection({
			proxy: {
				host: proxy.host,
				port: proxy.port,
				type: 5,
				...(proxy.username === undefined ? {} : { userId: proxy.username, password: proxy.password ?? '' }),
			},
			command: 'connect',
			timeout: connectMs,
			destination: { host, port },
		});
		return socket;
	}
	const socket = await plain(proxy.host, proxy.port, connectMs);
	try {
		await tunnel(socket, host, port, proxy, connectMs);
		return socket;
	} catch (error) {
		socket.destroy();
		throw error;
	}
}

function plain(host: string, port: number, connectMs: number): Promise<Socket> {
	return new Promise((resolve, reject) => {
		const socket = connectTcp({ host, port, timeout: connectMs });
		const failed = (error: Error): void => {
			socket.destroy();
			reject(error);
		};
		socket.once('error', failed);
		socket.once('timeout', () => failed(new Error(`no connection to ${host} within ${connectMs / 1000} s`)));
		socket.once('connect', () => {
			socket.removeListener('error', failed);
			socket.setTimeout(0);
			resolve(socket);
		});
	});
}

/** HTTP CONNECT. */
function tunnel(
	socket: Socket,
	host: string,
	port: number,
	proxy: Extract<SocketProxy, { kind: 'http' }>,
	connectMs: number,
): Promise<void> {
	const target = `${isIP(host) === 6 ? `[${host}]` : host}:${String(port)}`;
	const credentials =
		proxy.username === undefined
			? ''
			: `Proxy-Authorization: Basic ${Buffer.from(`${proxy.username}:${proxy.password ?? ''}`).toString('base64')}\r\n`;
	return new Promise((resolve, reject) => {
		let head = Buffer.alloc(0);
		const finish = (error: Error | null): void => {
			socket.removeListener('data', onData);
			socket.removeListener('error', finish);
			socket.removeListener('close', onClose);
			socket.setTimeout(0);
			if (error === null) resolve();
			else reject(error);
		};
		const onClose = (): void => finish(new Error('the proxy closed the connection'));
		const onData = (chunk: Buffer): void => {
			head = Buffer.concat([head, chunk]);
			const end = head.indexOf('\r\n\r\n');
			if (end === -1) {
				if (head.length > 16_384) finish(new Error('the proxy answers no HTTP'));
				return;
			}
			const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1', 0, end))?.[1];
			const rest = head.subarray(end + 4);
			finish(
				status === '200' ? null : new Error(`the proxy refused the connection (${status ?? 'no HTTP'})`),
			);
			if (rest.length > 0) socket.unshift(rest);
		};
		socket.on('data', onData);
		socket.once('error', finish);
		socket.once('close', onClose);
		socket.setTimeout(connectMs, () => finish(new Error('the proxy does not answer')));
		socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${credentials}\r\n`);
	});
}
