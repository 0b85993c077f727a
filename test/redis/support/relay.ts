import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a server on 127.0.0.1: can lose what the server answers, cut, and stay cut. */
export class Relay {
	swallowAnswers = false;
	swallowed = 0;
	/** new connections are refused too */
	isCut = false;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	private constructor(server: Server) {
		this.#server = server;
	}

	get port(): number {
		return (this.#server.address() as AddressInfo).port;
	}

	static async to(port: number): Promise<Relay> {
		const server = createServer();
		const relay = new Relay(server);
		server.on('connection', (near) => relay.#join(near, port));
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return relay;
	}

	#join(near: Socket, port: number): void {
		if (this.isCut) {
			near.destroy();
			return;
		}
		const far = connect(port, '127.0.0.1');
		for (const socket of [near, far]) {
			this.#sockets.add(socket);
			socket.on('error', () => undefined);
			socket.on('close', () => {
				near.destroy();
				far.destroy();
				this.#sockets.delete(socket);
			});
		}
		near.on('data', (data) => far.write(data));
		far.on('data', (data) => {
			if (this.swallowAnswers) this.swallowed += data.length;
			else near.write(data);
		});
	}

	cut(): void {
		for (const socket of this.#sockets) socket.destroy();
	}

	async close(): Promise<void> {
		this.cut();
		this.#server.close();
		await once(this.#server, 'close');
	}
}
