import { createHash } from 'node:crypto';

export function sha1(...parts: readonly Buffer[]): Buffer {
	const hash = createHash('sha1');
	for (const part of parts) hash.update(part);
	return hash.digest();
}

export function sha256(...parts: readonly Buffer[]): Buffer {
	const hash = createHash('sha256');
	for (const part of parts) hash.update(part);
	return hash.digest();
}

/** Big-endian bytes as a number. */
export function toBigInt(data: Buffer): bigint {
	return data.length === 0 ? 0n : BigInt(`0x${data.toString('hex')}`);
}

/** Big-endian bytes, left-padded with zeros to `length`. */
export function toBytes(value: bigint, length: number): Buffer {
	return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
}

export function powMod(base: bigint, exponent: bigint, modulus: bigint): bigint {
	let result = 1n;
	let power = base % modulus;
	for (let left = exponent; left > 0n; left >>= 1n) {
		if ((left & 1n) === 1n) result = (result * power) % modulus;
		power = (power * power) % modulus;
	}
	return result;
}
