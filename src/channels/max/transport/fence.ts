import type { Socket } from 'node:net';

/**
 * Puts the owner check in front of every write of a socket, also those a library makes by itself (the upgrade request,
 * pongs, closing frames). A process that was stopped and wakes after its lease is gone sends nothing: the socket is
 * destroyed instead.
 */
export function fence(socket: Socket, assertOwner: () => void): Socket {
	const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
	const fenced = (...args: unknown[]): boolean => {
		try {
			assertOwner();
		} catch (error) {
			socket.destroy(error as Error);
			return false;
		}
		return write(...args);
	};
	// Overloads of `write` differ in their callbacks only, which are passed on untouched.
	socket.write = fenced;
	return socket;
}
