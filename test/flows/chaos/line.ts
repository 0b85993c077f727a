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

	/**
	 * In the order in which they came, whatever the delay was meanwhile: a timer of its own for each piece would now and then let
	 * one overtake the one before, and every answer after it would be taken for another one's.
	 */
	#passOn(socket: Socket): (piece: Buffer) => void {
		const waiting: { piece: Buffer; due: number }[] = [];
		let isArmed = false;
		const write = (): void => {
			for (let head = waiting[0]; head !== undefined; head = waiting[0]) {
				const waitMs = head.due - performance.now();
				if (waitMs > 0) {
					isArmed = true;
					setTimeout(() => {
						isArmed = false;
						write();
					}, waitMs);
					return;
				}
				socket.write(head.piece);
				waiting.shift();
			}
		};
		return (piece) => {
			const due = Math.max(waiting.at(-1)?.due ?? 0, performance.now() + this.delayMs);
			waiting.push({ piece, due });
			if (!isArmed) write();
		};
	}
}
