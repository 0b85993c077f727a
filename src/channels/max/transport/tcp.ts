import type { Socket } from 'node:net';
import { decodeBinary, encodeBinary, FrameReader } from '../codec';
import { dial } from './dial';
import { fence } from './fence';
import type { OpenTransport, Transport, TransportOptions } from './transport';

/** ms after a polite end until the socket is cut */
const CLOSE_MS = 2_000;

/** TLS/TCP: binary frames in a stream, the transport of the mobile device types. */
export const openTcp: OpenTransport = async (options) => {
	const { settings, endpoint, clock, signal, assertOwner } = options;
	const socket = await dial({
		host: endpoint.hostname.replace(/^\[|\]$/g, ''),
		port: Number(endpoint.port),
		secure: endpoint.protocol === 'tls:',
		ca: settings.ca,
		proxyUrl: settings.proxyUrl,
		clock,
		signal,
	});
	return carry(fence(socket, assertOwner).socket, options);
};

function carry(socket: Socket, { settings, clock, events, assertOwner }: TransportOptions): Transport {
	const reader = new FrameReader();
	let failure: Error | null = null;
	let cancelClose: (() => void) | undefined;
	socket.on('data', (chunk: Buffer) => {
		events.heard();
		try {
			for (const frame of reader.push(chunk)) events.frame(decodeBinary(frame));
		} catch (error) {
			failure ??= error as Error;
			socket.destroy();
		}
	});
	socket.on('error', (error) => {
		failure ??= error;
	});
	socket.on('close', () => {
		cancelClose?.();
		events.closed(failure ?? new Error('the service closed the connection'));
	});
	return {
		send(...frames) {
			assertOwner();
			const bytes = frames.map((frame) => encodeBinary(frame, settings.wrapIds));
			socket.write(bytes.length === 1 && bytes[0] !== undefined ? bytes[0] : Buffer.concat(bytes));
		},
		close() {
			if (socket.destroyed) return;
			socket.end();
			cancelClose ??= clock.after(CLOSE_MS, () => socket.destroy());
		},
		destroy(reason) {
			failure ??= reason;
			socket.destroy();
		},
	};
}
