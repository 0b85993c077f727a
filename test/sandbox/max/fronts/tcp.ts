import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { unpackBody } from '../codec/compress';
import { FrameReader } from '../codec/frame';
import type { Frame } from '../codec/frame';
import { decodeMsgpack } from '../codec/msgpack';
import type { HandlerTable } from '../core/call';
import { Connection } from '../core/connection';
import type { Incoming, Pipe } from '../core/connection';
import { dispatch } from '../core/dispatch';
import type { World } from '../core/world';
import type { TestCertificate } from './certificate';

/** The mobile front end: binary frames in a stream, with or without TLS. */
export function tcpServer(world: World, handlers: HandlerTable, tls: TestCertificate | undefined): Server {
	const accept = (socket: Socket): void => serve(world, handlers, socket, tls !== undefined);
	return tls === undefined ? createServer(accept) : createTlsServer({ key: tls.key, cert: tls.cert }, accept);
}

/** A binary frame as the dispatcher takes it. */
export function incoming(frame: Frame): Incoming {
	return {
		version: frame.version,
		cmd: frame.cmd,
		seq: frame.seq,
		opcode: frame.opcode,
		decode: () => (frame.body.length === 0 ? null : decodeMsgpack(unpackBody(frame.flag, frame.body))),
	};
}

function serve(world: World, handlers: HandlerTable, socket: Socket, secure: boolean): void {
	socket.setNoDelay(true);
	const pipe = new TcpPipe(socket, secure);
	const record = world.log.open(secure ? 'tcp' : 'tcp-plain', pipe.remote, world.now());
	const conn = new Connection(world, pipe, record);
	const reader = new FrameReader();
	world.connections.add(conn);
	socket.on('data', (chunk) => {
		if (!conn.heard(chunk.length)) return;
		let taken = 0;
		for (const frame of reader.push(chunk)) {
			if (conn.faulty && world.faults.oneFramePerRead && taken > 0) continue;
			taken += 1;
			if (conn.state !== 'closed') dispatch(conn, incoming(frame), handlers);
		}
	});
	socket.on('error', () => socket.destroy());
	socket.on('close', () => conn.closed('client'));
}

class TcpPipe implements Pipe {
	readonly kind = 'tcp';
	readonly remote: string;
	/** Pieces that leave one per turn of the event loop. */
	readonly #pieces: Buffer[] = [];
	#joined: Buffer[] = [];
	#pumping = false;
	#ending = false;

	constructor(
		private readonly socket: Socket,
		readonly secure: boolean,
	) {
		this.remote = `${socket.remoteAddress}:${socket.remotePort}`;
	}

	send(frame: Buffer, splitBytes: number, joinFrames: number): void {
		if (joinFrames > 1) {
			this.#joined.push(frame);
			if (this.#joined.length >= joinFrames) this.#flushJoined();
			else if (this.#joined.length === 1) setImmediate(() => this.#flushJoined());
			return;
		}
		this.#flushJoined();
		if (splitBytes === 0 && !this.#pumping) this.socket.write(frame);
		else this.#enqueue(frame, splitBytes === 0 ? frame.length : splitBytes);
	}

	#flushJoined(): void {
		if (this.#joined.length > 0) this.socket.write(Buffer.concat(this.#joined));
		this.#joined = [];
	}

	#enqueue(frame: Buffer, size: number): void {
		for (let at = 0; at < frame.length; at += size) this.#pieces.push(frame.subarray(at, at + size));
		if (!this.#pumping) this.#pump();
	}

	#pump(): void {
		const piece = this.#pieces.shift();
		this.#pumping = piece !== undefined;
		if (piece === undefined) {
			if (this.#ending) this.socket.end();
			return;
		}
		this.socket.write(piece, () => setImmediate(() => this.#pump()));
	}

	sendHalf(frame: Buffer): void {
		this.#flushJoined();
		this.socket.write(frame.subarray(0, Math.ceil(frame.length / 2)), () => this.socket.destroy());
	}

	end(): void {
		this.#flushJoined();
		this.#ending = true;
		if (!this.#pumping) this.socket.end();
	}

	destroy(): void {
		// A TLS socket cannot be reset; destroying it closes the TCP connection below without a farewell.
		this.socket.destroy();
	}
}
