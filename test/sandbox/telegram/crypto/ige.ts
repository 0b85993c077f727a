import { createCipheriv } from 'node:crypto';
import { decryptIge } from './aes';

/** 32-bit words of an AES block. */
const block = 4;

/**
 * AES-256-IGE with the platform's AES. Encryption is one CBC run: with y = c XOR the previous p,
 * y[i] = E(p[i] XOR p[i-2] XOR y[i-1]). Decryption has no such form and goes block by block.
 */
export function igeEncrypt(data: Buffer, key: Buffer, iv: Buffer): Buffer {
	const plain = wordsOf(data);
	const plainIv = wordsOf(iv.subarray(16, 32));
	const before = (at: number): number => (at < 0 ? plainIv[at + block] : plain[at]) ?? 0;
	const mixed = new Int32Array(plain);
	for (let at = block; at < mixed.length; at++) mixed[at] = (plain[at] ?? 0) ^ before(at - 2 * block);
	const cbc = createCipheriv('aes-256-cbc', key, iv.subarray(0, 16)).setAutoPadding(false);
	const out = wordsOf(cbc.update(bytesOf(mixed)));
	for (let at = 0; at < out.length; at++) out[at] = (out[at] ?? 0) ^ before(at - block);
	return bytesOf(out);
}

export function igeDecrypt(data: Buffer, key: Buffer, iv: Buffer): Buffer {
	return decryptIge(data, key, iv);
}

/** The same bytes as words, copied only where they do not lie at a word's border. */
function wordsOf(data: Buffer): Int32Array {
	const { buffer, byteOffset, length } = data.byteOffset % 4 === 0 ? data : new Uint8Array(data);
	return new Int32Array(buffer, byteOffset, length / 4);
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Buffer {
	return Buffer.from(buffer, byteOffset, byteLength);
}

/** Of keys and nonces. */
export function xor(a: Buffer, b: Buffer): Buffer {
	return Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));
}
