import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** How many TCP connections clients hold, and how many they ever held at once. */
export interface ConnectionCounts {
	readonly open: number;
	readonly peak: number;
	readonly total: number;
}

/**
 * An HTTP server that can go away and come back on the same port, as a provider in an outage does.
 * Going away refuses new connections and resets those that are open.
 */
export class Listener {
	private readonly server: Server;
	private readonly sockets = new Set<Socket>();
	private peak = 0;
	private total = 0;
	private bound: AddressInfo | undefined;

	constructor(
		private readonly host: string,
		handle: (request: IncomingMessage, response: ServerResponse) => void,
	) {
		this.server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, handle);
		this.server.on('connection', (socket) => {
			this.sockets.add(socket);
			this.total += 1;
			this.peak = Math.max(this.peak, this.sockets.size);
			socket.on('close', () => this.sockets.delete(socket));
			socket.on('error', () => socket.destroy());
		});
	}

	/** `http://host:port`; stays the same while the listener is away. */
	get origin(): string {
		if (this.bound === undefined) throw new Error('the listener has not been started');
		return `http://${this.host}:${this.bound.port}`;
	}

	get listening(): boolean {
		return this.server.listening;
	}

	get connections(): ConnectionCounts {
		return { open: this.sockets.size, peak: this.peak, total: this.total };
	}

	/** Listens on `port` (0 = a free one). Called again after `stop`, it takes the same port as before. */
	async start(port = 0): Promise<void> {
		if (this.server.listening) return;
		await new Promise<void>((resolve, reject) => {
			this.server.once('error', reject);
			this.server.listen(this.bound?.port ?? port, this.host, () => {
				this.server.off('error', reject);
				resolve();
			});
		});
		this.bound = this.server.address() as AddressInfo;
	}

	/** Stops listening and resets every open connection. */
	async stop(): Promise<void> {
		if (!this.server.listening) return;
		const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
		for (const socket of this.sockets) socket.resetAndDestroy();
		await closed;
	}

	/** Forgets the peak and total, for a test that counts from here. */
	resetCounts(): void {
		this.peak = this.sockets.size;
		this.total = this.sockets.size;
	}
}

/** Reads a whole request body; rejects with `RangeError` when it is larger than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > limit) throw new RangeError(`the body is larger than ${limit} bytes`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks, size);
}
