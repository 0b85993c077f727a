import { WebSocket, type RawData } from '#lib/ws';
import {
	decodeBinary,
	decodeJson,
	encodeBinary,
	encodeJson,
	FrameReader,
	type IncomingFrame,
	type OutgoingFrame,
} from '../codec';
import { dial } from './dial';
import { fence, type FencedSocket } from './fence';
import type { OpenTransport, Transport, TransportOptions } from './transport';

/** One message holds one frame of at most 24-bit length and its header. */
const MAX_MESSAGE = 0xff_ffff + 10;
/** ms for the HTTP upgrade once connected, and for the closing handshake */
const UPGRADE_MS = 15_000;
const CLOSE_MS = 2_000;

interface Encoding {
	encode(frame: OutgoingFrame): string | Buffer;
	/** may give several frames, or none yet */
	decode(data: Buffer, isBinary: boolean): IncomingFrame[];
}

/** Binary WebSocket, the transport of today's web client. */
export const openBinaryWebSocket: OpenTransport = (options) => {
	const reader = new FrameReader();
	return openWebSocket(options, {
		encode: (frame) => encodeBinary(frame, options.settings.wrapIds),
		decode: (data) => reader.push(data).map(decodeBinary),
	});
};

/** JSON WebSocket of the legacy web client. */
export const openJsonWebSocket: OpenTransport = (options) =>
	openWebSocket(options, { encode: encodeJson, decode: (data) => [decodeJson(data.toString('utf8'))] });

async function openWebSocket(options: TransportOptions, encoding: Encoding): Promise<Transport> {
	const { settings, endpoint, clock, signal, assertOwner } = options;
	const secure = endpoint.protocol === 'wss:';
	const socket = await dial({
		host: endpoint.hostname.replace(/^\[|\]$/g, ''),
		port: Number(endpoint.port) || (secure ? 443 : 80),
		secure,
		ca: settings.ca,
		proxyUrl: settings.proxyUrl,
		clock,
		signal,
	});
	const fenced = fence(socket, assertOwner);
	const client = new WebSocket(endpoint.href, {
		createConnection: () => fenced.socket,
		headers: { 'User-Agent': settings.device.headerUserAgent },
		origin: settings.origin,
		maxPayload: MAX_MESSAGE,
		perMessageDeflate: false,
		followRedirects: false,
	});
	await upgraded(client, options);
	return carry(client, fenced, encoding, options);
}

function upgraded(client: WebSocket, { clock, signal }: TransportOptions): Promise<void> {
	return new Promise((resolve, reject) => {
		const settle = (): void => {
			cancelTimer();
			signal.removeEventListener('abort', onAbort);
			client.removeAllListeners();
		};
		const fail = (error: Error): void => {
			settle();
			client.on('error', () => undefined);
			client.terminate();
			reject(error);
		};
		const onAbort = (): void => fail(signal.reason as Error);
		const cancelTimer = clock.after(UPGRADE_MS, () =>
			fail(Object.assign(new Error('the WebSocket upgrade took too long'), { code: 'CONNECT_TIMEOUT' })),
		);
		signal.addEventListener('abort', onAbort, { once: true });
		client.once('open', () => {
			settle();
			resolve();
		});
		client.once('error', fail);
		client.once('unexpected-response', (_request, response) => {
			fail(
				Object.assign(new Error(`HTTP ${String(response.statusCode)} instead of a WebSocket`), {
					code: 'UPGRADE_REFUSED',
				}),
			);
		});
		if (signal.aborted) onAbort();
	});
}

function carry(
	client: WebSocket,
	fenced: FencedSocket,
	encoding: Encoding,
	{ clock, events, assertOwner }: TransportOptions,
): Transport {
	let failure: Error | null = null;
	let cancelClose: (() => void) | undefined;
	client.on('message', (data: RawData, isBinary: boolean) => {
		events.heard();
		try {
			for (const frame of encoding.decode(data as Buffer, isBinary)) events.frame(frame);
		} catch (error) {
			failure ??= error as Error;
			client.terminate();
		}
	});
	client.on('ping', () => events.heard());
	client.on('pong', () => events.heard());
	client.on('error', (error: Error) => {
		failure ??= error;
	});
	client.on('close', (code: number) => {
		cancelClose?.();
		events.closed(failure ?? new Error(`the service closed the connection (${String(code)})`));
	});
	return {
		send(...frames) {
			assertOwner();
			const [frame] = frames;
			if (frames.length === 1 && frame !== undefined) client.send(encoding.encode(frame));
			// Each frame is a WebSocket message of its own.
			else
				fenced.inOneWrite(() => {
					for (const one of frames) client.send(encoding.encode(one));
				});
			assertOwner();
		},
		close() {
			if (client.readyState === WebSocket.CLOSED) return;
			client.close(1000);
			cancelClose ??= clock.after(CLOSE_MS, () => client.terminate());
		},
		destroy(reason) {
			failure ??= reason;
			client.terminate();
		},
	};
}
