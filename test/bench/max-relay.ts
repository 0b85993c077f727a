/**
 * Stands between a client and the sandbox, in a thread of its own: everything passes, but pushed messages can be held
 * back and then let go all at once, to that client or, the very same bytes, to a bare socket. Says when each one left.
 * Acknowledgements of what was let go are kept until they are asked for, so that the sandbox's work on them does not
 * take the processor from whoever is measured.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { WebSocket, WebSocketServer } from 'ws';

/** What the relay is told; each is answered with one message. */
export type RelayOrder = { do: 'hold' | 'held' | 'release' | 'replay' | 'acknowledged' | 'stamps' };

const PUSHED_MESSAGE = 128;
const { target } = workerData as { target: string };

let holding = false;
/** released, and not yet asked whether it was acknowledged */
let measuring = false;
let acknowledgements: Buffer[] = [];
let held: Buffer[] = [];
let client: WebSocket | undefined;
let sandbox: WebSocket | undefined;
let bare: WebSocket | undefined;
let stamps: bigint[] = [];

const isPushedMessage = (frame: Buffer): boolean =>
	frame.readUInt8(1) === 0 && frame.readUInt16BE(4) === PUSHED_MESSAGE;
const isAcknowledgement = (frame: Buffer): boolean =>
	frame.readUInt8(1) === 1 && frame.readUInt16BE(4) === PUSHED_MESSAGE;

function carry(socket: WebSocket): void {
	client = socket;
	const upstream = new WebSocket(target, { origin: 'https://web.max.ru', perMessageDeflate: false });
	sandbox = upstream;
	const early: Buffer[] = [];
	socket.on('message', (data: Buffer) => {
		if (measuring && isAcknowledgement(data)) acknowledgements.push(data);
		else if (upstream.readyState === WebSocket.OPEN) upstream.send(data);
		else early.push(data);
	});
	upstream.on('open', () => {
		for (const data of early) upstream.send(data);
	});
	upstream.on('message', (data: Buffer) => {
		if (holding && isPushedMessage(data)) {
			held.push(data);
			return;
		}
		if (isPushedMessage(data)) stamps.push(process.hrtime.bigint());
		socket.send(data);
	});
	socket.on('close', () => upstream.terminate());
	upstream.on('close', () => socket.terminate());
	for (const one of [socket, upstream]) one.on('error', () => one.terminate());
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket, request) => {
	if (request.url === '/bare') bare = socket;
	else carry(socket);
});
server.on('listening', () => parentPort?.postMessage((server.address() as { port: number }).port));

const orders: Record<RelayOrder['do'], () => unknown> = {
	hold: () => {
		holding = true;
		held = [];
	},
	held: () => held.length,
	release: () => {
		holding = false;
		measuring = true;
		for (const frame of held) client?.send(frame);
	},
	replay: () => {
		for (const frame of held) bare?.send(frame);
	},
	/** How many so far; the sandbox gets them when all of them are there. */
	acknowledged: () => {
		const count = acknowledgements.length;
		if (count < held.length) return count;
		for (const frame of acknowledgements) sandbox?.send(frame);
		acknowledgements = [];
		measuring = false;
		return count;
	},
	stamps: () => {
		const all = stamps;
		stamps = [];
		return all;
	},
};
parentPort?.on('message', (order: RelayOrder) => parentPort?.postMessage(orders[order.do]() ?? null));
