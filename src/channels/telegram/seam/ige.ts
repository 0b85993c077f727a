/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is counted */
import { createCipheriv } from 'node:crypto';

/** bytes of an AES block */
const BLOCK = 16;
/** 32-bit words of an AES block */
const WORDS = 4;

/**
 * AES-256-IGE (core.telegram.org/mtproto/AES-IGE): c[i] = E(p[i] ^ c[i-1]) ^ p[i-1]. By the platform's AES: with
 * d[i] = c[i] ^ p[i-1] it is d[i] = E(p[i] ^ p[i-2] ^ d[i-1]), one run of CBC with a XOR before and behind it, done four
 * bytes at a time.
 * @param plain whole blocks
 * @param iv c[-1], then p[-1]: two blocks
 */
export function encryptIge(plain: Buffer, key: Buffer, iv: Buffer): Buffer {
	const p = wordsOf(plain);
	const before = wordsOf(iv);
	const shifted = new Int32Array(p.length);
	for (let at = 0; at < WORDS; at += 1) shifted[at] = p[at]!;
	for (let at = WORDS; at < Math.min(2 * WORDS, p.length); at += 1) shifted[at] = p[at]! ^ before[at]!;
	for (let at = 2 * WORDS; at < p.length; at += 1) shifted[at] = p[at]! ^ p[at - 2 * WORDS]!;
	const cbc = createCipheriv('aes-256-cbc', key, iv.subarray(0, BLOCK)).setAutoPadding(false);
	const encrypted = cbc.update(new Uint8Array(shifted.buffer));
	const c = wordsOf(encrypted);
	for (let at = 0; at < WORDS; at += 1) c[at] = c[at]! ^ before[at + WORDS]!;
	for (let at = WORDS; at < p.length; at += 1) c[at] = c[at]! ^ p[at - WORDS]!;
	return c.buffer === encrypted.buffer ? encrypted : Buffer.from(c.buffer);
}

/** The same bytes as words, copied only if they stand askew: for XOR their order does not matter. */
function wordsOf(bytes: Buffer): Int32Array {
	const { buffer, byteOffset, length } = bytes;
	if (byteOffset % 4 === 0) return new Int32Array(buffer, byteOffset, length / 4);
	return new Int32Array(new Uint8Array(bytes).buffer);
}
