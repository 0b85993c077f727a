import { CodecError } from './wire';

/** deeper nesting is no message of this protocol, and would exhaust a recursive reader */
const MAX_DEPTH = 64;

/**
 * Walks a msgpack value without building it: lengths fit the bytes that are there, nesting is bounded, one value only.
 * The library allocates an array of the announced length before reading its members, so five hostile bytes could ask
 * for gigabytes; after this walk the sum of all announced lengths is at most the number of bytes.
 * @throws CodecError
 */
export function assertStructure(bytes: Uint8Array): void {
	let at = 0;
	/** values still to come, per open container */
	const open: number[] = [1];
	const take = (count: number): number => {
		const start = at;
		at += count;
		if (at > bytes.length) throw new CodecError('the body is cut short');
		return start;
	};
	const length = (size: 1 | 2 | 4): number => {
		let value = 0;
		const start = take(size);
		for (let index = 0; index < size; index += 1) value = value * 256 + (bytes[start + index] ?? 0);
		return value;
	};
	const enter = (members: number): void => {
		if (members > bytes.length - at)
			throw new CodecError('a container announces more members than there are bytes');
		if (open.length >= MAX_DEPTH) throw new CodecError('the body is nested too deep');
		if (members > 0) open.push(members);
	};
	while (open.length > 0) {
		const last = open.length - 1;
		const left = open[last] ?? 0;
		if (left === 0) {
			open.pop();
			continue;
		}
		open[last] = left - 1;
		const tag = bytes[take(1)] ?? 0;
		if (tag <= 0x7f || tag >= 0xe0 || tag === 0xc0 || tag === 0xc2 || tag === 0xc3) continue;
		if (tag <= 0x8f) enter((tag & 0x0f) * 2);
		else if (tag <= 0x9f) enter(tag & 0x0f);
		else if (tag <= 0xbf) take(tag & 0x1f);
		else if (tag === 0xc1) throw new CodecError('byte c1 starts no value');
		else if (tag <= 0xc6) take(length(sizes[tag - 0xc4] ?? 1));
		else if (tag <= 0xc9) take(length(sizes[tag - 0xc7] ?? 1) + 1);
		else if (tag <= 0xd3) take(widths[tag - 0xca] ?? 1);
		else if (tag <= 0xd8) take((1 << (tag - 0xd4)) + 1);
		else if (tag <= 0xdb) take(length(sizes[tag - 0xd9] ?? 1));
		else if (tag <= 0xdd) enter(length(tag === 0xdc ? 2 : 4));
		else enter(length(tag === 0xde ? 2 : 4) * 2);
	}
	if (at !== bytes.length) throw new CodecError('bytes follow the body');
}

/** bytes of the length field of the 8-, 16- and 32-bit forms */
const sizes = [1, 2, 4] as const;
/** bytes of float32, float64, uint8…64, int8…64 (ca…d3) */
const widths = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8];
