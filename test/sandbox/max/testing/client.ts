/* eslint-disable @typescript-eslint/no-unsafe-member-access --
   a reply is whatever came over the wire; a member that is missing or of another type fails its expectation */
/**
 * A bare client for the sandbox's own tests. It shares no code with the sandbox: its msgpack comes from
 * @msgpack/msgpack, its LZ4 from lz4js, its framing is written here, so that the two sides check each other.
 */
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { decode, encode, ExtensionCodec } from '@msgpack/msgpack';
import { decompressBlock } from 'lz4js';
import { WebSocket } from 'ws';
import type { DemoAccount, DemoSession, MaxSandbox } from '..';

export type Front = 'websocket' | 'json' | 'tcp';
// Payloads are whatever the test expects them to be; a missing member fails the expectation.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Payload = any;

export interface Received {
	readonly cmd: number;
	readonly seq: number;
	readonly opcode: number;
	readonly payload: Payload;
}

const extensions = new ExtensionCodec<undefined>();
extensions.register({
	type: 1,
	encode: () => null,
	decode: (bytes) => decode(bytes, { useBigInt64: true }),
});

/** Integers beyond 32 bits must be bigint or the library would write floats. */
function widen(value: unknown): unknown {
	if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) > 0x7fff_ffff)
		return BigInt(value);
	if (Array.isArray(value)) return value.map(widen);
	if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, widen(item)]));
}

/** Safe bigints become numbers, for short expectations; message ids stay bigint. */
function narrow(value: unknown): unknown {
	if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
	if (Array.isArray(value)) return value.map(narrow);
	if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, narrow(item)]));
}

export function packBody(payload: unknown): Buffer {
	if (payload === null) return Buffer.alloc(0);
	return Buffer.from(encode(widen(payload), { useBigInt64: true }));
}

export function frameOf(
	cmd: number,
	seq: number,
	opcode: number,
	body: Uint8Array,
	version = 10,
	flag = 0,
): Buffer {
	const header = Buffer.from([version, cmd, seq >> 8, seq & 0xff, opcode >> 8, opcode & 0xff, flag, 0, 0, 0]);
	header.writeUIntBE(body.length, 7, 3);
	return Buffer.concat([header, body]);
}

function unpackBody(flag: number, body: Buffer): unknown {
	if (body.length === 0) return null;
	let raw: Uint8Array = body;
	if (flag > 0) {
		const target = new Uint8Array(flag * body.length);
		raw = target.subarray(0, decompressBlock(body, target, 0, body.length, 0));
	}
	return narrow(decode(raw, { useBigInt64: true, extensionCodec: extensions, mapKeyConverter: keyText }));
}

function keyText(key: unknown): string {
	return String(key);
}

export const webAgent = {
	deviceType: 'WEB',
	locale: 'ru',
	deviceLocale: 'ru',
	osVersion: 'macOS',
	deviceName: 'Chrome',
	headerUserAgent: 'Mozilla/5.0',
	appVersion: '26.9.8',
	screen: '1080x1920 1.0x',
	timezone: 'Europe/Moscow',
};

export const mobileAgent = {
	deviceType: 'ANDROID',
	appVersion: '26.29.1',
	osVersion: 'Android 13',
	timezone: 'Europe/Moscow',
	screen: 'xxhdpi 480dpi 1080x2400',
	pushDeviceType: 'GCM',
	arch: 'arm64-v8a',
	locale: 'ru',
	buildNumber: 6808,
	deviceName: 'Xiaomi Redmi Note 12',
	deviceLocale: 'ru',
};

interface Waiter {
	readonly wants: (frame: Received) => boolean;
	readonly resolve: (frame: Received) => void;
}

export class RawClient {
	/** Every frame that arrived, in order. */
	readonly frames: Received[] = [];
	/** Sizes of the chunks or messages that arrived. */
	readonly chunks: number[] = [];
	readonly closed: Promise<number>;
	seq = 0;
	#waiters: Waiter[] = [];
	#taken = new Set<Received>();
	#held = Buffer.alloc(0);
	#socket: WebSocket | Socket;

	private constructor(
		readonly front: Front,
		socket: WebSocket | Socket,
	) {
		this.#socket = socket;
		this.closed = new Promise((resolve) => {
			if (socket instanceof WebSocket) socket.on('close', (code) => resolve(code));
			else socket.on('close', () => resolve(0));
		});
		socket.on('error', () => undefined);
		if (socket instanceof WebSocket) {
			socket.on('message', (data: Buffer) => {
				this.chunks.push(data.length);
				if (front === 'json') this.#receive(parseExact(data.toString()) as Received);
				else this.#bytes(data);
			});
		} else {
			socket.on('data', (data: Buffer) => {
				this.chunks.push(data.length);
				this.#bytes(data);
			});
		}
	}

	static async open(
		sandbox: MaxSandbox,
		front: Front,
		options: { plain?: boolean; origin?: string } = {},
	): Promise<RawClient> {
		const { addresses, cert } = sandbox;
		if (front === 'tcp') {
			const { hostname, port } = new URL(options.plain === true ? addresses.tcpPlain : addresses.tcp);
			const target = { host: hostname, port: Number(port) };
			const socket = options.plain === true ? connectTcp(target) : connectTls({ ...target, ca: cert });
			await new Promise<void>((resolve, reject) => {
				socket.once(options.plain === true ? 'connect' : 'secureConnect', () => resolve());
				socket.once('error', reject);
			});
			return new RawClient(front, socket);
		}
		const url = options.plain === true ? addresses[`${front}Plain`] : addresses[front];
		const socket = new WebSocket(url, { ca: cert, origin: options.origin ?? 'https://web.max.ru' });
		const client = new RawClient(front, socket);
		await new Promise<void>((resolve, reject) => {
			socket.once('open', () => resolve());
			socket.once('error', reject);
		});
		return client;
	}

