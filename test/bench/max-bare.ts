/** MAX as anybody would write it in an hour: ws, msgpack, a counter. What the benchmarks compare with. */
import { once } from 'node:events';
import { decode, encode } from '@msgpack/msgpack';
import { WebSocket } from 'ws';
import type { DemoSession } from '../sandbox/max';

const HEADER = 10;
const HELLO = 6;
const LOGIN = 19;
const BIG = { useBigInt64: true } as const;

export class BareClient {
	readonly #waiting = new Map<number, (payload: unknown) => void>();
	#seq = 0;

	private constructor(readonly socket: WebSocket) {
		socket.on('message', (data: Buffer) => {
			if (data.readUInt8(1) === 0) return;
			const seq = data.readUInt16BE(2);
			this.#waiting.get(seq)?.(decodeBody(data));
			this.#waiting.delete(seq);
		});
	}

	static async connect(url: string): Promise<BareClient> {
		const socket = new WebSocket(url, { origin: 'https://web.max.ru', perMessageDeflate: false });
		const client = new BareClient(socket);
		await once(socket, 'open');
		return client;
	}

	static async login(url: string, { token, deviceId }: DemoSession): Promise<BareClient> {
		const client = await BareClient.connect(url);
		const userAgent = {
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
		await client.request(HELLO, { userAgent, deviceId });
		await client.request(LOGIN, {
			token,
			chatsCount: 40,
			interactive: false,
			chatsSync: 0,
			contactsSync: 0,
			presenceSync: -1,
			draftsSync: 0,
		});
		return client;
	}

	request(opcode: number, payload: unknown): Promise<unknown> {
		const seq = this.#seq;
		this.#seq = (seq + 1) & 0xffff;
		const body = encode(payload, BIG);
		const frame = Buffer.allocUnsafe(HEADER + body.length);
		frame.writeUInt32BE(0x0a000000 | seq, 0);
		frame.writeUInt16BE(opcode, 4);
		frame.writeUInt32BE(body.length, 6);
		frame.set(body, HEADER);
		return new Promise((resolve) => {
			this.#waiting.set(seq, resolve);
			this.socket.send(frame);
		});
	}

	async close(): Promise<void> {
		this.socket.terminate();
		await once(this.socket, 'close');
	}
}

/** The sandbox is told not to compress, so this is all there is to it. */
export function decodeBody(frame: Buffer): unknown {
	return frame.length === HEADER ? null : decode(frame.subarray(HEADER), { ...BIG, mapKeyConverter: String });
}
