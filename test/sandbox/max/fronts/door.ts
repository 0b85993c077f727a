import type { AddressInfo, Server, Socket } from 'node:net';

/**
 * A listening server that can go away and come back on the same port. Going away resets every connection
 * and refuses new ones.
 */
export class Door {
	readonly #sockets = new Set<Socket>();
	#port = 0;
	#opening: Promise<void> | undefined;

	constructor(
		readonly host: string,
		private readonly server: Server,
	) {
		server.on('connection', (socket: Socket) => {
			this.#sockets.add(socket);
			socket.on('error', () => socket.destroy());
			socket.on('close', () => this.#sockets.delete(socket));
		});
	}

	get port(): number {
		return this.#port;
	}

	get listening(): boolean {
		return this.server.listening;
	}

	/** Listens on `port` (0: a free one), or on the port it had before. */
	open(port = 0): Promise<void> {
		if (this.server.listening) return Promise.resolve();
		this.#opening ??= this.#listen(port).finally(() => (this.#opening = undefined));
		return this.#opening;
	}

	async #listen(port: number): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			this.server.once('error', reject);
			this.server.listen(this.#port === 0 ? port : this.#port, this.host, () => {
				this.server.off('error', reject);
				resolve();
			});
		});
		this.#port = (this.server.address() as AddressInfo).port;
	}

	/** Resets every connection; the server goes on listening. */
	reset(): void {
		for (const socket of this.#sockets) socket.resetAndDestroy();
	}

	async shut(): Promise<void> {
		if (!this.server.listening) return;
		const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
		this.reset();
		await closed;
	}
}