	/** Opens and sends SESSION_INIT with the device that belongs to the front end. */
	static async init(sandbox: MaxSandbox, front: Front, deviceId = 'device-of-a-test'): Promise<RawClient> {
		const client = await RawClient.open(sandbox, front);
		await client.ok(6, { userAgent: front === 'tcp' ? mobileAgent : webAgent, deviceId });
		return client;
	}

	/** Opens and logs in; the LOGIN reply is in `login`. */
	static async online(
		sandbox: MaxSandbox,
		account: DemoAccount,
		front: Front = 'websocket',
		login: Payload = {},
	): Promise<RawClient & { readonly login: Payload }> {
		const session = (front === 'tcp' ? account.mobile : account.web) as DemoSession;
		const client = await RawClient.init(sandbox, front, session.deviceId);
		const reply = await client.ok(19, { ...loginRequest, token: session.token, ...login });
		return Object.assign(client, { login: reply });
	}

	#bytes(data: Buffer): void {
		this.#held = Buffer.concat([this.#held, data]);
		while (this.#held.length >= 10) {
			const length = this.#held.readUIntBE(7, 3);
			if (this.#held.length < 10 + length) return;
			const bytes = this.#held;
			this.#held = bytes.subarray(10 + length);
			this.#receive({
				cmd: bytes.readUInt8(1),
				seq: bytes.readUInt16BE(2),
				opcode: bytes.readUInt16BE(4),
				payload: unpackBody(bytes.readUInt8(6), bytes.subarray(10, 10 + length)),
			});
		}
	}

	#receive(frame: Received): void {
		this.frames.push(frame);
		const waiter = this.#waiters.find((one) => one.wants(frame));
		if (waiter === undefined) return;
		this.#waiters = this.#waiters.filter((one) => one !== waiter);
		this.#taken.add(frame);
		waiter.resolve(frame);
	}

	/** The first frame not yet taken that fits; waits for it. */
	take(wants: (frame: Received) => boolean): Promise<Received> {
		const found = this.frames.find((frame) => !this.#taken.has(frame) && wants(frame));
		if (found !== undefined) {
			this.#taken.add(found);
			return Promise.resolve(found);
		}
		return new Promise((resolve) => this.#waiters.push({ wants, resolve }));
	}

	/** Payload of the next push with this number. */
	async push(opcode: number): Promise<Payload> {
		return (await this.take((frame) => frame.cmd === 0 && frame.opcode === opcode)).payload;
	}

	/** Pushes of this number that have arrived so far. */
	pushed(opcode: number): Received[] {
		return this.frames.filter((frame) => frame.cmd === 0 && frame.opcode === opcode);
	}

	write(bytes: Buffer | string): void {
		if (this.#socket instanceof WebSocket) this.#socket.send(bytes);
		else this.#socket.write(bytes);
	}

	send(cmd: number, seq: number, opcode: number, payload: unknown): void {
		if (this.front === 'json') this.write(formatExact({ ver: 11, cmd, seq, opcode, payload }));
		else this.write(frameOf(cmd, seq, opcode, packBody(payload)));
	}

	/** Sends a request and gives the reply, whatever its cmd. */
	request(opcode: number, payload: unknown): Promise<Received> {
		const seq = this.seq;
		this.seq = (this.seq + 1) & 0xffff;
		const reply = this.take((frame) => frame.cmd !== 0 && frame.seq === seq && frame.opcode === opcode);
		this.send(0, seq, opcode, payload);
		return reply;
	}

	/** The payload of a reply that must be a success. */
	async ok(opcode: number, payload: unknown): Promise<Payload> {
		const reply = await this.request(opcode, payload);
		if (reply.cmd !== 1) throw new Error(`opcode ${opcode} refused: ${JSON.stringify(reply.payload)}`);
		return reply.payload;
	}

	/** The error key of a reply that must be a refusal. */
	async refused(opcode: number, payload: unknown): Promise<string> {
		const reply = await this.request(opcode, payload);
		if (reply.cmd !== 3) throw new Error(`opcode ${opcode} was not refused`);
		return reply.payload.error as string;
	}

	/** Everything the server had to say before now has arrived once a ping is answered. */
	async settle(): Promise<void> {
		await this.ok(1, { interactive: false });
	}

	/** A message id as this front end writes it. */
	id(value: bigint | string): bigint | string {
		return this.front === 'json' ? value.toString() : BigInt(value);
	}

	close(): void {
		if (this.#socket instanceof WebSocket) this.#socket.terminate();
		else this.#socket.destroy();
	}
}

export const loginRequest = {
	chatsCount: 40,
	interactive: false,
	chatsSync: 0,
	contactsSync: 0,
	presenceSync: -1,
	draftsSync: 0,
};

function parseExact(text: string): unknown {
	// Integers beyond 2^53 become bigint before JSON.parse can damage them.
	const marked = text.replace(/([:[,]\s*)(-?\d{16,})(?=[,\]}])/g, '$1"#big$2"');
	return narrow(
		JSON.parse(marked, (_key, value: unknown) =>
			typeof value === 'string' && value.startsWith('#big') ? BigInt(value.slice(4)) : value,
		),
	);
}

function formatExact(value: unknown): string {
	return JSON.stringify(value, (_key, item: unknown) =>
		typeof item === 'bigint' ? `#big${item}` : item,
	).replace(/"#big(-?\d+)"/g, '$1');
}
