/**
 * msgpack as MAX speaks it. Written here and not taken from a library because a server that judges clients
 * must see what libraries hide: float or integer, string or binary, extension 1 or plain.
 */
import { CodecError, Float, MessageId, Wrapped } from './wire';
import type { Outgoing, Wire, WireMap } from './wire';

/** Which integers leave inside extension type 1: none, message ids, or all that need more than 32 bits. */
export type ExtensionUse = 'never' | 'message-ids' | 'wide';

const maxDepth = 64;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Decodes exactly one value; trailing bytes are an error. */
export function decodeMsgpack(bytes: Uint8Array): Wire {
	const reader = new Reader(bytes);
	const value = reader.read(0);
	if (reader.at !== bytes.length) throw new CodecError('bytes after the value');
	return value;
}

class Reader {
	at = 0;
	readonly #view: DataView;
	constructor(readonly bytes: Uint8Array) {
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	#take(count: number): number {
		const start = this.at;
		if (count > this.bytes.length - start) throw new CodecError('value cut short');
		this.at = start + count;
		return start;
	}

	#uint(size: 1 | 2 | 4): number {
		const at = this.#take(size);
		if (size === 1) return this.#view.getUint8(at);
		return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
	}

	#text(length: number): string {
		const at = this.#take(length);
		try {
			return utf8.decode(this.bytes.subarray(at, at + length));
		} catch {
			throw new CodecError('string is not UTF-8');
		}
	}

	#binary(length: number): Uint8Array {
		const at = this.#take(length);
		// A copy: a Buffer's own slice would keep the whole chunk alive.
		return Uint8Array.from(this.bytes.subarray(at, at + length));
	}

	#array(length: number, depth: number): Wire[] {
		// Each element needs a byte: a length that promises more than there is ends here, before allocation.
		if (length > this.bytes.length - this.at) throw new CodecError('array cut short');
		return Array.from({ length }, () => this.read(depth + 1));
	}

	#map(length: number, depth: number): WireMap {
		if (length * 2 > this.bytes.length - this.at) throw new CodecError('map cut short');
		const map: WireMap = Object.create(null) as WireMap;
		for (let index = 0; index < length; index += 1) {
			const key = this.read(depth + 1);
			map[keyText(key)] = this.read(depth + 1);
		}
		return map;
	}

	#extension(length: number): Wire {
		const type = this.#view.getInt8(this.#take(1));
		const body = this.#binary(length);
		if (type !== 1) throw new CodecError(`extension type ${type}`);
		const inner = decodeMsgpack(body);
		if (typeof inner !== 'bigint') throw new CodecError('extension 1 holds no integer');
		return new Wrapped(inner);
	}

	read(depth: number): Wire {
		if (depth > maxDepth) throw new CodecError('nested too deep');
		const tag = this.#uint(1);
		if (tag <= 0x7f) return BigInt(tag);
		if (tag <= 0x8f) return this.#map(tag & 0x0f, depth);
		if (tag <= 0x9f) return this.#array(tag & 0x0f, depth);
		if (tag <= 0xbf) return this.#text(tag & 0x1f);
		if (tag >= 0xe0) return BigInt(tag - 0x100);
		switch (tag) {
			case 0xc0:
				return null;
			case 0xc2:
				return false;
			case 0xc3:
				return true;
			case 0xc4:
				return this.#binary(this.#uint(1));
			case 0xc5:
				return this.#binary(this.#uint(2));
			case 0xc6:
				return this.#binary(this.#uint(4));
			case 0xc7:
				return this.#extension(this.#uint(1));
			case 0xc8:
				return this.#extension(this.#uint(2));
			case 0xc9:
				return this.#extension(this.#uint(4));
			case 0xca:
				return new Float(this.#view.getFloat32(this.#take(4)));
			case 0xcb:
				return new Float(this.#view.getFloat64(this.#take(8)));
			case 0xcc:
				return BigInt(this.#uint(1));
			case 0xcd:
				return BigInt(this.#uint(2));
			case 0xce:
				return BigInt(this.#uint(4));
			case 0xcf:
				return this.#view.getBigUint64(this.#take(8));
			case 0xd0:
				return BigInt(this.#view.getInt8(this.#take(1)));
			case 0xd1:
				return BigInt(this.#view.getInt16(this.#take(2)));
			case 0xd2:
				return BigInt(this.#view.getInt32(this.#take(4)));
			case 0xd3:
				return this.#view.getBigInt64(this.#take(8));
			case 0xd4:
			case 0xd5:
			case 0xd6:
			case 0xd7:
			case 0xd8:
				return this.#extension(1 << (tag - 0xd4));
			case 0xd9:
				return this.#text(this.#uint(1));
			case 0xda:
				return this.#text(this.#uint(2));
			case 0xdb:
				return this.#text(this.#uint(4));
			case 0xdc:
				return this.#array(this.#uint(2), depth);
			case 0xdd:
				return this.#array(this.#uint(4), depth);
			case 0xde:
				return this.#map(this.#uint(2), depth);
			case 0xdf:
				return this.#map(this.#uint(4), depth);
			default:
				throw new CodecError(`byte ${tag.toString(16)} starts no value`);
		}
	}
}

function keyText(key: Wire): string {
	if (typeof key === 'string') return key;
	if (typeof key === 'bigint') return key.toString();
	if (key instanceof Wrapped) return key.value.toString();
	throw new CodecError('map key is neither string nor integer');
}

/** Encodes one value with the smallest integer forms; `extension` decides what is wrapped. */
export function encodeMsgpack(value: Outgoing, extension: ExtensionUse = 'never'): Buffer {
	const parts: Uint8Array[] = [];
	write(value ?? null, parts, extension);
	return Buffer.concat(parts);
}

function write(value: Outgoing, parts: Uint8Array[], extension: ExtensionUse): void {
	if (value === null || value === undefined) parts.push(Uint8Array.of(0xc0));
	else if (typeof value === 'boolean') parts.push(Uint8Array.of(value ? 0xc3 : 0xc2));
	else if (typeof value === 'string') writeText(value, parts);
	else if (typeof value === 'bigint') writeInteger(value, parts, extension === 'wide');
	else if (typeof value === 'number') writeInteger(exact(value), parts, extension === 'wide');
	else if (value instanceof MessageId) writeInteger(value.value, parts, extension !== 'never');
	else if (value instanceof Float) parts.push(head(0xcb, 8, (view) => view.setFloat64(1, value.value)));
	else if (value instanceof Uint8Array) parts.push(sized(value.length, 0xc4), value);
	else if (value instanceof Map) writeMap([...(value as ReadonlyMap<bigint, Outgoing>)], parts, extension);
	else if (Array.isArray(value)) {
		const items = value as readonly Outgoing[];
		parts.push(counted(items.length, 0x90, 0xdc));
		for (const item of items) write(item, parts, extension);
	} else writeMap(Object.entries(value), parts, extension);
}

function exact(value: number): bigint {
	if (!Number.isSafeInteger(value)) throw new CodecError(`${value} is no exact integer`);
	return BigInt(value);
}

function writeMap(
	entries: readonly (readonly [string | bigint, Outgoing])[],
	parts: Uint8Array[],
	extension: ExtensionUse,
): void {
	const present = entries.filter(([, item]) => item !== undefined);
	parts.push(counted(present.length, 0x80, 0xde));
	for (const [key, item] of present) {
		write(key, parts, extension);
		write(item, parts, extension);
	}
}

function writeText(text: string, parts: Uint8Array[]): void {
	const bytes = Buffer.from(text, 'utf8');
	parts.push(bytes.length < 32 ? Uint8Array.of(0xa0 | bytes.length) : sized(bytes.length, 0xd9), bytes);
}

function writeInteger(value: bigint, parts: Uint8Array[], wrap: boolean): void {
	const wide = value > 0xffff_ffffn || value < -0x8000_0000n;
	// Inside extension 1 the captures show signed 64-bit integers (D3), also for positive ids.
	if (wrap && wide)
		parts.push(
			Uint8Array.of(0xc7, 9, 1),
			head(0xd3, 8, (v) => v.setBigInt64(1, value)),
		);
	else parts.push(integer(value));
}

function integer(value: bigint): Uint8Array {
	if (value >= 0n) {
		if (value <= 0x7fn) return Uint8Array.of(Number(value));
		if (value <= 0xffn) return Uint8Array.of(0xcc, Number(value));
		if (value <= 0xffffn) return head(0xcd, 2, (view) => view.setUint16(1, Number(value)));
		if (value <= 0xffff_ffffn) return head(0xce, 4, (view) => view.setUint32(1, Number(value)));
		if (value <= 0xffff_ffff_ffff_ffffn) return head(0xcf, 8, (view) => view.setBigUint64(1, value));
	} else {
		if (value >= -0x20n) return Uint8Array.of(Number(value + 0x100n));
		if (value >= -0x80n) return head(0xd0, 1, (view) => view.setInt8(1, Number(value)));
		if (value >= -0x8000n) return head(0xd1, 2, (view) => view.setInt16(1, Number(value)));
		if (value >= -0x8000_0000n) return head(0xd2, 4, (view) => view.setInt32(1, Number(value)));
		if (value >= -0x8000_0000_0000_0000n) return head(0xd3, 8, (view) => view.setBigInt64(1, value));
	}
	throw new CodecError('integer needs more than 64 bits');
}

function head(tag: number, size: number, fill: (view: DataView) => void): Uint8Array {
	const bytes = new Uint8Array(1 + size);
	bytes[0] = tag;
	fill(new DataView(bytes.buffer));
	return bytes;
}

/** Header of a string or binary: 8-, 16- or 32-bit length, tags in a row. */
function sized(length: number, tag8: number): Uint8Array {
	if (length <= 0xff) return Uint8Array.of(tag8, length);
	if (length <= 0xffff) return head(tag8 + 1, 2, (view) => view.setUint16(1, length));
	return head(tag8 + 2, 4, (view) => view.setUint32(1, length));
}

/** Header of an array or map: short form, 16- or 32-bit count. */
function counted(length: number, short: number, tag16: number): Uint8Array {
	if (length < 16) return Uint8Array.of(short | length);
	if (length <= 0xffff) return head(tag16, 2, (view) => view.setUint16(1, length));
	return head(tag16 + 1, 4, (view) => view.setUint32(1, length));
}
