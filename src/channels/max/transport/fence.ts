import type { Socket } from 'node:net';

export interface FencedSocket {
	readonly socket: Socket;
	/** All that `work` writes leaves as one piece: many small ones cost the system more than their bytes. */
	inOneWrite(work: () => void): void;
}

/**
 * Puts the owner check in front of every write of a socket, also those a library makes by itself (the upgrade request,
 * pongs, closing frames). A process that was stopped and wakes after its lease is gone sends nothing: the socket is
 * destroyed instead.
 */
export function fence(socket: Socket, assertOwner: () => void): FencedSocket {
	const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
	let gathered: Uint8Array[] | null = null;
	const checked = (...args: unknown[]): boolean => {
		try {
			assertOwner();
		} catch (error) {
			socket.destroy(error as Error);
			return false;
		}
		return write(...args);
	};
	const flush = (): void => {
		const chunks = gathered ?? [];
		gathered = null;
		if (chunks.length > 0) checked(Buffer.concat(chunks));
	};
	const fenced = (...args: unknown[]): boolean => {
		const [chunk] = args;
		if (gathered === null) return checked(...args);
		if (chunk instanceof Uint8Array && !args.some((one) => typeof one === 'function')) {
			gathered.push(chunk);
			return true;
		}
		flush();
		return checked(...args);
	};
	// Overloads of `write` differ in their callbacks only, which are passed on untouched.
	socket.write = fenced;
	return {
		socket,
		inOneWrite(work) {
			gathered = [];
			try {
				work();
			} finally {
				flush();
			}
		},
	};
}
