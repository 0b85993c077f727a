import * as zlib from 'node:zlib';
import { decodeLz4Block } from './lz4';
import { decodeLz4Frame, LZ4_FRAME_MAGIC } from './lz4-frame';
import { CodecError, OversizeError } from './wire';

/** Ceiling of one decompressed body, bytes: what a mature client uses; beyond it the connection is given up. */
export const MAX_BODY = 32 * 1024 * 1024;

/** zstd frames begin so. */
const ZSTD_MAGIC = 0x28b52ffd;
const ZSTD_FLAG = 0xff;

/** Node has zstd in `zlib` only from 22.15 and 23.8 on. */
const zstd = (
	zlib as { zstdDecompressSync?: (body: Uint8Array, options: { maxOutputLength: number }) => Buffer }
).zstdDecompressSync;

/**
 * Undoes the compression that the frame's flag names: 0 none, 0xFF zstd, anything else an LZ4 block. Under any flag, zstd
 * and LZ4 *frames* are known by their first bytes, as two clients do: neither a map nor a valid block begins so.
 * @throws CodecError, OversizeError
 */
export function unpackBody(flag: number, body: Uint8Array, limit = MAX_BODY): Uint8Array {
	if (body.length > limit) throw new OversizeError();
	const magic = magicOf(body);
	if (magic === ZSTD_MAGIC || flag === ZSTD_FLAG) return unpackZstd(body, limit);
	if (magic === LZ4_FRAME_MAGIC) return decodeLz4Frame(body, limit);
	return flag === 0 ? body : decodeLz4Block(body, limit);
}

function unpackZstd(body: Uint8Array, limit: number): Uint8Array {
	if (zstd === undefined) throw new CodecError('this Node.js cannot read zstd; 22.15 or newer can');
	try {
		return zstd(body, { maxOutputLength: limit });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new OversizeError();
		throw new CodecError(`the zstd body cannot be read: ${(error as Error).message}`);
	}
}

function magicOf(body: Uint8Array): number {
	const [a, b, c, d] = body;
	return a === undefined || d === undefined ? 0 : a * 2 ** 24 + (((b ?? 0) << 16) | ((c ?? 0) << 8) | d);
}
