import { randomInt } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer, Socket } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { WebSocketServer } from '#lib/ws';
import type { WebSocket } from '#lib/ws';

/** The sending half of one client's connection, TCP or WebSocket. */
export interface Pipe {
	readonly remote: string;
	readonly kind: 'tcp' | 'websocket';
	write(data: Buffer): void;
	/** Ends politely (FIN, or a WebSocket close). */
	end(): void;
	/** Ends with RST. */
	reset(): void;
}

/** What a connection does with its bytes. */
export interface Receiver {
	bytes(data: Buffer): void;
	closed(): void;
}

/**
 * A port below those that systems hand out: the session strings of some clients hold it in a signed 16-bit
 * number. Not from the seeded random, since several sandboxes with one seed live beside each other.
 */
function lowPort(): number {
	return randomInt(15_000, 32_700);
}

/**
 * One port of a data centre: MTProto over TCP and, for who begins with an HTTP request, over WebSocket
 * (`/apiws`). Goes away and comes back on the same port.
 */
export class Door {
	private readonly server: Server;
	private readonly sockets = new Set<Socket>();
	private bound = 0;

	constructor(
		private readonly host: string,
		private readonly accept: (pipe: Pipe) => Receiver,
	) {
		const http = createHttpServer((_request, response) => {
			response.writeHead(404).end();
		});
		const websockets = new WebSocketServer({
			noServer: true,
			perMessageDeflate: false,
			// Browsers and the libraries that imitate them ask for the sub-protocol `binary`.
			handleProtocols: (offered) => (offered.has('binary') ? 'binary' : false),
		});
		http.on('upgrade', (request, socket, head) => {
			// The server below hands over nothing but TCP sockets.
			if (socket instanceof Socket) {
				websockets.handleUpgrade(request, socket, head, (client) => this.overWebSocket(client, socket));
			}
		});
		this.server = createServer({ noDelay: true }, (socket) => {
			this.sockets.add(socket);
			socket.on('close', () => this.sockets.delete(socket));
			socket.on('error', () => socket.destroy());
			socket.once('data', (first: Buffer) => {
				if (first.subarray(0, 4).toString('latin1') === 'GET ') {
					socket.pause();
					socket.unshift(first);
					http.emit('connection', socket);
					socket.resume();
				} else this.overTcp(socket, first);
			});
		});
	}

	get port(): number {
		return this.bound;
	}

	get listening(): boolean {
		return this.server.listening;
	}

	/** Listens on `port` (0: a free one); opened again, on the same as before. */
	async open(port = 0): Promise<void> {
		if (this.server.listening) return;
		const fixed = this.bound === 0 ? port : this.bound;
		for (let tries = 1; ; tries++) {
			try {
				await this.listen(fixed === 0 ? lowPort() : fixed);
				return;
			} catch (error) {
				const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
				if (!taken || fixed !== 0 || tries > 50) throw error;
			}
		}
	}

	private async listen(port: number): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			this.server.once('error', reject);
			this.server.listen(port, this.host, () => {
				this.server.off('error', reject);
				resolve();
			});
		});
		this.bound = (this.server.address() as AddressInfo).port;
	}

	/** Refuses new connections and resets the open ones. */
	async shut(): Promise<void> {
		if (!this.server.listening) return;
		const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
		for (const socket of this.sockets) socket.resetAndDestroy();
		await closed;
	}

	private overTcp(socket: Socket, first: Buffer): void {
		const receiver = this.accept({
			remote: socket.remoteAddress ?? '',
			kind: 'tcp',
			write: (data) => {
				if (socket.writable) socket.write(data);
			},
			end: () => socket.end(),
			reset: () => socket.resetAndDestroy(),
		});
		socket.on('data', (data: Buffer) => receiver.bytes(data));
		socket.on('close', () => receiver.closed());
		receiver.bytes(first);
	}

	private overWebSocket(client: WebSocket, socket: Socket): void {
		const receiver = this.accept({
			remote: socket.remoteAddress ?? '',
			kind: 'websocket',
			write: (data) => {
				if (client.readyState === client.OPEN) client.send(data, { binary: true });
			},
			end: () => client.close(),
			reset: () => socket.resetAndDestroy(),
		});
		client.on('message', (data: Buffer) => receiver.bytes(data));
		client.on('close', () => receiver.closed());
		client.on('error', () => socket.destroy());
	}
}
