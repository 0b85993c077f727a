/** Body compression of the binary frame: LZ4 blocks (any flag 1…0x7F) and zstd (0xFF). */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { compress, compressBlock, compressBound } from 'lz4js';
import { CodecError } from './wire';

/** Ceiling for one decompressed body, in bytes. */
export const maxBodyBytes = 32 * 1024 * 1024;

/**
 * How the server compresses what it sends. `auto`: LZ4 from 32 bytes on, as the official service does. `zstd-unflagged` and
 * `lz4-frame` carry no flag of theirs: two clients know them by their first bytes.
 */
export type Compression = 'never' | 'auto' | 'always' | 'zstd' | 'zstd-unflagged' | 'lz4-frame' | 'random';

/** Decodes an LZ4 block (no frame header, no size prefix), checking every bound. */
export function decompressLz4Block(block: Uint8Array, limit = maxBodyBytes): Uint8Array {
	let output = new Uint8Array(Math.min(limit, Math.max(64, block.length * 4)));
	let size = 0;
	let at = 0;
	const byte = (): number => {
		const value = block[at];
		if (value === undefined) throw new CodecError('LZ4 block cut short');
		at += 1;
		return value;
	};
	const length = (nibble: number): number => {
		let total = nibble;
		for (let more = nibble === 15 ? 255 : 0; more === 255; total += more) more = byte();
		return total;
	};
	const reserve = (extra: number): void => {
		if (size + extra > limit) throw new CodecError('LZ4 block too large');
		if (size + extra <= output.length) return;
		const larger = new Uint8Array(Math.min(limit, Math.max(output.length * 2, size + extra)));
		larger.set(output.subarray(0, size));
		output = larger;
	};
	while (at < block.length) {
		const token = byte();
		const literals = length(token >> 4);
		if (literals > block.length - at) throw new CodecError('LZ4 literals cut short');
		reserve(literals);
		output.set(block.subarray(at, at + literals), size);
		at += literals;
		size += literals;
		if (at === block.length) break;
		const offset = byte() | (byte() << 8);
		if (offset === 0 || offset > size) throw new CodecError('LZ4 match before the start');
		const match = length(token & 15) + 4;
		reserve(match);
		// Byte by byte on purpose: a match may overlap what it is writing.
		for (let index = 0; index < match; index += 1, size += 1) output[size] = output[size - offset] ?? 0;
	}
	return output.subarray(0, size);
}

/** The library's scratch space, zeroed before each use: 256 KiB are too much to allocate per frame. */
const hashTable = new Uint32Array(1 << 16);

/** Compresses to an LZ4 block; literals only where the library finds nothing to save. */
export function compressLz4Block(raw: Uint8Array): Uint8Array {
	const target = new Uint8Array(compressBound(raw.length));
	const size = compressBlock(raw, target, 0, raw.length, hashTable.fill(0));
	return size > 0 ? target.subarray(0, size) : literalsOnly(raw);
}

function literalsOnly(raw: Uint8Array): Uint8Array {
	if (raw.length < 15) return Buffer.concat([Uint8Array.of(raw.length << 4), raw]);
	const extra = raw.length - 15;
	const header = Buffer.alloc(2 + Math.floor(extra / 255), 255);
	header[0] = 0xf0;
	header[header.length - 1] = extra % 255;
	return Buffer.concat([header, raw]);
}

/** Undoes the compression a frame's flag names; the zstd magic is recognised under any flag, as clients do. */
export function unpackBody(flag: number, body: Uint8Array): Uint8Array {
	if (flag === 0) return body;
	const zstd = flag === 0xff || Buffer.from(body.subarray(0, 4)).equals(Buffer.from('28b52ffd', 'hex'));
	if (!zstd) return decompressLz4Block(body);
	try {
		return zstdDecompressSync(body, { maxOutputLength: maxBodyBytes });
	} catch {
		throw new CodecError('zstd body broken');
	}
}

/** Applies the wanted compression; returns the frame's flag and the bytes to send. */
export function packBody(
	raw: Uint8Array,
	use: Exclude<Compression, 'random'>,
): { readonly flag: number; readonly body: Uint8Array } {
	if (raw.length === 0 || use === 'never' || (use === 'auto' && raw.length < 32))
		return { flag: 0, body: raw };
	if (use === 'zstd') return { flag: 0xff, body: zstdCompressSync(raw) };
	if (use === 'zstd-unflagged') return { flag: 0, body: zstdCompressSync(raw) };
	if (use === 'lz4-frame') return { flag: 1, body: Uint8Array.from(compress(raw)) };
	const body = compressLz4Block(raw);
	// `auto` drops a compression that does not pay: our choice, the official web client keeps it.
	if (use === 'auto' && body.length >= raw.length) return { flag: 0, body: raw };
	return { flag: Math.min(0x7f, Math.floor(raw.length / body.length) + 1), body };
}
