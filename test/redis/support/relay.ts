import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a server on 127.0.0.1: can lose what the server answers, cut, stay cut, and lead to another server. */
export class Relay {
	swallowAnswers = false;
	swallowed = 0;
	/** new connections are refused too */
	isCut = false;
	/** what the server says, as another server would say it */
	rewrite: (said: string) => string = (said) => said;
	/** port of the server that new connections reach, as a name that means another host by now */
	leadsTo = 0;
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
		relay.leadsTo = port;
		server.on('connection', (near) => relay.#join(near));
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return relay;
	}

	#join(near: Socket): void {
		if (this.isCut) {
			near.destroy();
			return;
		}
		const far = connect(this.leadsTo, '127.0.0.1');
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
			else near.write(Buffer.from(this.rewrite(data.toString('latin1')), 'latin1'));
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
