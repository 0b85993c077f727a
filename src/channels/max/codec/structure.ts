import { CodecError } from './wire';

/** deeper nesting is no message of this protocol, and would exhaust a recursive reader */
const MAX_DEPTH = 64;

/**
 * Walks the first msgpack value without building it: lengths fit the bytes that are there, nesting is bounded. The library
 * allocates an array of the announced length before reading its members, so five hostile bytes could ask for gigabytes;
 * after this walk the sum of all announced lengths is at most the number of bytes.
 * @returns how many bytes it has
 * @throws CodecError
 */
export function lengthOfValue(bytes: Uint8Array): number {
	const end = bytes.length;
	let at = 0;
	/** values still to come in the innermost container that is open, and in those around it */
	let left = 1;
	const around: number[] = [];
	for (;;) {
		while (left === 0) {
			const outer = around.pop();
			if (outer === undefined) return at;
			left = outer;
		}
		left -= 1;
		if (at >= end) throw new CodecError('the body is cut short');
		const tag = bytes[at] ?? 0;
		at += 1;
		if (tag <= 0x7f || tag >= 0xe0) continue;
		let members = 0;
		if (tag <= 0x8f) members = (tag & 0x0f) * 2;
		else if (tag <= 0x9f) members = tag & 0x0f;
		else if (tag <= 0xbf) at += tag & 0x1f;
		else {
			if (tag === 0xc1) throw new CodecError('byte c1 starts no value');
			const width = WIDTHS[tag - 0xc0] ?? 0;
			if (!HAS_LENGTH[tag - 0xc0]) at += width;
			else {
				let length = 0;
				for (const until = at + width; at < until; at += 1) length = length * 256 + (bytes[at] ?? 0);
				if (tag >= 0xde) members = length * 2;
				else if (tag >= 0xdc) members = length;
				// An extension's type stands before its bytes.
				else at += tag >= 0xc7 && tag <= 0xc9 ? length + 1 : length;
			}
		}
		if (at > end) throw new CodecError('the body is cut short');
		if (members === 0) continue;
		if (members > end - at) throw new CodecError('a container announces more members than there are bytes');
		if (around.length >= MAX_DEPTH - 1) throw new CodecError('the body is nested too deep');
		around.push(left);
		left = members;
	}
}

/** Of the tags c0…df: bytes of the length field where there is one, else of the value. */
// prettier-ignore
const WIDTHS = [
	0, 0, 0, 0, // null, (none), false, true
	1, 2, 4, // bytes with a length of 8, 16, 32 bits
	1, 2, 4, // extension, the same
	4, 8, 1, 2, 4, 8, 1, 2, 4, 8, // float32, float64, uint8…64, int8…64
	2, 3, 5, 9, 17, // extension of 1, 2, 4, 8, 16 bytes, with its type
	1, 2, 4, // text
	2, 4, // array
	2, 4, // map
] as const;

const HAS_LENGTH = WIDTHS.map((_, index) => (index >= 0x04 && index <= 0x09) || index >= 0x19);
