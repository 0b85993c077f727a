import { CodecError, OversizeError } from './wire';

const NOTHING = new Uint8Array(0);

/**
 * Decodes one LZ4 block (no frame header, no size prefix). Own code and not `lz4js`: that library checks no bound, so
 * a hostile length makes it loop for billions of rounds or read behind its buffers. This decoder never writes more
 * than `limit` bytes and refuses what points outside.
 * @param before what matches may reach back to: earlier blocks of the same frame; stands in front of the result
 * @throws CodecError, OversizeError
 */
export function decodeLz4Block(block: Uint8Array, limit: number, before: Uint8Array = NOTHING): Uint8Array {
	let output = new Uint8Array(Math.min(limit, Math.max(256, before.length + block.length * 4)));
	let size = before.length;
	output.set(before);
	let at = 0;
	const byte = (): number => {
		const value = block[at];
		if (value === undefined) throw new CodecError('the LZ4 block is cut short');
		at += 1;
		return value;
	};
	const length = (nibble: number): number => {
		let total = nibble;
		for (let more = nibble === 15 ? 255 : 0; more === 255; total += more) more = byte();
		return total;
	};
	const reserve = (extra: number): void => {
		if (size + extra > limit) throw new OversizeError();
		if (size + extra <= output.length) return;
		const larger = new Uint8Array(Math.min(limit, Math.max(output.length * 2, size + extra)));
		larger.set(output.subarray(0, size));
		output = larger;
	};
	while (at < block.length) {
		const token = byte();
		const literals = length(token >> 4);
		if (literals > block.length - at) throw new CodecError('the LZ4 block is cut short');
		reserve(literals);
		output.set(block.subarray(at, at + literals), size);
		at += literals;
		size += literals;
		if (at === block.length) break;
		const offset = byte() | (byte() << 8);
		if (offset === 0 || offset > size) throw new CodecError('an LZ4 match points before the start');
		const match = length(token & 15) + 4;
		reserve(match);
		if (offset >= match) output.copyWithin(size, size - offset, size - offset + match);
		else
			for (let index = 0; index < match; index += 1)
				output[size + index] = output[size + index - offset] ?? 0;
		size += match;
	}
	return output.subarray(0, size);
}
