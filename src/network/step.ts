import type { Socket } from 'node:net';

/** One step on the way to an open connection, such as a handshake. */
export interface Step {
	/** Listens until it calls `done` or `fail`; returns how to stop listening. */
	begin(done: () => void, fail: (error: Error) => void): () => void;
	/** The error for a socket that broke, or was closed by the other side, during the step. */
	lost(reason: string, cause?: Error): Error;
}

/** Takes a step on a socket; a failure, a lost socket or the signal destroys the socket. */
export function takeStep(socket: Socket, { begin, lost }: Step, signal: AbortSignal): Promise<Socket> {
	return new Promise((resolve, reject) => {
		let stop = (): void => undefined;
		const settle = (): void => {
			stop();
			signal.removeEventListener('abort', onAbort);
			socket.off('error', onError);
			socket.off('close', onClose);
		};
		const fail = (error: Error): void => {
			settle();
			socket.on('error', () => undefined);
			socket.destroy();
			reject(error);
		};
		const onAbort = (): void => fail(signal.reason as Error);
		const onError = (error: Error): void => fail(lost(error.message, error));
		const onClose = (): void => fail(lost('it closed the connection'));
		if (signal.aborted) return onAbort();
		signal.addEventListener('abort', onAbort, { once: true });
		socket.once('error', onError);
		socket.once('close', onClose);
		stop = begin(() => {
			settle();
			resolve(socket);
		}, fail);
	});
}
