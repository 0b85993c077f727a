import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** The way of one process to one server on 127.0.0.1: can be cut, made slow, and listened to. */
export class Line {
	/** each piece takes this much longer, both ways, ms */
	delayMs = 0;
	#isCut = false;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	private constructor(server: Server) {
		this.#server = server;
	}

	/** @param pass sees every piece on its way to the server, and gives what goes on */
	static async to(port: number, pass: (piece: Buffer) => Buffer): Promise<Line> {
		const server = createServer();
		const line = new Line(server);
		server.on('connection', (near) => line.#join(near, port, pass));
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return line;
	}

	get port(): number {
		return (this.#server.address() as AddressInfo).port;
	}

	/** Resets what is connected and refuses more, until it is mended. */
	cut(): void {
		this.#isCut = true;
		for (const socket of this.#sockets) socket.destroy();
	}

	mend(): void {
		this.#isCut = false;
		this.delayMs = 0;
	}

	async close(): Promise<void> {
		this.cut();
		this.#server.close();
		await once(this.#server, 'close');
	}

	#join(near: Socket, port: number, pass: (piece: Buffer) => Buffer): void {
		if (this.#isCut) {
			near.destroy();
			return;
		}
		const far = connect(port, '127.0.0.1');
		for (const socket of [near, far]) {
			this.#sockets.add(socket);
			socket.setNoDelay(true);
			socket.on('error', () => undefined);
			socket.on('close', () => {
				near.destroy();
				far.destroy();
				this.#sockets.delete(socket);
			});
		}
		const toFar = this.#passOn(far);
		near.on('data', (piece) => toFar(pass(piece)));
		far.on('data', this.#passOn(near));
	}

	/** In the order in which they came, whatever the delay was meanwhile. */
	#passOn(socket: Socket): (piece: Buffer) => void {
		let free = 0;
		return (piece) => {
			const due = Math.max(free, performance.now() + this.delayMs);
			free = due;
			const waitMs = due - performance.now();
			if (waitMs <= 0) socket.write(piece);
			else setTimeout(() => socket.write(piece), waitMs);
		};
	}
}
