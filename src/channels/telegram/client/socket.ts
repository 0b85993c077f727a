import type { Socket } from 'node:net';
import type { Clock } from '../../../contract';
import { openPath } from '../../../network';

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
	clock: Pick<Clock, 'after'>;
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
	#dialling: AbortController | null = null;

	constructor(options: SocketOptions) {
		this.#options = options;
	}

	async connect(port: number, host: string): Promise<this> {
		this.#options.assertOwner();
		this.#chunks = [];
		this.#available = 0;
		this.#options.opened(this);
		try {
			const socket = await this.#dial(host, port);
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
			// What comes out of a tunnel stands still, so that nothing is lost before somebody listens.
			socket.resume();
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
		this.#dialling?.abort(new Error('the connection was closed'));
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

	async #dial(host: string, port: number): Promise<Socket> {
		const { proxy, connectMs, clock } = this.#options;
		const dialling = new AbortController();
		this.#dialling = dialling;
		const cancel = clock.after(connectMs, () =>
			dialling.abort(new Error(`no connection to ${host} within ${String(connectMs / 1000)} s`)),
		);
		try {
			const address = proxy === null ? null : addressOf(proxy);
			return await openPath({ host, port, proxy: address, ca: null, signal: dialling.signal });
		} finally {
			cancel();
			this.#dialling = null;
		}
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

/** The proxy as an address; the names in it are escaped. */
function addressOf(proxy: SocketProxy): URL {
	const { kind, host, port, username, password = '' } = proxy;
	const login =
		username === undefined ? '' : `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`;
	return new URL(`${kind}://${login}${host}:${String(port)}`);
}
