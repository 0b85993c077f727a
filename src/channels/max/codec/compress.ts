import * as zlib from 'node:zlib';
import { decodeLz4Block } from './lz4';
import { CodecError } from './wire';

/** Ceiling of one decompressed body, bytes: what a mature client uses; beyond it the connection is given up. */
export const MAX_BODY = 32 * 1024 * 1024;

/** zstd frames begin so; two clients recognise it under any flag. */
const ZSTD_MAGIC = 0x28b52ffd;
const ZSTD_FLAG = 0xff;

/** Node has zstd in `zlib` only from 22.15 and 23.8 on. */
const zstd = (
	zlib as { zstdDecompressSync?: (body: Uint8Array, options: { maxOutputLength: number }) => Buffer }
).zstdDecompressSync;

/** Undoes the compression that the frame's flag names: 0 none, 0xFF zstd, anything else an LZ4 block. @throws CodecError */
export function unpackBody(flag: number, body: Uint8Array, limit = MAX_BODY): Uint8Array {
	if (body.length > limit) throw new CodecError('the body is larger than allowed');
	if (flag === 0) return body;
	return flag === ZSTD_FLAG || startsWith(body, ZSTD_MAGIC)
		? unpackZstd(body, limit)
		: decodeLz4Block(body, limit);
}

function unpackZstd(body: Uint8Array, limit: number): Uint8Array {
	if (zstd === undefined) throw new CodecError('this Node.js cannot read zstd; 22.15 or newer can');
	try {
		return zstd(body, { maxOutputLength: limit });
	} catch (error) {
		throw new CodecError(`the zstd body cannot be read: ${(error as Error).message}`);
	}
}

function startsWith(body: Uint8Array, magic: number): boolean {
	return body.length >= 4 && new DataView(body.buffer, body.byteOffset, 4).getUint32(0) === magic;
}
