import { randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** One packet as a client framed it. */
export interface Packet {
	readonly data: Buffer;
	/** The client asks for a quick acknowledgement (top bit of the length). */
	readonly quickAck: boolean;
}

/** One of Telegram's framings (core.telegram.org/mtproto/mtproto-transports). */
export interface Framing {
	readonly name: 'abridged' | 'intermediate' | 'padded intermediate' | 'full';
	/** Takes whole packets off the front of `data`; throws `FramingError` on nonsense. */
	take(data: Buffer): { readonly packet: Packet; readonly used: number } | undefined;
	wrap(packet: Buffer): Buffer;
	/** The bytes of a quick acknowledgement, where the framing has one. */
	wrapQuickAck(token: Buffer): Buffer | undefined;
}

export class FramingError extends Error {}

/** No client message is longer; a larger length is garbage. */
const largest = 4 * 1024 * 1024;

function checked(length: number): number {
	if (length <= 0 || length > largest) throw new FramingError(`a packet of ${length} bytes`);
	return length;
}

export function abridged(): Framing {
	return {
		name: 'abridged',
		take(data) {
			const first = data[0];
			if (first === undefined) return undefined;
			const long = (first & 0x7f) === 0x7f;
			if (long && data.length < 4) return undefined;
			const head = long ? 4 : 1;
			const length = checked((long ? data.readUIntLE(1, 3) : first & 0x7f) * 4);
			if (data.length < head + length) return undefined;
			const packet = { data: data.subarray(head, head + length), quickAck: (first & 0x80) !== 0 };
			return { packet, used: head + length };
		},
		wrap(packet) {
			const words = packet.length / 4;
			if (words < 0x7f) return Buffer.concat([Buffer.from([words]), packet]);
			return Buffer.concat([Buffer.from([0x7f, words & 255, (words >> 8) & 255, words >> 16]), packet]);
		},
		wrapQuickAck: (token) => Buffer.from(token).swap32(),
	};
}

export function intermediate(padded: boolean): Framing {
	return {
		name: padded ? 'padded intermediate' : 'intermediate',
		take(data) {
			if (data.length < 4) return undefined;
			const word = data.readUInt32LE();
			const length = checked(word & 0x7fffffff);
			if (data.length < 4 + length) return undefined;
			return {
				packet: { data: data.subarray(4, 4 + length), quickAck: word > 0x7fffffff },
				used: 4 + length,
			};
		},
		wrap(packet) {
			// Documented as 0 to 15; Telethon and its kin strip only what exceeds a multiple of four, so servers send 0 to 3.
			const tail = padded ? randomBytes(randomInt(0, 4)) : Buffer.alloc(0);
			const head = Buffer.alloc(4);
			head.writeUInt32LE(packet.length + tail.length);
			return Buffer.concat([head, packet, tail]);
		},
		wrapQuickAck: (token) => Buffer.from(token),
	};
}

export function full(): Framing {
	let received = 0;
	let sent = 0;
	return {
		name: 'full',
		take(data) {
			if (data.length < 4) return undefined;
			const length = checked(data.readUInt32LE());
			if (length < 12) throw new FramingError('a full packet without room for its frame');
			if (data.length < length) return undefined;
			if (crc32(data.subarray(0, length - 4)) !== data.readUInt32LE(length - 4))
				throw new FramingError('wrong CRC-32');
			const number = data.readUInt32LE(4);
			if (number !== received) throw new FramingError(`packet ${number}, expected ${received}`);
			received += 1;
			return { packet: { data: data.subarray(8, length - 4), quickAck: false }, used: length };
		},
		wrap(packet) {
			const framed = Buffer.alloc(packet.length + 12);
			framed.writeUInt32LE(framed.length, 0);
			framed.writeUInt32LE(sent, 4);
			packet.copy(framed, 8);
			framed.writeUInt32LE(crc32(framed.subarray(0, -4)), framed.length - 4);
			sent += 1;
			return framed;
		},
		wrapQuickAck: () => undefined,
	};
}
