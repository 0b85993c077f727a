/** The library's integer: `big-integer` with the platform's own inside. */
interface BigInteger {
	value: bigint | number;
	toString(): string;
}
type Integer = BigInteger | bigint | number | string;

/** What the library's helpers do with integers and their bytes; the names are the library's. */
export interface IntegerHelpers {
	readBigIntFromBuffer(bytes: Buffer, little?: boolean, signed?: boolean): BigInteger;
	toSignedLittleBuffer(integer: Integer, length?: number): Buffer;
	readBufferFromBigInt(integer: Integer, length: number, little?: boolean, signed?: boolean): Buffer;
	returnBigInt(integer: Integer): BigInteger;
}

/** bytes of a TL `long`: ids, access hashes, salts, the numbers of messages and keys */
const LONG = 8;

/**
 * The same helpers, with 64-bit integers read and written by the platform. The library reads one by way of its digits
 * (hexadecimal text, and binary text for its sign) and writes it byte by byte in big integers: of the processor time of a
 * small request that was a third. Every other length stays the library's.
 */
export function withPlatformLongs(library: IntegerHelpers): Omit<IntegerHelpers, 'returnBigInt'> {
	const { readBigIntFromBuffer, toSignedLittleBuffer, readBufferFromBigInt, returnBigInt } = library;

	function nativeOf(integer: Integer): bigint {
		const { value } = returnBigInt(integer);
		return BigInt(value);
	}

	return {
		readBigIntFromBuffer(bytes, little = true, signed = false) {
			if (bytes.length !== LONG || !Buffer.isBuffer(bytes))
				return readBigIntFromBuffer(bytes, little, signed);
			const unsigned = little ? bytes.readBigUInt64LE() : bytes.readBigUInt64BE();
			return returnBigInt(signed ? BigInt.asIntN(64, unsigned) : unsigned);
		},
		/** Only the lowest 64 bits of what is longer, as the library has it. */
		toSignedLittleBuffer(integer, length = LONG) {
			if (length !== LONG) return toSignedLittleBuffer(integer, length);
			const bytes = Buffer.alloc(LONG);
			bytes.writeBigUInt64LE(BigInt.asUintN(64, nativeOf(integer)));
			return bytes;
		},
		readBufferFromBigInt(integer, length, little = true, signed = false) {
			const native = length === LONG && !signed ? nativeOf(integer) : null;
			// What does not fit the library refuses in its own words.
			if (native === null || native !== BigInt.asUintN(64, native))
				return readBufferFromBigInt(integer, length, little, signed);
			const bytes = Buffer.alloc(LONG);
			if (little) bytes.writeBigUInt64LE(native);
			else bytes.writeBigUInt64BE(native);
			return bytes;
		},
	};
}
