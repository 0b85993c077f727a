import { CodecError } from './wire';

/** First byte of every binary frame we send. */
export const BINARY_VERSION = 10;
/** Reimplemented servers put the JSON transport's number into binary frames too; the layout is the same. */
const READ_VERSIONS: readonly number[] = [BINARY_VERSION, 11];
export const HEADER_BYTES = 10;
/** The length field has 24 bits. */
const MAX_LENGTH = 0xff_ffff;

/** A binary frame with its body still packed. */
export interface PackedFrame {
	cmd: number;
	seq: number;
	opcode: number;
	/** 0 raw msgpack, 0xFF zstd, else LZ4 block (a size ratio, of no use) */
	flag: number;
	body: Uint8Array;
}

/**
 * Header, big-endian: ver 1 byte, cmd 1, seq 2, opcode 2, then flag 1 and length 3. (Older clients read a 2-byte cmd
 * and a 1-byte seq; the bytes coincide only below 256 requests.)
 */
export function writeHeader(
	target: Buffer,
	{ cmd, seq, opcode }: { cmd: number; seq: number; opcode: number },
	length: number,
): void {
	if (length > MAX_LENGTH) throw new CodecError('the body is longer than a frame can hold (16 MiB)');
	target[0] = BINARY_VERSION;
	target[1] = cmd;
	target.writeUInt16BE(seq & 0xffff, 2);
	target.writeUInt16BE(opcode, 4);
	target.writeUInt32BE(length, 6);
}

/**
 * Takes bytes as the network cut them and gives whole frames. Keeps at most one incomplete frame of `maxLength` bytes.
 * @throws CodecError for another version or a longer frame: the stream cannot be trusted any more
 */
export class FrameReader {
	readonly #maxLength: number;
	#chunks: Buffer[] = [];
	#held = 0;
	/** bytes the next frame needs before looking again makes sense */
	#needed = HEADER_BYTES;

	constructor(maxLength = MAX_LENGTH) {
		this.#maxLength = maxLength;
	}

	/** bytes kept for a frame that is not complete yet */
	get pendingBytes(): number {
		return this.#held;
	}

	push(chunk: Uint8Array): PackedFrame[] {
		const bytes = Buffer.isBuffer(chunk)
			? chunk
			: Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
		// A WebSocket message is one whole frame.
		if (this.#held === 0 && bytes.length >= HEADER_BYTES) {
			const length = this.#lengthOf(bytes);
			if (bytes.length === HEADER_BYTES + length) return [readFrame(bytes, length)];
		}
		this.#chunks.push(bytes);
		this.#held += bytes.length;
		if (this.#held < this.#needed) return [];
		const frames: PackedFrame[] = [];
		let rest = this.#chunks.length === 1 ? bytes : Buffer.concat(this.#chunks);
		this.#needed = HEADER_BYTES;
		while (rest.length >= HEADER_BYTES) {
			const length = this.#lengthOf(rest);
			if (rest.length < HEADER_BYTES + length) {
				this.#needed = HEADER_BYTES + length;
				break;
			}
			frames.push(readFrame(rest, length));
			rest = rest.subarray(HEADER_BYTES + length);
		}
		this.#chunks = rest.length === 0 ? [] : [rest];
		this.#held = rest.length;
		return frames;
	}

	#lengthOf(bytes: Buffer): number {
		const version = bytes.readUInt8(0);
		if (!READ_VERSIONS.includes(version))
			throw new CodecError(`frame version ${String(version)} instead of ${String(BINARY_VERSION)}`);
		const length = bytes.readUIntBE(7, 3);
		if (length > this.#maxLength) throw new CodecError('a frame is longer than allowed');
		return length;
	}
}

function readFrame(bytes: Buffer, length: number): PackedFrame {
	return {
		cmd: bytes.readUInt8(1),
		seq: bytes.readUInt16BE(2),
		opcode: bytes.readUInt16BE(4),
		flag: bytes.readUInt8(6),
		body: bytes.subarray(HEADER_BYTES, HEADER_BYTES + length),
	};
}
