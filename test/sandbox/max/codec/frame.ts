/** The 10-byte binary frame of TLS/TCP and of the binary WebSocket, big-endian. */
import { CodecError } from './wire';

export const binaryVersion = 10;
const headerBytes = 10;

/** One frame with its body still packed. `cmd`: 0 request/push, 1 reply/acknowledgement, 2 not found, 3 error. */
export interface Frame {
	readonly version: number;
	readonly cmd: number;
	/** 0…65535, wraps. */
	readonly seq: number;
	readonly opcode: number;
	/** 0 raw msgpack, 1…0x7F LZ4 block, 0xFF zstd. */
	readonly flag: number;
	readonly body: Uint8Array;
}

export function encodeFrame(frame: Omit<Frame, 'version'> & { readonly version?: number }): Buffer {
	if (frame.body.length > 0xff_ffff) throw new CodecError('body longer than 24 bits can say');
	const header = Buffer.alloc(headerBytes);
	header.writeUInt8(frame.version ?? binaryVersion, 0);
	header.writeUInt8(frame.cmd, 1);
	header.writeUInt16BE(frame.seq & 0xffff, 2);
	header.writeUInt16BE(frame.opcode, 4);
	header.writeUInt8(frame.flag, 6);
	header.writeUIntBE(frame.body.length, 7, 3);
	return Buffer.concat([header, frame.body]);
}

/** Takes bytes as the network cut them and gives whole frames. */
export class FrameReader {
	#held: Buffer = Buffer.alloc(0);

	/** Bytes kept for a frame that is not complete yet. */
	get pendingBytes(): number {
		return this.#held.length;
	}

	*push(chunk: Uint8Array): Generator<Frame> {
		this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
		while (this.#held.length >= headerBytes) {
			const length = this.#held.readUIntBE(7, 3);
			if (this.#held.length < headerBytes + length) return;
			const bytes = this.#held;
			this.#held = bytes.subarray(headerBytes + length);
			yield {
				version: bytes.readUInt8(0),
				cmd: bytes.readUInt8(1),
				seq: bytes.readUInt16BE(2),
				opcode: bytes.readUInt16BE(4),
				flag: bytes.readUInt8(6),
				body: bytes.subarray(headerBytes, headerBytes + length),
			};
		}
	}
}
