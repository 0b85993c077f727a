declare module 'lz4js' {
	/** Upper bound of a compressed block, in bytes. */
	export function compressBound(size: number): number;
	/** An LZ4 frame. */
	export function compress(source: Uint8Array): Uint8Array | number[];
	/** Returns the block's size, or 0 when it found nothing to compress. The hash table must be zeroed. */
	export function compressBlock(
		source: Uint8Array,
		target: Uint8Array,
		start: number,
		length: number,
		hashTable: Uint32Array,
	): number;
	/** Writes to `target` from `targetStart` on; returns the end position. */
	export function decompressBlock(
		source: Uint8Array,
		target: Uint8Array,
		start: number,
		length: number,
		targetStart: number,
	): number;
}
