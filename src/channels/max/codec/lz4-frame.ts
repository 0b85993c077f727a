import { decodeLz4Block } from './lz4';
import { CodecError, OversizeError } from './wire';

/** An LZ4 frame begins so, little-endian on the wire. */
export const LZ4_FRAME_MAGIC = 0x04224d18;

/** Bits of the descriptor's first byte. */
const CONTENT_SIZE = 0x08;
const BLOCK_CHECKSUM = 0x10;
const DICTIONARY = 0x01;
/** A block's size with this bit is one of bytes as they are. */
const UNCOMPRESSED = 0x8000_0000;

/**
 * Decodes an LZ4 frame (LZ4 Frame Format 1.6): magic, descriptor, blocks with their length in front, an empty one at the
 * end. Its checksums are not looked at: the connection has its own. Nobody has captured one on this service; two
 * clients (kolibri, vkmax-tcp) recognise it.
 * @throws CodecError, OversizeError
 */
export function decodeLz4Frame(frame: Uint8Array, limit: number): Uint8Array {
	const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
	const flags = frame[4] ?? 0;
	if (flags >> 6 !== 1 || (flags & DICTIONARY) !== 0) throw new CodecError('an LZ4 frame of another kind');
	let at = 7 + ((flags & CONTENT_SIZE) === 0 ? 0 : 8);
	let output: Uint8Array = new Uint8Array(0);
	for (;;) {
		if (at + 4 > frame.length) throw new CodecError('the LZ4 frame is cut short');
		const word = view.getUint32(at, true);
		if (word === 0) return output;
		const size = word & ~UNCOMPRESSED;
		const block = frame.subarray(at + 4, at + 4 + size);
		if (block.length < size) throw new CodecError('the LZ4 frame is cut short');
		output = word >= UNCOMPRESSED ? joined(output, block, limit) : decodeLz4Block(block, limit, output);
		at += 4 + size + ((flags & BLOCK_CHECKSUM) === 0 ? 0 : 4);
	}
}

function joined(output: Uint8Array, block: Uint8Array, limit: number): Uint8Array {
	if (output.length + block.length > limit) throw new OversizeError();
	return Buffer.concat([output, block]);
}
