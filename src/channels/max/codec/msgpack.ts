import { DecodeError, Decoder, Encoder, ExtensionCodec } from '#lib/msgpack';
import type { Json } from '../../../contract';
import { lengthOfValue } from './structure';
import { CodecError, Decimal, WireId, type Outgoing, type Payload } from './wire';

/** Extension type 1 holds a 64-bit integer, itself msgpack (captures of the web client and of PyMax 2.4). */
const EXT_INTEGER = 1;
/** bytes of the last body that may stay in memory until the next one */
const KEPT_BYTES = 65_536;

/** Beyond these an integer needs 64 bits; only such ids travel inside the extension. */
const MAX_UINT32 = 0xffff_ffffn;
const MIN_INT32 = -0x8000_0000n;

/** An id that is to leave inside extension type 1. */
class Wrapped {
	readonly value: bigint;
	constructor(value: bigint) {
		this.value = value;
	}
}

/** One for all ids: the encoder copies it out before it asks for the next. */
const wideBytes = Uint8Array.of(0xd3, 0, 0, 0, 0, 0, 0, 0, 0);
const wide = new DataView(wideBytes.buffer);

const extensions = new ExtensionCodec();
extensions.register({
	type: EXT_INTEGER,
	// Captures show D3 (signed 64 bit) inside, also for positive ids.
	encode: (value: unknown) => {
		if (!(value instanceof Wrapped)) return null;
		wide.setBigInt64(1, value.value);
		return wideBytes;
	},
	decode: (bytes) => {
		if (bytes.length === 9 && bytes[0] === 0xd3) return wideInteger(bytes);
		const inner = plainDecoder.decode(bytes);
		// What is no integer is no id, and costs no more than this field.
		return typeof inner === 'bigint' || Number.isInteger(inner) ? inner : null;
	},
});
/** The usual body of the extension, read without a decoder. */
function wideInteger(bytes: Uint8Array): number | bigint {
	wideBytes.set(bytes);
	const number = wide.getInt32(1) * 0x1_0000_0000 + wide.getUint32(5);
	return Number.isSafeInteger(number) ? number : wide.getBigInt64(1);
}

/** Replaced after an exception, which leaves half a state in it. */
let decoder = newDecoder();
const plainDecoder = new Decoder({ useBigInt64: true });
const encoder = new Encoder({ useBigInt64: true, extensionCodec: extensions, initialBufferSize: 512 });

/**
 * @param wrapIds wide ids inside extension type 1, as the web client does; else plain, as mobile clients do
 * @returns valid until the next call
 */
export function encodeMsgpack(value: Outgoing, wrapIds: boolean): Uint8Array {
	return encoder.encodeSharedRef(toMsgpack(value, wrapIds));
}

function toMsgpack(value: Outgoing, wrapIds: boolean): unknown {
	if (value === null || value === undefined) return null;
	if (typeof value === 'number') return integer(value);
	if (typeof value !== 'object' || value instanceof Uint8Array) return value;
	if (value instanceof WireId) {
		const isWide = value.value > MAX_UINT32 || value.value < MIN_INT32;
		return isWide ? (wrapIds ? new Wrapped(value.value) : value.value) : Number(value.value);
	}
	if (value instanceof Decimal) return value.value;
	if (Array.isArray(value)) return (value as readonly Outgoing[]).map((item) => toMsgpack(item, wrapIds));
	const map = value as { readonly [key: string]: Outgoing };
	const members: Record<string, unknown> = {};
	for (const key in map) {
		const item = map[key];
		if (item !== undefined) members[key] = toMsgpack(item, wrapIds);
	}
	return members;
}

/** The library writes a `number` beyond 32 bits as a float, which the service refuses; as a bigint it stays an integer. */
function integer(value: number): number | bigint {
	if (!Number.isSafeInteger(value)) throw new CodecError(`${String(value)} is no exact integer`);
	return value > 0xffff_ffff || value < -0x8000_0000 ? BigInt(value) : value;
}

/**
 * One value. What follows a map is left alone, as a public client does that talks to the service; anything else with bytes
 * behind it is no body (an LZ4 block that was not unpacked begins with integers).
 * @throws CodecError for anything else; never allocates more than the bytes can hold
 */
export function decodeMsgpack(bytes: Uint8Array): Payload {
	const length = lengthOfValue(bytes);
	if (length < bytes.length && !isMap(bytes[0])) throw new CodecError('bytes follow the body');
	const body = length < bytes.length ? bytes.subarray(0, length) : bytes;
	try {
		return normalise(decoderFor(body).decode(body));
	} catch (error) {
		decoder = newDecoder();
		if (error instanceof CodecError) throw error;
		if (error instanceof DecodeError || error instanceof RangeError || error instanceof TypeError) {
			throw new CodecError(`the body is not msgpack: ${error.message}`);
		}
		throw error;
	}
}

function isMap(tag = 0): boolean {
	return (tag >= 0x80 && tag <= 0x8f) || tag === 0xde || tag === 0xdf;
}

/** A decoder refers to the last bytes it was given: large ones get one of their own. */
function decoderFor(bytes: Uint8Array): Decoder {
	return bytes.byteLength <= KEPT_BYTES ? decoder : newDecoder();
}

function newDecoder(): Decoder {
	return new Decoder({ useBigInt64: true, extensionCodec: extensions, mapKeyConverter: keyText });
}

function keyText(key: unknown): string {
	if (typeof key === 'string') return key === '__proto__' ? '__proto__ ' : key;
	if (typeof key === 'number' || typeof key === 'bigint') return String(key);
	throw new CodecError('a map key is neither text nor an integer');
}

/** Codec values → plain JSON: the one place where 64-bit integers and bytes change their form. */
function normalise(value: unknown): Json {
	switch (typeof value) {
		case 'bigint':
			return fromBigint(value);
		case 'number':
			return Number.isFinite(value) ? value : null;
		case 'string':
		case 'boolean':
			return value;
		case 'object':
			break;
		default:
			return null;
	}
	if (value === null) return null;
	if (value instanceof Uint8Array)
		return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
	if (Array.isArray(value)) return value.map(normalise);
	if (Object.getPrototypeOf(value) !== Object.prototype) return null;
	const map = value as Record<string, unknown>;
	for (const key in map) map[key] = normalise(map[key]);
	return map as { [key: string]: Json };
}

export function fromBigint(value: bigint): Json {
	const number = Number(value);
	return Number.isSafeInteger(number) ? number : value.toString();
}
