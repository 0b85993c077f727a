import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { FrameReader } from '../codec/frame';
import { parseJson } from '../codec/json';
import { CodecError, isWireMap } from '../codec/wire';
import type { WireMap } from '../codec/wire';
import type { HandlerTable } from '../core/call';
import { Connection } from '../core/connection';
import type { Incoming, Pipe } from '../core/connection';
import { dispatch } from '../core/dispatch';
import type { World } from '../core/world';
import type { TestCertificate } from './certificate';
import { incoming } from './tcp';

/** A frame of at most 24-bit length and its header. */
const maxMessageBytes = 0xff_ffff + 10;

/** Both WebSocket front ends: `websocket` carries one binary frame per message, `json` one JSON text. */
export function webSocketServer(
	world: World,
	handlers: HandlerTable,
	kind: 'websocket' | 'json',
	tls: TestCertificate | undefined,
): Server {
	const server =
		tls === undefined
			? createServer(notFound)
			: createHttpsServer({ key: tls.key, cert: tls.cert }, notFound);
	const sockets = new WebSocketServer({
		noServer: true,
		maxPayload: maxMessageBytes,
		perMessageDeflate: false,
	});
	server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		const refusal = upgradeRefusal(world, request);
		if (refusal !== undefined) {
			socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
			return;
		}
		sockets.handleUpgrade(request, socket, head, (client) => {
			serve(world, handlers, client, kind, tls !== undefined, request);
		});
	});
	return server;
}

function notFound(_request: IncomingMessage, response: { writeHead(status: number): { end(): void } }): void {
	response.writeHead(404).end();
}

function upgradeRefusal(world: World, request: IncomingMessage): string | undefined {
	if (new URL(request.url ?? '/', 'http://sandbox').pathname !== '/websocket') return '404 Not Found';
	if (world.policy.requireOrigin && request.headers.origin !== 'https://web.max.ru') return '403 Forbidden';
	return undefined;
}

function serve(
	world: World,
	handlers: HandlerTable,
	client: WebSocket,
	kind: 'websocket' | 'json',
	secure: boolean,
	request: IncomingMessage,
): void {
	const { remoteAddress, remotePort } = request.socket;
	const pipe = new WebSocketPipe(client, kind, secure, `${remoteAddress}:${remotePort}`);
	const record = world.log.open(secure ? kind : `${kind}-plain`, pipe.remote, world.now());
	const conn = new Connection(world, pipe, record);
	world.connections.add(conn);
	// The upgrade request is this connection's first byte.
	conn.heard(0);
	client.on('message', (data, binary) => {
		const bytes = data as Buffer;
		if (!conn.heard(bytes.length)) return;
		// The other kind of message is a protocol error on either endpoint.
		if (binary !== (kind === 'websocket')) return conn.end('server', 1003);
		if (binary) receiveBinary(conn, bytes, handlers);
		else receiveJson(conn, bytes.toString('utf8'), handlers);
	});
	client.on('ping', () => conn.heard(2));
	client.on('error', () => client.terminate());
	client.on('close', () => conn.closed('client'));
}

/** One message holds exactly one frame; choice: anything else closes with 1008. */
function receiveBinary(conn: Connection, bytes: Buffer, handlers: HandlerTable): void {
	const reader = new FrameReader();
	const frames = [...reader.push(bytes)];
	const [frame] = frames;
	if (frame === undefined || frames.length > 1 || reader.pendingBytes > 0) return conn.end('server', 1008);
	dispatch(conn, incoming(frame), handlers);
}

function receiveJson(conn: Connection, text: string, handlers: HandlerTable): void {
	let message: WireMap;
	try {
		const value = parseJson(text);
		if (!isWireMap(value)) throw new CodecError('frame is no object');
		message = value;
	} catch {
		return conn.end('server', 1008);
	}
	const number = (name: string): number => (typeof message[name] === 'bigint' ? Number(message[name]) : -1);
	const frame: Incoming = {
		version: number('ver'),
		cmd: number('cmd'),
		seq: number('seq'),
		opcode: number('opcode'),
		decode: () => message['payload'] ?? null,
	};
	if (frame.cmd < 0 || frame.seq < 0 || frame.opcode < 0) return conn.end('server', 1008);
	dispatch(conn, frame, handlers);
}

class WebSocketPipe implements Pipe {
	constructor(
		private readonly client: WebSocket,
		readonly kind: 'websocket' | 'json',
		readonly secure: boolean,
		readonly remote: string,
	) {}

	/** `splitBytes` makes fragments; frames are never joined here, since one message is one frame. */
	send(frame: Buffer, splitBytes: number): void {
		if (this.client.readyState !== this.client.OPEN) return;
		const binary = this.kind === 'websocket';
		if (splitBytes === 0) return this.client.send(frame, { binary });
		for (let at = 0; at < frame.length; at += splitBytes) {
			const fin = at + splitBytes >= frame.length;
			this.client.send(frame.subarray(at, at + splitBytes), { binary, fin });
		}
	}

	sendHalf(frame: Buffer): void {
		const half = frame.subarray(0, Math.ceil(frame.length / 2));
		this.client.send(half, { binary: this.kind === 'websocket', fin: false }, () => this.client.terminate());
	}

	end(code: number): void {
		this.client.close(code);
	}

	destroy(): void {
		this.client.terminate();
	}
}
